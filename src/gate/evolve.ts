/** Folds the gate's own outputs, and nothing else, into what it remembers of a proposal. */
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { answers } from "./questions.ts";
import type { GateState, Handoff, HandoffStatus } from "./state.ts";

/** The state after one more output of this proposal's key, in log order. */
export function evolve(state: GateState | undefined, output: KnownEvent): GateState {
  const before = state ?? { phase: "none", heard: [] };
  // A word of the gate to itself about another proposal of the case.
  if (isEvent(output, "proposal.outdated")) return before;
  return withHeard(after(before, output), output);
}

function after(before: GateState, output: KnownEvent): GateState {
  if (isEvent(output, "handoff.requested")) return requested(before, output);
  if (isEvent(output, "tuning.decided")) return tunedNow(before, output);
  if (before.phase === "asked") return evolveAnswers(evolveTiers(before, output), output);
  return isEvent(output, "action.decided") ? unaskedNow(before, output) : before;
}

function withHeard(state: GateState, { causationid }: KnownEvent): GateState {
  if (causationid === undefined || state.heard.includes(causationid)) return state;
  return { ...state, heard: [...state.heard, causationid].slice(-500) };
}

function requested(before: GateState, output: KnownEvent<"handoff.requested">): Handoff {
  const { proposalId, ask, bar, digest, code, edited } = output.data;
  const editor = edited === undefined ? [] : [edited.person];
  return {
    phase: "asked",
    status: "pending",
    caseId: output.subject,
    ...{ proposalId, ask, bar, digest, code },
    ...{
      tier: 0,
      nagged: 0,
      firstAskedAt: output.time,
      handedOn: 0,
      heard: before.heard,
      used: [],
      questions: [],
    },
    ...(before.phase === "asked" ? carriedOver(before) : {}),
    editors: [...(before.phase === "asked" ? before.editors : []), ...editor],
    ...untouched(output),
  };
}

/** What of an earlier request about the same proposal still holds for the edited one. */
function carriedOver({ firstAskedAt, handedOn, used, questions, assignee }: Handoff) {
  return { firstAskedAt, handedOn, used, questions, ...(assignee === undefined ? {} : { assignee }) };
}

/** A tier that has just been asked. */
function untouched({ id, time }: KnownEvent) {
  return { askedBy: id, askedAt: time, reminded: 0, unpostedSaid: false, approvals: [] };
}

function unaskedNow({ heard }: GateState, output: KnownEvent<"action.decided">): GateState {
  const { proposalId, by, why } = output.data;
  const settled = { by, at: output.time, why };
  return { phase: "unasked", proposalId, caseId: output.subject, settled, heard };
}

function tunedNow({ heard }: GateState, { data, time: at }: KnownEvent<"tuning.decided">): GateState {
  const { outcome, by, reason: why = "" } = data;
  return { phase: "tuned", outcome, settled: { by: [by], at, why }, heard };
}

/** The tier's clock. */
function evolveTiers(handoff: Handoff, output: KnownEvent): Handoff {
  if (isEvent(output, "handoff.opened")) {
    const { postedAt, expiresAt, known } = output.data;
    return { ...handoff, opened: { postedAt, expiresAt }, ...(known === undefined ? {} : { known }) };
  }
  if (isEvent(output, "handoff.reminded")) return { ...handoff, reminded: output.data.share };
  if (isEvent(output, "handoff.snoozed")) return { ...handoff, snoozedUntil: output.data.until };
  if (isEvent(output, "handoff.unposted")) return { ...handoff, unpostedSaid: true };
  if (!isEvent(output, "handoff.rerouted")) return evolveQuestions(handoff, output);
  const { opened: _, known: __, snoozedUntil: ___, question: ____, ...left } = handoff;
  const { tier, bar, digest, code, by } = output.data;
  const handedOn = left.handedOn + (by === undefined ? 0 : 1);
  return { ...left, tier, bar, digest, code, handedOn, ...untouched(output) };
}

function evolveQuestions(handoff: Handoff, output: KnownEvent): Handoff {
  if (isEvent(output, "info.requested")) {
    const asked = { ...handoff, questions: [...handoff.questions, output.id].slice(-50) };
    // The clock stands since the first question that is open.
    if (handoff.question !== undefined) return asked;
    const clockStopped = output.data.clockStopped ?? false;
    return { ...asked, question: { requestId: output.id, askedAt: output.time, clockStopped } };
  }
  if (!isEvent(output, "info.answered")) return handoff;
  const { question, ...answered } = handoff;
  const { expiresAt, requestId } = output.data;
  if (requestId !== question?.requestId || !answers(output.data)) return handoff;
  if (expiresAt === undefined || handoff.opened === undefined) return answered;
  return { ...answered, opened: { ...handoff.opened, expiresAt } };
}

/** What people said, and what came of it. */
function evolveAnswers(handoff: Handoff, output: KnownEvent): Handoff {
  if (isEvent(output, "approval.recorded")) {
    return { ...handoff, approvals: [...handoff.approvals, output.data.by] };
  }
  if (isEvent(output, "case.assigned")) return { ...handoff, assignee: output.data.to };
  if (isEvent(output, "card.used"))
    return { ...handoff, used: [...handoff.used, output.data.use].slice(-500) };
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
  if (isEvent(output, "action.rolled_back")) return ended("rolled_back", [output.data.by], output.data.why);
  if (isEvent(output, "action.overdue")) return { ...handoff, nagged: output.data.share };
  if (!isEvent(output, "action.revoked")) return handoff;
  const { by, why } = output.data;
  return ended("revoked", by === undefined ? [] : [by], why);
}
