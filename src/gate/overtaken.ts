/**
 * When a case moves on, what was asked before no longer fits it. A later plan of the case replaces what an earlier
 * one proposed with the same verb, for the same target or another; a verdict that flips replaces all of it. The gate
 * says so to itself, one event for each proposal, because each proposal's state is compared and replaced on its own.
 */
import type { Draft } from "../bus/bus.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { isCanary } from "../events/ids.ts";
import type { Verdict } from "../events/vocabulary.ts";
import { foldCase, verdictOf } from "../memory/case-file.ts";
import { digestOf } from "./digest.ts";
import { evolve } from "./evolve.ts";
import { gateSays } from "./says.ts";
import { gateSource, type GateState } from "./state.ts";

/** What can overtake a proposal. */
export type Turn = KnownEvent<
  | "action.proposed"
  | "case.investigated"
  | "case.labelled"
  | "case.unlabelled"
  | "canary.passed"
  | "canary.missed"
>;

/** @param events the case in log order, up to and with `turn` */
export function overtakenBy(turn: Turn, events: readonly AnyEvent[]): Draft[] {
  if (isEvent(turn, "canary.passed", "canary.missed")) return canaryOver(turn, events);
  return isEvent(turn, "action.proposed") ? plannedAgain(turn, events) : flipped(turn, events);
}

/** One run's outputs have one cause, so that proposals of one plan never overtake each other. */
function plannedAgain(turn: KnownEvent<"action.proposed">, events: readonly AnyEvent[]): Draft[] {
  if (turn.causationid === undefined) return [];
  const { verb, target } = turn.data;
  return openProposals(events).flatMap(({ proposal }) => {
    const { causationid } = proposal;
    if (causationid === undefined || causationid === turn.causationid || proposal.data.verb !== verb)
      return [];
    const same = proposal.data.target.type === target.type && proposal.data.target.value === target.value;
    const reason = same ? "planned_again" : "target_changed";
    const why = same
      ? "The case was planned again and the same action proposed anew: that request counts now."
      : `The case was planned again: its target is now ${target.value}.`;
    return [outdated(proposal, turn, { reason, why })];
  });
}

/** Whether it came through is known: what it asks, of nobody, is withdrawn. */
function canaryOver(turn: Turn, events: readonly AnyEvent[]): Draft[] {
  if (!isCanary(turn.subject)) return [];
  const why = "It was a canary: there is nothing to decide.";
  return [...statesOf(events)].flatMap(([proposalId, state]): Draft[] => {
    if (state.phase !== "asked" || state.status !== "pending") return [];
    const data = { proposalId, by: turn.id, reason: "canary_over", why, digest: state.digest } as const;
    return [{ type: "proposal.outdated", data }];
  });
}

function flipped(turn: Turn, events: readonly AnyEvent[]): Draft[] {
  const now = verdictOf(foldCase(turn.subject, events));
  if (now === undefined) return [];
  return openProposals(events).flatMap(({ proposal, at }) => {
    const then = verdictOf(foldCase(turn.subject, events.slice(0, at)));
    if (then === undefined || isThreat(then.verdict) === isThreat(now.verdict)) return [];
    const words = (verdict: Verdict): string => verdict.replaceAll("_", " ");
    const why = `The verdict has turned from ${words(then.verdict)} to ${words(now.verdict)} since this was proposed.`;
    return [outdated(proposal, turn, { reason: "verdict_flipped", why })];
  });
}

/** Doubt counts as the worst. */
function isThreat(verdict: Verdict): boolean {
  return verdict !== "benign" && verdict !== "false_positive";
}

interface Open {
  readonly proposal: KnownEvent<"action.proposed">;
  /** Where it stands among the events. */
  readonly at: number;
}

/**
 * Proposals before the turn that are pending, authorised and not done, or that nobody has been asked about yet. What
 * asks a person to look at the case (a review) is not among them: that somebody has looked does not outdate it.
 */
function openProposals(events: readonly AnyEvent[]): Open[] {
  const states = statesOf(events);
  return events.slice(0, -1).flatMap((event, at): Open[] => {
    if (!isEvent(event, "action.proposed")) return [];
    const state = states.get(event.id);
    const status = state?.phase === "asked" ? state.status : undefined;
    const open = state === undefined || status === "pending" || status === "authorised";
    return open ? [{ proposal: event, at }] : [];
  });
}

function statesOf(events: readonly AnyEvent[]): ReadonlyMap<string, GateState> {
  const states = new Map<string, GateState>();
  for (const event of events) {
    if (!isEvent(event, ...gateSays) || event.source !== gateSource) continue;
    const proposalId = "proposalId" in event.data ? event.data.proposalId : undefined;
    if (proposalId !== undefined && event.type !== "proposal.outdated") {
      states.set(proposalId, evolve(states.get(proposalId), event));
    }
  }
  return states;
}

function outdated(
  { id: proposalId, subject: caseId, data: ask }: KnownEvent<"action.proposed">,
  turn: Turn,
  what: { readonly reason: "planned_again" | "target_changed" | "verdict_flipped"; readonly why: string },
): Draft {
  const digest = digestOf({ proposalId, caseId, ask, bar: undefined });
  return { type: "proposal.outdated", data: { proposalId, by: turn.id, ...what, digest } };
}
