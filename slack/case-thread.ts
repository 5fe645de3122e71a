/**
 * What the front end knows of one case: its case file, the messages that show it, and what each card asked. All of
 * it is folded from the log whenever it is needed; nothing is kept (a front end has no state of its own).
 */
import type { Bus } from "../src/bus/bus.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../src/events/envelope.ts";
import type { EventData } from "../src/events/catalogue.ts";
import { samePrincipal } from "../src/gate/authority.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { evolveTraces, noTraces, type Traces } from "./traces.ts";
import { emptyCase, evolveCase, type CaseFile, type Proposal } from "../src/memory/case-file.ts";

export type Surface = "slack" | "local";
export type Posted = EventData<"message.posted">;
type Requested = EventData<"handoff.requested">;

/** One asking of one tier: what a card shows and what a click on that card is bound to. */
export interface Request {
  /** The `handoff.requested` or `handoff.rerouted` event; the card's own event. */
  readonly eventId: string;
  readonly time: string;
  readonly handoff: Requested;
  readonly tier: number;
  /** Carries the group's mention: the first of its case and hand-off. */
  readonly mentions: boolean;
}

/** How an authorised proposal ended, or why an open one did. */
export interface Ending {
  readonly by?: Principal;
  readonly why?: string;
}

/** What somebody needs to know before they decide; without an answer it is being worked on. */
export interface Question {
  readonly by: Principal;
  readonly question: string;
  /** Policy stops the clock until it is answered. */
  readonly clockStopped?: boolean;
  readonly answer?: string;
}

export interface Progress {
  /** Approvals that count for the digest asked last. */
  readonly approvals: readonly Principal[];
  readonly onIt?: Principal;
  readonly question?: Question;
  /** Who moved the reminder, and until when. */
  readonly snoozed?: { readonly by: Principal; readonly until: string };
  readonly ending?: Ending;
}

/** A thumb on a finding. */
export interface Rating {
  readonly by: Principal;
  readonly right: boolean;
}

export interface CaseThread {
  readonly file: CaseFile;
  readonly openedAt?: string;
  readonly messages: readonly Posted[];
  /** In log order. */
  readonly requests: readonly Request[];
  readonly progress: Readonly<Record<string, Progress>>;
  readonly traces: Traces;
  /** Event → the last thumb of each person on it. */
  readonly ratings: Readonly<Record<string, readonly Rating[]>>;
}

/** @throws HatrackError of the bus when the log cannot be read */
export async function readThread(bus: Bus, caseId: string, surface: Surface): Promise<CaseThread> {
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read({ subject: caseId })) events.push(event);
  return foldThread(caseId, events, surface);
}

export function foldThread(caseId: string, events: Iterable<AnyEvent>, surface: Surface): CaseThread {
  let thread: CaseThread = {
    ...{ file: emptyCase(caseId), messages: [], requests: [], progress: {} },
    ...{ traces: noTraces, ratings: {} },
  };
  for (const event of events) thread = evolveThread(thread, event, surface);
  return thread;
}

function evolveThread(thread: CaseThread, event: AnyEvent, surface: Surface): CaseThread {
  const file = evolveCase(thread.file, event);
  const traces = evolveTraces(thread.traces, event);
  const next = { ...thread, file, traces, openedAt: thread.openedAt ?? event.time };
  if (isEvent(event, "message.posted")) {
    return event.data.surface === surface ? { ...next, messages: [...next.messages, event.data] } : next;
  }
  if (isEvent(event, "handoff.requested")) return asked(next, event, { handoff: event.data, tier: 0 });
  if (isEvent(event, "handoff.rerouted")) return rerouted(next, event);
  return evolveProgress(next, event);
}

function rerouted(thread: CaseThread, event: KnownEvent<"handoff.rerouted">): CaseThread {
  const { proposalId, tier, bar, digest, code } = event.data;
  const before = thread.requests.findLast((request) => request.handoff.proposalId === proposalId);
  if (before === undefined) return thread;
  return asked(thread, event, { handoff: { ...before.handoff, bar, digest, code }, tier });
}

