/**
 * The bus: one append-only log, and consumer groups on it. Delivery is at least once; the effect of a handler is
 * exactly once, because its outputs are appended in the same step that settles its input. Adapters: local-bus.ts
 * (one SQLite file), redis-bus.ts (Redis Streams). One conformance suite (test/bus/conformance.ts) runs over all.
 */
import type { EventData, EventType } from "../events/catalogue.ts";
import type { AnyEvent, KnownEvent } from "../events/envelope.ts";

/** "<milliseconds>-<sequence>", as Redis Streams ids: its first half is log time, the only clock of the gate. */
export type Position = string;

export interface StoredEvent<E extends AnyEvent = AnyEvent> {
  readonly position: Position;
  readonly partition: number;
  readonly event: E;
}

/** What a handler says; the bus adds id, cause, time, source and trace. */
export type Draft = {
  [T in EventType]: {
    readonly type: T;
    readonly data: EventData<T>;
    /** Default: the subject of the cause. */
    readonly subject?: string;
    /** Default: the subscription's source. */
    readonly source?: string;
  };
}[EventType];

/** What a handler makes of one delivery. */
export type Handled =
  | { readonly events: readonly Draft[] }
  /** Nothing to do: the entry is settled and the reason goes to the diagnostics. */
  | { readonly skip: string }
  /** A dependency is down: the entry stays, the subscription pauses and tries again, no attempt is spent. */
  | { readonly stop: string; readonly retryAfterMs?: number };

export const says = (...events: readonly Draft[]): Handled => ({ events });
export const skip = (reason: string): Handled => ({ skip: reason });
export const stop = (reason: string, retryAfterMs = 5_000): Handled => ({ stop: reason, retryAfterMs });

export interface Delivery<T extends EventType = EventType, S = undefined> {
  readonly event: KnownEvent<T>;
  readonly position: Position;
  readonly partition: number;
  /** The folded state of this event's key; undefined before the first output of that key. */
  readonly state: S | undefined;
  /** 1 for the first delivery; more after a crash or a reclaim, never for a retry in place. */
  readonly deliveries: number;
  /** Aborted when the claim is lost, the deadline has passed or the subscription closes. */
  readonly signal: AbortSignal;
}

export type Handler<T extends EventType, S> = (delivery: Delivery<T, S>) => Promise<Handled> | Handled;

/**
 * State for handlers that decide. It is the fold of the group's own outputs for one key in log order, kept beside
 * the group and compared and replaced in the commit: of two workers that read the same state one commits, the
 * other handles again on what the first left (lesson 30). It must be JSON.
 */
export interface StateOf<T extends EventType, S> {
  key(event: KnownEvent<T>): string;
  evolve(state: S | undefined, output: KnownEvent): S;
  /** Parses what was kept; throws on anything else. */
  parse(value: unknown): S;
}

export interface SubscribeOptions<T extends EventType, S> {
  /** The outputs' CloudEvents source: "/roles/tier2". */
  readonly source: string;
  /** Handlers at work at once. Default 4. */
  readonly concurrency?: number;
  /** Milliseconds one handling may take before its signal aborts and it counts as thrown. Default 15 minutes. */
  readonly deadlineMs?: number;
  /** Cheap look at an event; false settles it with no outputs and without the handler. */
  readonly wants?: (event: KnownEvent<T>) => boolean;
  readonly state?: StateOf<T, S>;
  /** Puts a signature on each output, once nothing else of it will change. */
  readonly sign?: (output: KnownEvent) => KnownEvent;
  /**
   * For handlers with an effect outside the log: where Redis has replicas, an entry is delivered only once one of them
   * has it, so that a failover cannot take back what was shown. Default false.
   */
  readonly confirmed?: boolean;
  /** Stable over restarts, unique per process of a group. Default: host name and process id. */
  readonly consumer?: string;
}

export type SubscriptionStatus = "running" | "paused" | "closed" | "failed";

