/**
 * The bus in one SQLite file, or in memory without one. One process writes; others may open it read-only. One
 * partition, number 0.
 */
import { hostname } from "node:os";
import { systemClock, type Clock } from "../clock.ts";
import { silent, type Diagnostics } from "../diagnostics.ts";
import { HatrackError } from "../errors.ts";
import type { EventType } from "../events/catalogue.ts";
import type { AnyEvent } from "../events/envelope.ts";
import type {
  Bus,
  DeadLetters,
  GroupStatus,
  Handler,
  Position,
  ReadOptions,
  StoredEvent,
  SubscribeOptions,
  Subscription,
} from "./bus.ts";
import type { GroupStore, GroupStoreRequest } from "./group-store.ts";
import { Leases } from "./leases.ts";
import { LocalDatabase } from "./local/local-database.ts";
import { LocalDeadLetters } from "./local/local-dead-letters.ts";
import { LocalGroupStore } from "./local/local-group-store.ts";
import { abandonAll, createGroups, groupStatus } from "./local/local-groups.ts";
import { LocalLog } from "./local/local-log.ts";
import { followLog, readLog, storedEvent, type Reading } from "./local/local-reader.ts";
import { stored } from "./outputs.ts";
import type { BusObserver } from "./observer.ts";
import { Solo } from "./solo.ts";
import { startSubscription } from "./subscription.ts";
import { defaultTimings, type Timings } from "./timings.ts";

export interface LocalBusOptions {
  /** The log file. Default: in memory, gone with the process. */
  readonly file?: string;
  /** For commands that only read, beside the process that writes. */
  readonly readOnly?: boolean;
  /** Log time; a replay drives it. */
  readonly clock?: Clock;
  readonly timings?: Partial<Timings>;
  readonly diagnostics?: Diagnostics;
  readonly observer?: BusObserver | undefined;
  /** Takes secrets out of what a handler threw, before it stands in a dead letter and on the log. */
  readonly clean?: ((text: string) => string) | undefined;
  /** What would make the file larger is refused as a full disk is. Bytes. Default: no limit. */
  readonly maxBytes?: number;
}

interface Opened {
  readonly database: LocalDatabase;
  readonly log: LocalLog;
}

export class LocalBus implements Bus {
  readonly dead: DeadLetters;
  readonly #options: LocalBusOptions;
  readonly #clock: Clock;
  readonly #timings: Timings;
  readonly #diagnostics: Diagnostics;
  readonly #solo = new Solo();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #leases = new Leases();
  #opened: Opened | undefined;

  constructor(options: LocalBusOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#diagnostics = options.diagnostics ?? silent;
    this.dead = new LocalDeadLetters(() => ({ ...this.#log(), clock: this.#clock, claimClock: systemClock }));
  }

  /** @throws HatrackError `log_locked`, `log_newer`, `log_missing`, `log_damaged`, `group_vanished`, `bus_unavailable` */
  async open(groups: readonly string[]): Promise<void> {
    const isFirst = this.#opened === undefined;
    const { database, log } = (this.#opened ??= this.#openFile());
    if (database.readOnly) return;
    try {
      await database.write(() => {
        if (isFirst) abandonAll(database);
        createGroups(database, log, { groups, now: this.#clock.now() });
      });
    } catch (error) {
      if (isFirst) await this.close();
      throw error;
    }
  }

  async publish(events: readonly AnyEvent[]): Promise<StoredEvent[]> {
    const { database, log } = this.#log();
    const outputs = events.map(stored);
    const entries = await database.write(() => outputs.map((output) => log.append(output)));
    return entries.map((entry, i) => {
      const output = outputs[i];
      // What has just been written was parsed from this very text; only what was there before must be read.
      if (output?.text !== entry.text) return storedEvent(entry);
      return { position: entry.position, partition: 0, event: output.event };
    });
  }

  /** @throws HatrackError `consumer_taken`: this process works for the group under that name already */
  subscribe<T extends EventType, S = undefined>(
    group: string,
    types: readonly T[],
    handler: Handler<T, S>,
    options: SubscribeOptions<T, S>,
  ): Subscription {
    const consumer = options.consumer ?? `${hostname()}-${process.pid}`;
    const name = JSON.stringify([group, consumer]);
    if (this.#subscriptions.has(name)) {
      throw new HatrackError(
        "consumer_taken",
        `bus: ${consumer} is subscribed to ${group} already; name another`,
      );
    }
    const subscription = startSubscription(
      { group, types, handler, options },
      {
        store: this.groupStore({ group, types, consumer }),
        clock: this.#clock,
        timings: this.#timings,
        solo: this.#solo,
        diagnostics: this.#diagnostics,
        observer: this.#options.observer,
        clean: this.#options.clean,
      },
    );
    this.#subscriptions.set(name, subscription);
    this.#options.observer?.subscribed?.(subscription);
    const forget = (): boolean => this.#subscriptions.delete(name);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  /** The store a subscription works on; for the conformance suite. */
  groupStore(request: GroupStoreRequest): GroupStore {
    const shelf = { ...this.#log(), claimClock: systemClock, reclaimIdleMs: this.#timings.reclaimIdleMs };
    return new LocalGroupStore(shelf, request);
  }

  read(options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    return readLog(this.#reading(), options);
  }

  follow(options: ReadOptions & { readonly signal: AbortSignal }): AsyncIterable<StoredEvent> {
    return followLog(this.#reading(), options);
  }

  tail(): Promise<ReadonlyMap<number, Position>> {
    const last = this.#log().log.last();
    return Promise.resolve(new Map(last === undefined ? [] : [[0, last.position]]));
  }

  /** No other process writes. */
  lease(name: string, owner: string, ms: number): Promise<boolean> {
    return Promise.resolve(this.#leases.take({ name, owner, ms }, performance.now()));
  }

  groups(): Promise<GroupStatus[]> {
    return Promise.resolve(groupStatus(this.#log().database, systemClock.now()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.close()));
    this.#opened?.database.close();
    this.#opened = undefined;
  }

  #openFile(): Opened {
    const database = new LocalDatabase(this.#options);
    return { database, log: new LocalLog(database, this.#clock) };
  }

  #log(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    throw new HatrackError("bus_closed", "bus: it is not open; call open() first");
  }

  #reading(): Reading {
    return { ...this.#log(), diagnostics: this.#diagnostics, waitMs: this.#timings.waitMs };
  }
}
