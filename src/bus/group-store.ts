/**
 * What a bus keeps for one consumer group, as the worker loop (subscription.ts) needs it: entries to claim, claims
 * to renew, one atomic commit. One implementation an adapter: local/local-group-store.ts, redis/…; the loop is the
 * same over both.
 *
 * Errors: a HatrackError with `retryable` true (`bus_unavailable`) makes the loop wait and call again; any other
 * (`group_vanished`, `group_unknown`, `bus_closed`) ends the subscription with it.
 */
import type { EventType } from "../events/catalogue.ts";
import type { KnownEvent } from "../events/envelope.ts";
import type { DeadEntry, Position } from "./bus.ts";

/** One entry in this worker's hands. */
export interface Claim {
  readonly position: Position;
  readonly partition: number;
  /** This one included: 1 for an entry nobody held before. A hand-back takes its delivery back. */
  readonly deliveries: number;
  /** How long ago it was first delivered, milliseconds; left out where that is not kept. */
  readonly firstAgoMs?: number;
  /** The entry's own type field, read without its payload; undefined if the entry has none. */
  readonly type: string | undefined;
  /** The payload as stored; undefined if the entry has none (or was trimmed away, lesson 37). */
  readonly text: string | undefined;
}

export interface TakeRequest {
  /** At most so many, at least 1. */
  readonly max: number;
  /** How long to wait for the first one, milliseconds. */
  readonly waitMs: number;
  /** Ends the wait. What arrives after it is handed back by the store or returned; never lost. */
  readonly signal: AbortSignal;
}

/** An event to append, with its text of at most 64 KB. */
export interface Output {
  readonly event: KnownEvent;
  readonly text: string;
}

/** Compared with what is kept, byte for byte, and replaced in the commit. */
export interface StateChange {
  readonly key: string;
  /** What the handler read; undefined: nothing was kept. */
  readonly before: string | undefined;
  /** undefined: compare only (the handler said nothing). */
  readonly after: string | undefined;
}

export interface Commit {
  readonly claim: Claim;
  readonly outputs: readonly Output[];
  readonly state?: StateChange;
}

/**
 * `settled`: the entry is not in this claim's hands any more (settled, or taken over): nothing was changed.
 * `conflict`: the kept state is not `before`: nothing was changed, the claim stands.
 */
export type CommitResult = "ok" | "settled" | "conflict";

/** An entry for the dead letters, with the `entry.dead` event that says so: both in one step with its settling. */
export interface Burial {
  readonly claim: Claim;
  readonly dead: DeadEntry;
  readonly said: Output;
}

export interface GroupStore {
  /**
   * Entries that were never delivered, or were handed back or redriven (deliveries 0), in log order, each claimed
   * with deliveries 1. Entries of other types than the subscription's are settled on the way and not returned;
   * entries without a type field are returned. Resolves with [] when the wait is over.
   */
  take(request: TakeRequest): Promise<readonly Claim[]>;
  /**
   * How often the oldest entry whose worker stopped renewing (`reclaimIdleMs`) was delivered, at least 1;
   * undefined when there is none. Changes nothing.
   */
  abandoned(): Promise<number | undefined>;
  /** Takes over that entry, with one delivery more; undefined if somebody else did. */
  reclaim(): Promise<Claim | undefined>;
  /** Renews what is still in these claims' hands, never by stealing (lesson 36); resolves with those that are not. */
  renew(claims: readonly Claim[]): Promise<readonly Claim[]>;
  /** Gives entries back for anybody to take at once, with the delivery taken back. Ignores those it does not hold. */
  handBack(claims: readonly Claim[]): Promise<void>;
  /** The kept text of one key in the claim's partition. */
  readState(claim: Claim, key: string): Promise<string | undefined>;
  /** Compare state, settle, append, replace state: one step. The store may gather calls of one tick in a batch. */
  commit(commit: Commit): Promise<CommitResult>;
  /** Settle, keep the dead letter, append `said`: one step. */
  bury(burial: Burial): Promise<"ok" | "settled">;
  /** Forgets the consumer. After it no call is made. */
  close(): Promise<void>;
}

/** What an adapter needs to know to make one; each bus has `groupStore(request)` for this and for the suite. */
export interface GroupStoreRequest {
  readonly group: string;
  readonly types: readonly EventType[];
  readonly consumer: string;
  /** See SubscribeOptions. */
  readonly confirmed?: boolean | undefined;
}