export interface Subscription {
  readonly group: string;
  status(): SubscriptionStatus;
  /**
   * Milliseconds since it last got on: its read loop turned, or, while that waits for its handlers, its claims were
   * renewed. More than a minute is a hang. 0 once it closes.
   */
  stalledMs(): number;
  /** Resolves when it is closed; rejects with the reason when it failed (a group that vanished, …). */
  readonly ended: Promise<void>;
  /** Takes nothing new; lets handlers finish up to `graceMs` (default 5,000), then hands back what is left. */
  close(graceMs?: number): Promise<void>;
}

export interface GroupStatus {
  readonly group: string;
  /** Entries not yet delivered. */
  readonly lag: number;
  /** Entries delivered and not settled. */
  readonly pending: number;
  readonly oldestPendingMs: number;
  readonly consumers: number;
  readonly dead: number;
}

export interface DeadEntry {
  readonly group: string;
  readonly position: Position;
  readonly partition: number;
  /** "threw", "crashed" or "unreadable". */
  readonly reason: string;
  readonly error: string;
  /** Of the last throw; left out where nothing was thrown, as when a process died. */
  readonly stack?: string | undefined;
  readonly failures: number;
  readonly deliveries: number;
  /**
   * Of the first throw in the last worker's hands; of what threw nothing, as when its workers died: of the first
   * delivery, or on Redis, which keeps no time of that, of the burial.
   */
  readonly firstAt: string;
  readonly lastAt: string;
  /** The stored text, also when it does not parse. */
  readonly text: string;
}

export interface DeadLetters {
  list(group?: string): Promise<DeadEntry[]>;
  /** Gives the entry back to the one group that failed it; says false if it is not (or no longer) dead there. */
  redrive(group: string, position: Position): Promise<boolean>;
  /** Settles it for good, as handled with no outputs; says false as above. */
  discard(group: string, position: Position): Promise<boolean>;
}

export interface ReadOptions {
  /** Exclusive. */
  readonly after?: Position;
  /** Inclusive. */
  readonly to?: Position;
  readonly types?: readonly EventType[];
  /** Costs the subject's entries, not the log's. */
  readonly subject?: string;
}

export interface Bus {
  /**
   * Proves that the log can be used and creates it, with `groups` at its beginning, if it is new. On a log that
   * exists, a group it does not know starts one hour back; one it knows and no longer finds is `group_vanished`.
   */
  open(groups: readonly string[]): Promise<void>;
  /** An id enters the log once; a repeat returns what is stored. Resolves when it is durable. */
  publish(events: readonly AnyEvent[]): Promise<StoredEvent[]>;
  subscribe<T extends EventType, S = undefined>(
    group: string,
    types: readonly T[],
    handler: Handler<T, S>,
    options: SubscribeOptions<T, S>,
  ): Subscription;
  read(options?: ReadOptions): AsyncIterable<StoredEvent>;
  /** As `read`, then waits for more until the signal aborts. */
  follow(options: ReadOptions & { readonly signal: AbortSignal }): AsyncIterable<StoredEvent>;
  /** The position of the last entry per partition; undefined for an empty one. */
  tail(): Promise<ReadonlyMap<number, Position>>;
  groups(): Promise<GroupStatus[]>;
  /**
   * Takes a name for so many milliseconds, or keeps it: true while it is this owner's. For what only one process of
   * several does. 0 gives it back.
   */
  lease(name: string, owner: string, ms: number): Promise<boolean>;
  readonly dead: DeadLetters;
  close(): Promise<void>;
}

/** Log time of a position, milliseconds since the epoch. */
export function logTime(position: Position): number {
  return Number(position.slice(0, position.indexOf("-")));
}

/** Order of two positions of one partition. */
export function comparePositions(a: Position, b: Position): number {
  const byTime = logTime(a) - logTime(b);
  return byTime !== 0 ? byTime : Number(a.slice(a.indexOf("-") + 1)) - Number(b.slice(b.indexOf("-") + 1));
}
