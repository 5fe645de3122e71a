/**
 * The bus on Redis Streams (7.0 or newer), one Redis, one that Sentinels watch, or a Cluster. A partition is a stream
 * with its pending lists, and every step that must be one is a script (lua/). What the scripts do on a lost reply, a
 * lost group or a full Redis is written in them.
 */
import { hostname } from "node:os";
import { systemClock, type Clock } from "../clock.ts";
import { silent, type Diagnostics } from "../diagnostics.ts";
import type { EventType } from "../events/catalogue.ts";
import type { AnyEvent } from "../events/envelope.ts";
import { HatrackError } from "../errors.ts";
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
import type { Engine, Work } from "./handling.ts";
import { jointSubscription } from "./joint-subscription.ts";
import { inLogOrder } from "./merging.ts";
import { stored } from "./outputs.ts";
import { ArchiveFolder } from "./archive/archive-folder.ts";
import { RedisConnection } from "./redis/connection.ts";
import { jointDeadLetters } from "./redis/dead-letters.ts";
import { checkDurability, demandDurability, hasReplicas, type Finding } from "./redis/durability.ts";
import { followAll } from "./redis/follow-all.ts";
import { homeOf } from "./redis/home.ts";
import { partitionOf, redisKeys } from "./redis/keys.ts";
import { mostPartitions, partitionsOfLog } from "./redis/layout.ts";
import { followBlockMs } from "./redis/log.ts";
import { addStatuses, RedisPartition } from "./redis/partition.ts";
import { Replicas } from "./redis/replicas.ts";
import { selfTest } from "./redis/self-test.ts";
import type { BusObserver } from "./observer.ts";
import { Solo } from "./solo.ts";
import { startSubscription } from "./subscription.ts";
import { defaultTimings, type Timings } from "./timings.ts";

export interface RedisBusOptions {
  /** redis://USER:PASSWORD@HOST:PORT/DB, redis-sentinel://… or redis-cluster://…: see redis/address.ts. */
  readonly url: string;
  /** How many a new log gets, 1 to 64; of one that exists, what it must have. Default: what it has, one if it is new. */
  readonly partitions?: number | undefined;
  /** What this process is called on its host, over restarts: Redis keeps every name a consumer ever had. Default: its id. */
  readonly instance?: string | undefined;
  /** First part of every key. Default "soc". */
  readonly prefix?: string;
  /** Default "strict": `open` refuses a Redis that may lose what it acknowledged. */
  readonly durability?: "strict" | "relaxed";
  readonly timings?: Partial<Timings>;
  /** The folder of the archive, for logs that are archived: what was trimmed is read from there. */
  readonly archive?: string | undefined;
  /** For commands that only look: nothing is written, not even to prove the scripts. Default false. */
  readonly readOnly?: boolean;
  /** Milliseconds one command may take. Default 10,000. */
  readonly commandMs?: number;
  /** Where there are replicas: milliseconds one may take to confirm what was published. Default 2,000. */
  readonly confirmMs?: number;
  readonly clock?: Clock;
  readonly diagnostics?: Diagnostics;
  readonly observer?: BusObserver | undefined;
  /** Takes secrets out of what a handler threw, before it stands in a dead letter and on the log. */
  readonly clean?: ((text: string) => string) | undefined;
}

interface Opened {
  readonly redis: RedisConnection;
  /** By their number. */
  readonly partitions: readonly RedisPartition[];
  /** What makes this Redis less durable than it should be, or cannot be checked; for `/readyz` and `doctor`. */
  readonly findings: readonly Finding[];
}

export class RedisBus implements Bus {
  readonly dead: DeadLetters;
  readonly #options: RedisBusOptions;
  readonly #timings: Timings;
  readonly #clock: Clock;
  readonly #diagnostics: Diagnostics;
  readonly #solo = new Solo();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #waiting = new Set<RedisConnection>();
  #opened: Opened | undefined;

