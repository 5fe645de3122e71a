/** What is refused whoever says it: not a proposal, not this case, decided, out of time, or another digest. */
import type { Draft } from "../bus/bus.ts";
import { isCanary } from "../events/ids.ts";
import type { Decision } from "../events/decision.ts";
import type { DecisionCommand, ProposalDecision } from "./commands.ts";
import { against, answerableUntil, lapse, nextTierOrExpire } from "./deadlines.ts";
import { alreadyDecided, refuse, unsupported, whoCan, type Refusal } from "./refusals.ts";
import type { GateState, Handoff } from "./state.ts";

export interface OpenDoor {
  readonly open: true;
  readonly handoff: Handoff;
  readonly decision: ProposalDecision;
}
export type Door = OpenDoor | { readonly open: false; readonly drafts: Draft[] };

/** In which status each can be said. */
const saidWhile: Readonly<Record<ProposalDecision["decision"], readonly Handoff["status"][]>> = {
  authorise: ["pending"],
  reject: ["pending"],
  edit: ["pending"],
  need_info: ["pending"],
  answer_info: ["pending", "authorised"],
  assign: ["pending", "authorised"],
  mark_done: ["authorised"],
  could_not_do: ["authorised"],
  revoke: ["authorised"],
  delegate: ["pending", "authorised"],
  snooze: ["pending"],
  rolled_back: ["executed"],
};

export function door(state: GateState | undefined, command: DecisionCommand): Door {
  const shut = (refusal: Refusal, ...before: Draft[]): Door => ({
    open: false,
    drafts: [...before, refuse(command, refusal)],
  });
  const { decision } = command;
  // What concerns a case goes another way; it is refused here, should it come this one.
  if (!isOnProposal(decision)) return shut(unsupported(decision));
  if (state === undefined || state.phase === "none" || state.phase === "tuned")
    return shut(unknown(decision.proposalId));
  if (state.caseId !== command.caseId) return shut(otherCase(decision.proposalId, command.caseId));
  if (isCanary(state.caseId)) return shut(canary);
  if (state.phase === "unasked") return shut(alreadyDecided("cancelled", state.settled, decision));
  const late = outOfTime(state, command);
  if (late !== undefined) return shut(late.refusal, ...late.drafts);
  const misplaced = outOfPlace(state, decision);
  return misplaced === undefined ? { open: true, handoff: state, decision } : shut(misplaced);
}

function isOnProposal(decision: Decision): decision is ProposalDecision {
  return Object.hasOwn(saidWhile, decision.decision);
}

/** Expiry is judged when somebody comes too late, whether or not a deadline was raised. */
function outOfTime(
  handoff: Handoff,
  clocks: DecisionCommand,
): { refusal: Refusal; drafts: Draft[] } | undefined {
  const { status, carryOutBy } = handoff;
  const until = answerableUntil(handoff);
  if (status === "pending" && until !== undefined && against(until, clocks) === "past") {
    return { refusal: tooLateFor(handoff, until), drafts: nextTierOrExpire(handoff) };
  }
  if (status === "authorised" && carryOutBy !== undefined && against(carryOutBy, clocks) === "past") {
    const message = `The authorisation lapsed at ${carryOutBy}: nobody marked it done. Propose it again.`;
    return { refusal: { rule: "lapsed", message }, drafts: lapse(handoff) };
  }
  return undefined;
}

/** A click past the tier's time is what its deadline would have been: the next tier is asked, or nobody is left. */
function tooLateFor({ bar }: Handoff, expiresAt: string): Refusal {
  const [next] = bar.nextTiers;
  if (next === undefined) {
    return {
      rule: "expired",
      message: `This request expired at ${expiresAt}; nobody decided it. It was not denied.`,
    };
  }
  const message = `${bar.addressed.title} had until ${expiresAt}; ${next.title} is asked now.`;
  return { rule: "expired", message, whoCan: next.title };
}

function outOfPlace(handoff: Handoff, decision: ProposalDecision): Refusal | undefined {
  const { status, settled } = handoff;
  if (!saidWhile[decision.decision].includes(status)) {
    if (decision.decision === "rolled_back" && status === "authorised") return notDone;
    if (settled !== undefined) return alreadyDecided(status, settled, decision);
    const message = "Nobody has authorised this yet, so there is nothing to carry out or to revoke.";
    return { rule: "not_authorised", message, whoCan: whoCan(handoff) };
  }
  // What somebody knows is true of whatever is asked now.
  if (decision.digest === handoff.digest || decision.decision === "answer_info") return undefined;
  const message = `This card shows an older request; the one that counts has the code ${handoff.code}. Answer that one.`;
  return { rule: "stale_card", message, whoCan: whoCan(handoff) };
}

const canary: Refusal = {
  rule: "canary",
  message: "This is a canary: hatrack sent it to see whether cards come through. There is nothing to decide.",
};

const notDone: Refusal = {
  rule: "not_done",
  message:
    "Nobody has marked this done, so there is nothing to roll back. Revoke it, or say that it could not be done.",
};

const unknown = (proposalId: string): Refusal => ({
  rule: "unknown_proposal",
  message: `Nobody proposed ${proposalId}.`,
});

const otherCase = (proposalId: string, caseId: string): Refusal => ({
  rule: "wrong_case",
  message: `${proposalId} is no proposal of ${caseId}.`,
});
