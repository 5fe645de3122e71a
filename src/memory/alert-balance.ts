/**
 * Every alert that was received, once, by what became of it: received = triaged + failed + dead + waiting + grouped +
 * suppressed. `received` counts what sources said and the rest what came of it, so that it shows when they do not meet.
 */
import type { Bus, Position, StoredEvent } from "../bus/bus.ts";
import { comparePositions } from "../bus/bus.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";

export interface AlertBalance {
  readonly received: number;
  readonly triaged: number;
  /** Sentinel looked and came to no answer. */
  readonly failed: number;
  /** Sentinel's dead letter. */
  readonly dead: number;
  /** Nobody has looked yet. */
  readonly waiting: number;
  readonly grouped: number;
  readonly suppressed: number;
  /** It adds up. */
  readonly balanced: boolean;
}

/** Who looks at every alert first. */
const firstLook = "sentinel";
const intake = ["alert.received", "alert.grouped", "alert.suppressed"] as const;
const types = [...intake, "alert.triaged", "role.failed", "entry.dead", "entry.redriven"] as const;

type Fate = "waiting" | "failed" | "dead" | "triaged";

/** Folds the log in any order of its cases; an alert costs one entry of a map. */
export class BalanceFold {
  /** Ids of alerts, which a repeat shares. */
  readonly #received = new Set<string>();
  readonly #grouped = new Set<string>();
  readonly #suppressed = new Set<string>();
  /** Case → what became of its alert. */
  readonly #cases = new Map<string, Fate>();

  evolve(event: AnyEvent): void {
    if (isEvent(event, ...intake)) this.#takeIn(event);
    else if (isEvent(event, "alert.triaged")) this.#set(event.subject, "triaged");
    else if (isEvent(event, "role.failed")) this.#failed(event);
    else if (isEvent(event, "entry.dead")) this.#ofGroup(event, "dead");
    else if (isEvent(event, "entry.redriven")) this.#ofGroup(event, "waiting");
  }

  get balance(): AlertBalance {
    const counts: Record<Fate, number> = { waiting: 0, failed: 0, dead: 0, triaged: 0 };
    for (const fate of this.#cases.values()) counts[fate] += 1;
    const { size: grouped } = this.#grouped;
    const { size: suppressed } = this.#suppressed;
    const { size: received } = this.#received;
    const { triaged, failed, dead, waiting } = counts;
    const balanced = received === triaged + failed + dead + waiting + grouped + suppressed;
    return { received, triaged, failed, dead, waiting, grouped, suppressed, balanced };
  }

  #takeIn(event: KnownEvent<(typeof intake)[number]>): void {
    this.#received.add(event.id);
    if (event.type === "alert.grouped") this.#grouped.add(event.id);
    else if (event.type === "alert.suppressed") this.#suppressed.add(event.id);
    else if (!this.#cases.has(event.subject)) this.#cases.set(event.subject, "waiting");
  }

  /** What is said of no alert's case (a canary, another role's) is nobody's fate. */
  #set(caseId: string, fate: Fate): void {
    if (this.#cases.has(caseId)) this.#cases.set(caseId, fate);
  }

  #failed({ subject, data }: KnownEvent<"role.failed">): void {
    if (data.role === firstLook && this.#cases.get(subject) !== "triaged") this.#set(subject, "failed");
  }

  #ofGroup({ subject, data }: KnownEvent<"entry.dead" | "entry.redriven">, fate: Fate): void {
    if (data.group === firstLook && this.#cases.get(subject) !== "triaged") this.#set(subject, fate);
  }
}

export interface BalanceAt {
  readonly alerts: AlertBalance;
  /** Partition → the last entry that is counted. */
  readonly positions: Readonly<Record<string, Position>>;
}

/** The log as it stands when this begins; what comes meanwhile is not counted. */
export async function alertBalance(bus: Pick<Bus, "read" | "tail">): Promise<BalanceAt> {
  const tail = await bus.tail();
  const fold = new BalanceFold();
  const [last] = [...tail.values()].sort(comparePositions).slice(-1);
  if (last !== undefined) {
    for await (const stored of bus.read({ types, to: last })) {
      if (isWithin(stored, tail)) fold.evolve(stored.event);
    }
  }
  return { alerts: fold.balance, positions: Object.fromEntries(tail) };
}

function isWithin({ partition, position }: StoredEvent, tail: ReadonlyMap<number, Position>): boolean {
  const end = tail.get(partition);
  return end !== undefined && comparePositions(position, end) <= 0;
}