  /** @throws HatrackError `config_invalid`: partitions outside 1 to 64 */
  constructor(options: RedisBusOptions) {
    const { partitions } = options;
    if (
      partitions !== undefined &&
      !(Number.isInteger(partitions) && partitions >= 1 && partitions <= mostPartitions)
    ) {
      const message = `redis bus: ${partitions} partitions: expected a whole number from 1 to ${mostPartitions}`;
      throw new HatrackError("config_invalid", message);
    }
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#clock = options.clock ?? systemClock;
    this.#diagnostics = options.diagnostics ?? silent;
    this.dead = jointDeadLetters(() => this.#open().partitions);
  }

  /**
   * @throws HatrackError `bus_unavailable`, `bus_denied`, `bus_not_durable`, `bus_self_test`, `group_vanished`,
   * `partitions_mismatch`; it can be called again
   */
  async open(groups: readonly string[]): Promise<void> {
    const opened = this.#opened ?? (await this.#connect());
    try {
      if (this.#options.readOnly !== true)
        for (const partition of opened.partitions) await partition.createGroups(groups);
    } catch (error) {
      if (this.#opened === undefined) opened.redis.close();
      throw error;
    }
    this.#opened = opened;
  }

  /** Which settings of this Redis are weaker than they should be or cannot be checked. */
  get findings(): readonly Finding[] {
    return this.#open().findings;
  }

  async publish(events: readonly AnyEvent[]): Promise<StoredEvent[]> {
    const { partitions } = this.#writing();
    // All are checked before one is said.
    const checked = events.map(stored).map((one, at) => {
      return { ...one, at, home: homeOf(one.event, partitions.length) };
    });
    const said = partitions.map(async (partition) => {
      const own = checked.filter(({ home }) => home === partition.number);
      return (await partition.log.publish(own)).map((entry, n) => ({ entry, at: own[n]?.at ?? 0 }));
    });
    const all = (await Promise.all(said)).flat();
    return all.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
  }

  /** @throws HatrackError `consumer_taken`: this process works for the group under that name already */
  subscribe<T extends EventType, S = undefined>(
    group: string,
    types: readonly T[],
    handler: Handler<T, S>,
    options: SubscribeOptions<T, S>,
  ): Subscription {
    const consumer = options.consumer ?? `${hostname()}-${this.#options.instance ?? process.pid}`;
    const name = JSON.stringify([group, consumer]);
    if (this.#subscriptions.has(name)) {
      const message = `redis bus: ${consumer} is subscribed to ${group} already; name another`;
      throw new HatrackError("consumer_taken", message);
    }
    const { partitions } = this.#writing();
    // Shared out; a partition without anybody would stand still.
    const concurrency = Math.max(1, Math.floor((options.concurrency ?? 4) / partitions.length));
    const work: Work<T, S> = { group, types, handler, options: { ...options, concurrency } };
    const request = { group, types, consumer, confirmed: options.confirmed };
    const subscription = jointSubscription(
      group,
      partitions.map(({ number }) => startSubscription(work, this.#engine(this.groupStore(request, number)))),
    );
    this.#subscriptions.set(name, subscription);
    this.#options.observer?.subscribed?.(subscription);
    const forget = (): boolean => this.#subscriptions.delete(name);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  #engine(store: GroupStore): Engine {
    const { length } = this.#open().partitions;
    return {
      store,
      clock: this.#clock,
      timings: this.#timings,
      solo: this.#solo,
      diagnostics: this.#diagnostics,
      observer: this.#options.observer,
      clean: this.#options.clean,
      partitionOf: (subject) => partitionOf(subject, length),
    };
  }

  /** The store a subscription works on, of one partition; for the conformance suite. */
  groupStore(request: GroupStoreRequest, partition = 0): GroupStore {
    const found = this.#open().partitions[partition];
    if (found === undefined)
      throw new HatrackError("bus_failed", `redis bus: there is no partition ${partition}`);
    return found.groupStore(request, this.#connectToWait(this.#timings.waitMs));
  }

  /** The partitions, for what concerns each: archiving and verifying. */
  get parts(): readonly RedisPartition[] {
    return this.#open().partitions;
  }

  read(options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    const [first, ...others] = this.#open().partitions;
    if (first !== undefined && others.length === 0) return first.log.read(options);
    return inLogOrder(this.#open().partitions.map(({ log }) => log.read(options)));
  }

  follow(options: ReadOptions & { readonly signal: AbortSignal }): AsyncIterable<StoredEvent> {
    const [first, ...others] = this.#open().partitions;
    const connect = (): RedisConnection => this.#connectToWait(followBlockMs);
    if (first !== undefined && others.length === 0) return first.log.follow(options, connect);
    return followAll(this.#open().partitions, options, connect);
  }

  async tail(): Promise<ReadonlyMap<number, Position>> {
    const tails = await Promise.all(
      this.#open().partitions.map(async ({ number, log }) => [number, await log.tail()] as const),
    );
    return new Map(tails.flatMap(([number, tail]) => (tail === undefined ? [] : [[number, tail]])));
  }

  async lease(name: string, owner: string, ms: number): Promise<boolean> {
    const { redis } = this.#writing();
    const keys = redisKeys(this.#options.prefix ?? "soc", 0);
    return (await redis.script("lease", [keys.lease(name)], [owner, Math.max(1, ms)])) === 1;
  }

  async groups(): Promise<GroupStatus[]> {
    const all = await Promise.all(this.#open().partitions.map((partition) => partition.groups()));
    return addStatuses(all.flat());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.close()));
    for (const connection of this.#waiting) connection.close();
    this.#opened?.redis.close();
    this.#opened = undefined;
  }

  async #connect(): Promise<Opened> {
    const { url, durability, commandMs, prefix = "soc", partitions: wanted, readOnly } = this.#options;
    const redis = RedisConnection.forCommands(url, commandMs ?? 10_000);
    try {
      const findings = await checkDurability(redis);
      if (durability !== "relaxed") demandDurability(findings);
      for (const { message, setting } of findings) this.#diagnostics.warn({ setting }, `redis: ${message}`);
      const number = await partitionsOfLog(redis, redisKeys(prefix, 0), {
        wanted,
        create: readOnly !== true,
      });
      const replicas = new Replicas(() => hasReplicas(redis));
      const waitMs = this.#options.confirmMs ?? 2_000;
      const confirmation = { replicas, waitMs, relaxed: durability === "relaxed" };
      const folder = this.#options.archive;
      const archive = folder === undefined ? undefined : new ArchiveFolder(folder);
      const partitions = Array.from({ length: number }, (_, partition) => {
        const { reclaimIdleMs } = this.#timings;
        const on = { redis, prefix, partition, confirmation, reclaimIdleMs, archive };
        return new RedisPartition({ ...on, clock: this.#clock, diagnostics: this.#diagnostics });
      });
      // Each may lie on a server of its own.
      if (readOnly !== true)
        await Promise.all(partitions.map((_, partition) => selfTest(redis, redisKeys(prefix, partition))));
      return { redis, findings, partitions };
    } catch (error) {
      redis.close();
      throw error;
    }
  }

  #connectToWait(blockMs: number): RedisConnection {
    const connection = RedisConnection.forBlockingReads(this.#options.url, blockMs);
    this.#waiting.add(connection);
    connection.closed.addEventListener("abort", () => this.#waiting.delete(connection), { once: true });
    return connection;
  }

  #writing(): Opened {
    if (this.#options.readOnly !== true) return this.#open();
    throw new HatrackError("read_only", "redis bus: it was opened for reading only");
  }

  #open(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    throw new HatrackError("bus_closed", "redis bus: it is not open; call open() first");
  }
}
