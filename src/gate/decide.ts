/**
 * The gate: what comes of a command in a state. Pure; the same state and command give the same events. No events
 * means that there is nothing to do; a decision always leaves at least one.
 */
import type { Draft } from "../bus/bus.ts";
import { answer } from "./answers.ts";
import { usedOnce } from "./card-use.ts";
import type { DecisionCommand, GateCommand, OutdatedCommand } from "./commands.ts";
import { decideDeadline, decidePosted } from "./deadlines.ts";
import { door } from "./door.ts";
import type { Policy } from "./policy.ts";
import { answered } from "./questions.ts";
import { decideAsk } from "./requests.ts";
import type { GateState, Handoff } from "./state.ts";

export function decide(state: GateState | undefined, command: GateCommand, policy: Policy): Draft[] {
  switch (command.kind) {
    case "ask":
      return isNew(state) ? decideAsk(command, policy) : [];
    case "decision":
      return decideDecision(state, command, policy);
    case "outdated":
      return decideOutdated(state, command);
    case "posted":
    case "deadline":
    case "answered":
      return isAsked(state) ? decideAsked(state, command, policy) : [];
  }
}

const isNew = (state: GateState | undefined): boolean => state === undefined || state.phase === "none";
const isAsked = (state: GateState | undefined): state is Handoff => state?.phase === "asked";

type OfOpen = Exclude<GateCommand, { kind: "ask" | "decision" | "outdated" }>;

function decideAsked(handoff: Handoff, command: OfOpen, policy: Policy): Draft[] {
  switch (command.kind) {
    case "posted":
      return decidePosted(handoff, command);
    case "deadline":
      return decideDeadline(handoff, command, policy);
    case "answered":
      return answered(handoff, command);
  }
}

function decideDecision(state: GateState | undefined, command: DecisionCommand, policy: Policy): Draft[] {
  if (wasHeard(state, command.decisionId)) return [];
  const opened = door(state, command);
  return usedOnce(state, command, opened.open ? answer(opened, command, policy) : opened.drafts);
}

/** An entry that somebody appended once more, signature and all, was answered the first time. */
export function wasHeard(state: GateState | undefined, decisionId: string): boolean {
  return state?.heard.includes(decisionId) === true;
}

/** What is pending is superseded, what is authorised and not done is revoked; what is over stays as it is. */
function decideOutdated(state: GateState | undefined, { proposalId, why, digest }: OutdatedCommand): Draft[] {
  const superseded = (of: string): Draft[] => [
    { type: "action.decided", data: { proposalId, outcome: "superseded", by: [], why, digest: of } },
  ];
  if (state === undefined || state.phase === "none") return superseded(digest);
  if (state.phase !== "asked") return [];
  if (state.status === "pending") return superseded(state.digest);
  return state.status === "authorised" ? [{ type: "action.revoked", data: { proposalId, why } }] : [];
}

/**
 * The on-call roles of which one must hold the person before this decision can be judged: the one that is asked, and
 * for an answer to a question whoever may say what a case was. None when it is refused whoever they are.
 */
export function rolesToAsk(state: GateState | undefined, command: DecisionCommand, policy: Policy): string[] {
  if (wasHeard(state, command.decisionId)) return [];
  const opened = door(state, command);
  if (!opened.open) return [];
  const { role } = opened.handoff.bar.addressed;
  const knowing = opened.decision.decision === "answer_info" ? (policy.rights?.label ?? []) : [];
  return [...new Set([role, ...knowing])];
}
