/**
 * What the front end knows of one case: its case file, the messages that show it, and what each card asked. All of
 * it is folded from the log whenever it is needed; nothing is kept (a front end has no state of its own).
 */
import type { Bus } from "../src/bus/bus.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../src/events/envelope.ts";
import type { EventData } from "../src/events/catalogue.ts";
import { samePrincipal } from "../src/gate/authority.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { evolvePlans, inPlan, noPlans, type Plans } from "./plan-order.ts";
import { askedAnew, evolveProgress, type AllProgress } from "./progress.ts";
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

/** A question about a request, for whoever can answer it. */
export interface Question {
  /** The id of its `info.requested`. */
  readonly requestId: string;
  readonly text: string;
  /** The request it was asked about: the card's event. */
  readonly askedOf: string;
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
  /** In log order, those of one plan in the plan's. */
  readonly requests: readonly Request[];
  readonly plans: Plans;
  readonly progress: AllProgress;
  readonly questions: readonly Question[];
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
    ...{ file: emptyCase(caseId), messages: [], requests: [], progress: {}, questions: [], plans: noPlans },
    ...{ traces: noTraces, ratings: {} },
  };
  for (const event of events) thread = evolveThread(thread, event, surface);
  return thread;
}

function evolveThread(thread: CaseThread, event: AnyEvent, surface: Surface): CaseThread {
  const file = evolveCase(thread.file, event);
  const traces = evolveTraces(thread.traces, event);
  const plans = evolvePlans(thread.plans, event);
  const next = { ...thread, file, traces, plans, openedAt: thread.openedAt ?? event.time };
  if (isEvent(event, "message.posted")) {
    return event.data.surface === surface ? { ...next, messages: [...next.messages, event.data] } : next;
  }
  if (isEvent(event, "handoff.requested")) return asked(next, event, { handoff: event.data, tier: 0 });
  if (isEvent(event, "handoff.rerouted")) return rerouted(next, event);
  if (isEvent(event, "finding.rated")) return rated(next, event);
  if (isEvent(event, "info.requested")) return questioned(next, event);
  const progress = evolveProgress(next.progress, event);
  return progress === next.progress ? next : { ...next, progress };
}

function questioned(thread: CaseThread, event: KnownEvent<"info.requested">): CaseThread {
  const { proposalId, question: text } = event.data;
  const progress = evolveProgress(thread.progress, event);
  const askedOf = thread.requests.findLast(({ handoff }) => handoff.proposalId === proposalId)?.eventId;
  if (askedOf === undefined) return { ...thread, progress };
  return { ...thread, progress, questions: [...thread.questions, { requestId: event.id, text, askedOf }] };
}

function rerouted(thread: CaseThread, event: KnownEvent<"handoff.rerouted">): CaseThread {
  const { proposalId, tier, bar, digest, code } = event.data;
  const before = thread.requests.findLast((request) => request.handoff.proposalId === proposalId);
  if (before === undefined) return thread;
  return asked(thread, event, { handoff: { ...before.handoff, bar, digest, code }, tier });
}

function asked(thread: CaseThread, event: KnownEvent, what: Pick<Request, "handoff" | "tier">): CaseThread {
  const { handoff, tier } = what;
  const request: Request = { eventId: event.id, time: event.time, handoff, tier, mentions: false };
  const later = thread.requests.findIndex(
    (other) => other.tier === tier && inPlan(thread.plans, handoff.proposalId, other.handoff.proposalId) < 0,
  );
  const at = later < 0 ? thread.requests.length : later;
  const requests = mentioning(thread.requests.toSpliced(at, 0, request));
  const progress = askedAnew(thread.progress, handoff.proposalId);
  return { ...thread, requests, progress };
}

/** Proposals of one plan reach the gate within seconds: minutes apart they are one hand-off, one mention. */
const oneHandoffMs = 5 * 60_000;

/** The first of each hand-off carries the mention. */
function mentioning(requests: readonly Request[]): Request[] {
  const marked: Request[] = [];
  for (const request of requests) {
    const mentions = !marked.some((earlier) => sameHandoff(earlier, request));
    marked.push(request.mentions === mentions ? request : { ...request, mentions });
  }
  return marked;
}

function sameHandoff(earlier: Request, { time, handoff, tier }: Request): boolean {
  return (
    earlier.mentions &&
    earlier.tier === tier &&
    earlier.handoff.bar.addressed.role === handoff.bar.addressed.role &&
    earlier.handoff.proposalId !== handoff.proposalId &&
    Math.abs(Date.parse(time) - Date.parse(earlier.time)) <= oneHandoffMs
  );
}

function rated(thread: CaseThread, { data }: KnownEvent<"finding.rated">): CaseThread {
  const { eventId, by, right } = data;
  const others = (thread.ratings[eventId] ?? []).filter((rating) => !samePrincipal(rating.by, by));
  return { ...thread, ratings: { ...thread.ratings, [eventId]: [...others, { by, right }] } };
}

export function rootOf(thread: CaseThread): Posted | undefined {
  return thread.messages.findLast((message) => message.kind === "root");
}

export function proposalOf(thread: CaseThread, proposalId: string): Proposal | undefined {
  return thread.file.proposals.find((proposal) => proposal.proposalId === proposalId);
}

export function questionOf(thread: CaseThread, requestId: string): Question | undefined {
  return thread.questions.find((question) => question.requestId === requestId);
}

/** The request that a posted card shows. */
export function requestOf(thread: CaseThread, eventId: string): Request | undefined {
  return thread.requests.find((request) => request.eventId === eventId);
}
