/**
 * What the gate costs the people behind it: how often each on-call role is asked, by night too, how much of it is
 * rejected, runs out or stays undone, and how long a decision takes. By role, never by name.
 */
import { isoTime } from "../clock.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { isCanary } from "../events/ids.ts";
import { gateSays } from "./says.ts";
import { gateSource } from "./state.ts";
import { localTime } from "./windows.ts";

export interface LoadWindow {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Whose nights they are: an IANA name. Default UTC. */
  readonly zone?: string;
}

/** 22:00 to 06:00 there, by the date it began. */
export interface NightLoad {
  readonly night: string;
  readonly asks: number;
  /** People in the group at its last ask, and its asks for each of them; left out when that is not on the record. */
  readonly people?: number;
  readonly perPerson?: number;
}

export interface RoleLoad {
  readonly role: string;
  readonly title: string;
  /** Times it was asked: first requests, and those that came to it from another tier. */
  readonly asks: number;
  /** People in the group when it was last asked; left out when that is not on the record. */
  readonly people?: number;
  /** Nights without an ask are not listed. */
  readonly nights: readonly NightLoad[];
  readonly authorised: number;
  readonly rejected: number;
  /** It ran out at this role: the next tier was asked, or nobody was left. */
  readonly expired: number;
  /** Authorised here, and called for because nobody had marked it done. */
  readonly overdue: number;
  /** Of what it was asked, 0 to 1. */
  readonly shares: { readonly rejected: number; readonly expired: number; readonly overdue: number };
  /** From the posted card to the decision; left out when nothing was decided. */
  readonly minutesToDecision?: { readonly p50: number; readonly p90: number; readonly n: number };
}

export interface GateLoad {
  readonly from: string;
  readonly to: string;
  readonly roles: readonly RoleLoad[];
}

interface Tally {
  readonly title: string;
  asks: number;
  people: number | undefined;
  readonly nights: Map<string, { asks: number; people: number | undefined }>;
  authorised: number;
  rejected: number;
  expired: number;
  readonly overdue: Set<string>;
  readonly minutes: number[];
}

/** Whom a proposal is with, and since when its card can be seen. */
interface With {
  readonly role: string;
  /** The night in which it was asked, if it counts. */
  readonly night: string | undefined;
  readonly openedAt?: number;
}

/** @param events the gate's events in log order; also those from before the window, which say whom it was with */
export function gateLoad(events: Iterable<AnyEvent>, window: LoadWindow): GateLoad {
  const counting = new Counting(window);
  for (const event of events) {
    if (isEvent(event, ...gateSays) && event.source === gateSource && !isCanary(event.subject))
      counting.fold(event);
  }
  return { from: isoTime(window.from), to: isoTime(window.to), roles: counting.roles() };
}

class Counting {
  readonly #window: LoadWindow;
  readonly #with = new Map<string, With>();
  readonly #tallies = new Map<string, Tally>();

  constructor(window: LoadWindow) {
    this.#window = window;
  }

