/**
 * What stands open over all cases: requests, what was decided last, whose case is whose, what is paused. A projection
 * over the log, caught up when somebody looks; nothing of it is stored.
 */
import { comparePositions, logTime, type Bus, type Position, type StoredEvent } from "../src/bus/bus.ts";
import { canonicalJson } from "../src/events/canonical.ts";
import type { EventType } from "../src/events/catalogue.ts";
import type { Ask } from "../src/events/gate-events.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../src/events/envelope.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { isCanary } from "../src/events/ids.ts";
import { evolve } from "../src/gate/evolve.ts";
import { gateSays } from "../src/gate/says.ts";
import { gateSource, type GateState, type Handoff } from "../src/gate/state.ts";
import type { Surface } from "./case-thread.ts";
import { KeyedQueue } from "./lanes/queue.ts";
import { Recent } from "./lanes/recent.ts";
import type { Place } from "./outbox.ts";

const modelTypes = ["model.unavailable", "model.recovered", "model.failed_over"] as const;
/** What a change of the board follows from. */
export const boardTypes = [
  ...gateSays,
  ...modelTypes,
  "case.escalated",
  "message.posted",
] as const satisfies readonly EventType[];

export interface Decided {
  readonly handoff: Handoff;
  /** What it came to, or what came of it since. */
  readonly at: string;
}

export interface OpenCase {
  readonly caseId: string;
  /** Roles it was escalated to, and on-call roles somebody was asked in. */
  readonly roles: ReadonlySet<string>;
  readonly assignee?: Principal;
  readonly closed: boolean;
}

/** What somebody is, or was, asked to decide, as far as another case may ask for the same. */
export interface SameAction {
  readonly caseId: string;
  readonly proposalId: string;
  readonly status: Handoff["status"];
  /** When it came to that. */
  readonly at: string;
}

/** Decisions that are remembered, and cases. */
const mostDecisions = 50;
const mostCases = 5_000;
const mostRoots = 50_000;
/** Redis nodes' clocks may differ by so much; only matters where a log has several partitions. */
const skewMs = 60_000;

export class Board {
  readonly #bus: Pick<Bus, "read" | "tail">;
  readonly #surface: Surface;
  readonly #positions = new Map<number, Position>();
  readonly #queue = new KeyedQueue();
  readonly #states = new Map<string, GateState>();
  readonly #cards = new Recent<Place>(mostCases);
  readonly #cases = new Recent<OpenCase>(mostCases);
  readonly #roots = new Recent<string>(mostRoots);
  readonly #paused = new Set<string>();
  readonly #actions = new Recent<SameAction & { readonly action: string }>(mostCases);
  #decided: Decided[] = [];
  #modelDown: string | undefined;

  constructor(bus: Pick<Bus, "read" | "tail">, surface: Surface) {
    this.#bus = bus;
    this.#surface = surface;
  }