function asked(thread: CaseThread, event: KnownEvent, what: Pick<Request, "handoff" | "tier">): CaseThread {
  const { handoff, tier } = what;
  const mentions = !thread.requests.some((earlier) => sameHandoff(earlier, event, what));
  const request: Request = { eventId: event.id, time: event.time, handoff, tier, mentions };
  const before = thread.progress[handoff.proposalId];
  const progress = { ...thread.progress, [handoff.proposalId]: { ...before, approvals: [] } };
  return { ...thread, requests: [...thread.requests, request], progress };
}

/** Proposals of one plan reach the gate within seconds: minutes apart they are one hand-off, one mention. */
const oneHandoffMs = 5 * 60_000;

function sameHandoff(
  earlier: Request,
  event: KnownEvent,
  { handoff, tier }: Pick<Request, "handoff" | "tier">,
): boolean {
  return (
    earlier.mentions &&
    earlier.tier === tier &&
    earlier.handoff.bar.addressed.role === handoff.bar.addressed.role &&
    earlier.handoff.proposalId !== handoff.proposalId &&
    Date.parse(event.time) - Date.parse(earlier.time) <= oneHandoffMs
  );
}

function evolveProgress(thread: CaseThread, event: AnyEvent): CaseThread {
  if (isEvent(event, "approval.recorded")) {
    const { proposalId, by } = event.data;
    const approvals = [...(thread.progress[proposalId]?.approvals ?? []), by];
    return changed(thread, proposalId, { approvals });
  }
  if (isEvent(event, "case.assigned") && event.data.proposalId !== undefined) {
    return changed(thread, event.data.proposalId, { onIt: event.data.to });
  }
  if (isEvent(event, "info.requested", "info.answered")) return evolveQuestion(thread, event);
  if (isEvent(event, "handoff.snoozed")) {
    const { proposalId, by, until } = event.data;
    return changed(thread, proposalId, { snoozed: { by, until } });
  }
  if (isEvent(event, "finding.rated")) return rated(thread, event);
  return evolveEnding(thread, event);
}

function evolveQuestion(
  thread: CaseThread,
  event: KnownEvent<"info.requested" | "info.answered">,
): CaseThread {
  const { proposalId } = event.data;
  if (isEvent(event, "info.requested")) {
    const { by, question, clockStopped = false } = event.data;
    return changed(thread, proposalId, { question: { by, question, clockStopped } });
  }
  const asked = thread.progress[proposalId]?.question;
  if (asked === undefined) return thread;
  return changed(thread, proposalId, { question: { ...asked, answer: event.data.answer } });
}

function rated(thread: CaseThread, { data }: KnownEvent<"finding.rated">): CaseThread {
  const { eventId, by, right } = data;
  const others = (thread.ratings[eventId] ?? []).filter((rating) => !samePrincipal(rating.by, by));
  return { ...thread, ratings: { ...thread.ratings, [eventId]: [...others, { by, right }] } };
}

function evolveEnding(thread: CaseThread, event: AnyEvent): CaseThread {
  if (isEvent(event, "action.executed")) {
    const { proposalId, by, note } = event.data;
    return changed(thread, proposalId, { ending: { by, ...(note === undefined ? {} : { why: note }) } });
  }
  if (isEvent(event, "action.abandoned", "action.revoked", "action.lapsed", "action.rolled_back")) {
    const { proposalId, why } = event.data;
    const by = "by" in event.data && event.data.by !== undefined ? { by: event.data.by } : {};
    return changed(thread, proposalId, { ending: { why, ...by } });
  }
  return thread;
}

function changed(thread: CaseThread, proposalId: string, change: Partial<Progress>): CaseThread {
  const before = thread.progress[proposalId] ?? { approvals: [] };
  return { ...thread, progress: { ...thread.progress, [proposalId]: { ...before, ...change } } };
}

export function rootOf(thread: CaseThread): Posted | undefined {
  return thread.messages.findLast((message) => message.kind === "root");
}

export function proposalOf(thread: CaseThread, proposalId: string): Proposal | undefined {
  return thread.file.proposals.find((proposal) => proposal.proposalId === proposalId);
}

/** The request that a posted card shows. */
export function requestOf(thread: CaseThread, eventId: string): Request | undefined {
  return thread.requests.find((request) => request.eventId === eventId);
}