  fold(event: KnownEvent<(typeof gateSays)[number]>): void {
    const at = Date.parse(event.time);
    const counts = at >= this.#window.from && at < this.#window.to;
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) this.#asked(event, counts);
    else if (isEvent(event, "handoff.opened")) this.#opened(event, counts);
    else if (isEvent(event, "action.decided") && counts) this.#decided(event, at);
    else if (isEvent(event, "action.overdue") && counts) {
      const { proposalId } = event.data;
      this.#tallyOf(proposalId)?.overdue.add(proposalId);
    }
  }

  #asked(event: KnownEvent<"handoff.requested" | "handoff.rerouted">, counts: boolean): void {
    const { proposalId, bar } = event.data;
    const before = this.#tallyOf(proposalId);
    if (counts && before !== undefined && ranOut(event)) before.expired += 1;
    const { role, title } = bar.addressed;
    const asks = counts && !isEdit(event);
    const night = asks ? nightOf(Date.parse(event.time), this.#window.zone) : undefined;
    this.#with.set(proposalId, { role, night });
    const tally = this.#tallies.get(role) ?? emptyTally(title);
    this.#tallies.set(role, tally);
    if (!asks) return;
    tally.asks += 1;
    if (night === undefined) return;
    const { asks: n, people } = tally.nights.get(night) ?? { asks: 0, people: undefined };
    tally.nights.set(night, { asks: n + 1, people });
  }

  #opened({ data }: KnownEvent<"handoff.opened">, counts: boolean): void {
    const held = this.#with.get(data.proposalId);
    if (held === undefined) return;
    this.#with.set(data.proposalId, { ...held, openedAt: Date.parse(data.postedAt) });
    const tally = this.#tallies.get(held.role);
    if (tally === undefined || data.known === undefined) return;
    const people = data.known.length;
    if (counts) tally.people = people;
    const night = tally.nights.get(held.night ?? "");
    if (night !== undefined) night.people = people;
  }

  #decided({ data }: KnownEvent<"action.decided">, at: number): void {
    const tally = this.#tallyOf(data.proposalId);
    if (tally === undefined) return;
    const { outcome } = data;
    if (outcome === "expired") tally.expired += 1;
    if (outcome !== "authorised" && outcome !== "rejected") return;
    tally[outcome] += 1;
    const openedAt = this.#with.get(data.proposalId)?.openedAt;
    if (openedAt !== undefined) tally.minutes.push(Math.max(0, at - openedAt) / 60_000);
  }

  #tallyOf(proposalId: string): Tally | undefined {
    const held = this.#with.get(proposalId);
    return held === undefined ? undefined : this.#tallies.get(held.role);
  }

  roles(): RoleLoad[] {
    return [...this.#tallies]
      .filter(([, tally]) => tally.asks + tally.authorised + tally.rejected + tally.expired > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([role, tally]) => roleLoad(role, tally));
  }
}

/** The tier before did not answer in time; handed on by a person, it did. */
function ranOut(event: KnownEvent<"handoff.requested" | "handoff.rerouted">): boolean {
  return isEvent(event, "handoff.rerouted") && event.data.by === undefined;
}

/** The same people are asked the same thing again. */
function isEdit(event: KnownEvent<"handoff.requested" | "handoff.rerouted">): boolean {
  return isEvent(event, "handoff.requested") && event.data.edited !== undefined;
}

function emptyTally(title: string): Tally {
  const counts = { asks: 0, authorised: 0, rejected: 0, expired: 0 };
  return { title, ...counts, people: undefined, nights: new Map(), overdue: new Set(), minutes: [] };
}

function roleLoad(role: string, tally: Tally): RoleLoad {
  const { title, asks, people, authorised, rejected, expired, minutes } = tally;
  const overdue = tally.overdue.size;
  const share = (n: number): number => (asks === 0 ? 0 : Math.min(1, n / asks));
  const sorted = minutes.toSorted((a, b) => a - b);
  const times = { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), n: sorted.length };
  return {
    ...{ role, title, asks, authorised, rejected, expired, overdue },
    ...(people === undefined ? {} : { people }),
    nights: [...tally.nights].sort(([a], [b]) => (a < b ? -1 : 1)).map(nightLoad),
    shares: { rejected: share(rejected), expired: share(expired), overdue: share(overdue) },
    ...(sorted.length === 0 ? {} : { minutesToDecision: times }),
  };
}

function nightLoad([night, { asks, people }]: [
  string,
  { asks: number; people: number | undefined },
]): NightLoad {
  return people === undefined || people === 0
    ? { night, asks }
    : { night, asks, people, perPerson: asks / people };
}

/** The smallest value that so much of all is not above (nearest rank). */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** "2026-03-02" for 22:00 that day to 06:00 the next; undefined by day. */
function nightOf(at: number, zone = "UTC"): string | undefined {
  const { date, time } = localTime(at, zone);
  if (time >= "06:00" && time < "22:00") return undefined;
  if (time >= "22:00") return date;
  return isoTime(Date.parse(`${date}T12:00:00.000Z`) - 24 * 60 * 60_000).slice(0, 10);
}