  /** Folds what has come since. @throws HatrackError of the bus */
  catchUp(): Promise<void> {
    return this.#queue.run("log", async () => {
      const after = await this.#after();
      const from = after === undefined ? {} : { after };
      for await (const stored of this.#bus.read({ types: boardTypes, ...from })) this.#take(stored);
    });
  }

  /** Requests that still want something of a person, the oldest first. */
  open(): Handoff[] {
    return [...this.#states.values()].filter(isOpen).sort((a, b) => dueAt(a) - dueAt(b));
  }

  /** The last decisions, the newest first. */
  decisions(): readonly Decided[] {
    return this.#decided;
  }

  cases(): OpenCase[] {
    return this.#cases.values();
  }

  paused(): string[] {
    return [...this.#paused];
  }

  /** Why no model answers; undefined while one does. */
  get modelDown(): string | undefined {
    return this.#modelDown;
  }

  /** The same verb on the same target, asked in other cases: the oldest first. Reviews are of a case each. */
  sameAs(caseId: string, ask: Pick<Ask, "verb" | "target">): SameAction[] {
    if (ask.verb === "review_case") return [];
    const action = actionOf(ask);
    return this.#actions.values().filter((other) => other.action === action && other.caseId !== caseId);
  }

  /** Where the card that shows this request stands. */
  cardOf({ askedBy }: Handoff): Place | undefined {
    return this.#cards.get(askedBy);
  }

  /** The case at the head of whose thread this message stands. */
  caseAt({ channel, ts }: Place): string | undefined {
    return this.#roots.get(`${channel} ${ts}`);
  }

  async #after(): Promise<Position | undefined> {
    const [least] = [...this.#positions.values()].sort(comparePositions);
    if (least === undefined || (await this.#bus.tail()).size <= 1) return least;
    return `${Math.max(0, logTime(least) - skewMs)}-0`;
  }

  #take({ event, partition, position }: StoredEvent): void {
    const known = this.#positions.get(partition);
    if (known !== undefined && comparePositions(position, known) <= 0) return;
    this.#positions.set(partition, position);
    if (isCanary(event.subject)) return;
    if (isEvent(event, ...gateSays) && event.source === gateSource) this.#gate(event);
    this.#rest(event);
  }

  #gate(event: KnownEvent<(typeof gateSays)[number]>): void {
    if (isEvent(event, "role.paused")) this.#paused.add(event.data.role);
    if (isEvent(event, "role.resumed")) this.#paused.delete(event.data.role);
    if ("proposalId" in event.data && event.data.proposalId !== undefined) {
      this.#proposal(event.data.proposalId, event);
    }
    this.#caseOf(event);
  }

  #proposal(proposalId: string, event: KnownEvent<(typeof gateSays)[number]>): void {
    const known = this.#actions.get(proposalId);
    // It was closed when it was done; that it was undone since is all there is to know.
    if (isEvent(event, "action.rolled_back") && known !== undefined) {
      this.#actions.set(proposalId, { ...known, status: "rolled_back", at: event.time });
    }
    const state = evolve(this.#states.get(proposalId), event);
    if (state.phase !== "asked") return;
    this.#states.set(proposalId, state);
    const { caseId, status, ask } = state;
    if (known?.status !== status) {
      this.#actions.set(proposalId, { caseId, proposalId, status, at: event.time, action: actionOf(ask) });
    }
    const ends = ["action.decided", "action.executed", "action.abandoned", "action.lapsed", "action.revoked"];
    if (!ends.includes(event.type)) return;
    const others = this.#decided.filter(({ handoff }) => handoff.proposalId !== proposalId);
    this.#decided = [{ handoff: state, at: event.time }, ...others].slice(0, mostDecisions);
    if (!isOpen(state)) this.#states.delete(proposalId);
  }

  #caseOf(event: KnownEvent<(typeof gateSays)[number]>): void {
    const caseId = event.subject;
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) {
      this.#joins(caseId, event.data.bar.addressed.role);
    }
    if (isEvent(event, "case.assigned")) this.#change(caseId, { assignee: event.data.to });
    if (isEvent(event, "case.closed", "case.reopened")) {
      this.#change(caseId, { closed: event.type === "case.closed" });
    }
  }

  #rest(event: AnyEvent): void {
    if (isEvent(event, "case.escalated")) this.#joins(event.subject, event.data.toRole);
    if (isEvent(event, "model.unavailable")) this.#modelDown = event.data.why;
    if (isEvent(event, "model.recovered", "model.failed_over")) this.#modelDown = undefined;
    if (!isEvent(event, "message.posted") || event.data.surface !== this.#surface) return;
    const { kind, eventId, channel, ts } = event.data;
    if (kind === "root") this.#roots.set(`${channel} ${ts}`, event.subject);
    if (kind === "gate") this.#cards.set(eventId, { channel, ts });
  }

  #joins(caseId: string, role: string): void {
    const roles = new Set([...(this.#cases.get(caseId)?.roles ?? []), role]);
    this.#change(caseId, { roles });
  }

  #change(caseId: string, change: Partial<OpenCase>): void {
    const before = this.#cases.get(caseId) ?? { caseId, roles: new Set(), closed: false };
    this.#cases.set(caseId, { ...before, ...change });
  }
}

function actionOf({ verb, target }: Pick<Ask, "verb" | "target">): string {
  return canonicalJson([verb, target.type, target.value.trim().toLowerCase()]);
}

/** Until when it waits; what nobody could see yet comes last. */
function dueAt({ status, carryOutBy, opened }: Handoff): number {
  const due = status === "authorised" ? carryOutBy : opened?.expiresAt;
  return due === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(due);
}

function isOpen(state: GateState): state is Handoff {
  return state.phase === "asked" && (state.status === "pending" || state.status === "authorised");
}
