/** Folds the gate's own outputs, and nothing else, into what it remembers of a proposal. */
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import type { GateState, Handoff, HandoffStatus } from "./state.ts";

/** The state after one more output of this proposal's key, in log order. */
export function evolve(state: GateState | undefined, output: KnownEvent): GateState {
  const before = state ?? { phase: "none" };
  if (isEvent(output, "handoff.requested")) return requested(before, output);
  if (before.phase !== "asked") {
    return isEvent(output, "action.decided") ? cancelledUnasked(output) : before;
  }
  return evolveAnswers(evolveTiers(before, output), output);
}

function requested(before: GateState, output: KnownEvent<"handoff.requested">): Handoff {
  const { proposalId, ask, bar, digest, code, edited } = output.data;
  const earlier = before.phase === "asked" ? before : undefined;
  return {
    phase: "asked",
    status: "pending",
    caseId: output.subject,
    ...{ proposalId, ask, bar, digest, code },
    tier: 0,
    askedBy: output.id,
    reminded: 0,
    approvals: [],
    editors: [...(earlier?.editors ?? []), ...(edited === undefined ? [] : [edited.person])],
    ...(earlier?.assignee === undefined ? {} : { assignee: earlier.assignee }),
  };
}

function cancelledUnasked(output: KnownEvent<"action.decided">): GateState {
  const { proposalId, by, why } = output.data;
  return { phase: "unasked", proposalId, caseId: output.subject, settled: { by, at: output.time, why } };
}

/** The tier's clock. */
function evolveTiers(handoff: Handoff, output: KnownEvent): Handoff {
  if (isEvent(output, "handoff.opened")) {
    const { postedAt, expiresAt } = output.data;
    return { ...handoff, opened: { postedAt, expiresAt } };
  }
  if (isEvent(output, "handoff.reminded")) return { ...handoff, reminded: output.data.share };
  if (!isEvent(output, "handoff.rerouted")) return handoff;
  const { opened: _, ...unopened } = handoff;
  const { tier, bar, digest, code } = output.data;
  return { ...unopened, tier, bar, digest, code, askedBy: output.id, reminded: 0, approvals: [] };
}

/** What people said, and what came of it. */
function evolveAnswers(handoff: Handoff, output: KnownEvent): Handoff {
  if (isEvent(output, "approval.recorded")) {
    return { ...handoff, approvals: [...handoff.approvals, output.data.by] };
  }
  if (isEvent(output, "case.assigned")) return { ...handoff, assignee: output.data.to };
  if (isEvent(output, "action.decided")) {
    const { outcome, by, why, carryOutBy } = output.data;
    const settled = { by, at: output.time, why };
    return { ...handoff, status: outcome, settled, ...(carryOutBy === undefined ? {} : { carryOutBy }) };
  }
  return evolveEndings(handoff, output);
}

function evolveEndings(handoff: Handoff, output: KnownEvent): Handoff {
  const ended = (status: HandoffStatus, by: Handoff["approvals"], why: string): Handoff => ({
    ...handoff,
    status,
    settled: { by, at: output.time, why },
  });
  if (isEvent(output, "action.executed")) return ended("executed", [output.data.by], output.data.note ?? "");
  if (isEvent(output, "action.abandoned")) return ended("abandoned", [output.data.by], output.data.why);
  if (isEvent(output, "action.lapsed")) return ended("lapsed", [], output.data.why);
  if (!isEvent(output, "action.revoked")) return handoff;
  const { by, why } = output.data;
  return ended("revoked", by === undefined ? [] : [by], why);
}
