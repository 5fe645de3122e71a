/**
 * The bus on Redis Streams (7.0 or newer): one partition, one stream, the pending lists are Redis's own, and every
 * step that must be one is a script (lua/). What the scripts do on a lost reply, a lost group or a full Redis is
 * written in them.
 */
import { hostname } from "node:os";
import { z } from "zod";
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
import { RedisConnection } from "./redis/connection.ts";
import { RedisDeadLetters } from "./redis/dead-letters.ts";
import { checkDurability, demandDurability, type Finding } from "./redis/durability.ts";
import { RedisGroupStore } from "./redis/group-store.ts";
import { groupStatuses } from "./redis/groups.ts";
import { redisKeys, type RedisKeys } from "./redis/keys.ts";
import { followBlockMs, RedisLog } from "./redis/log.ts";
import { selfTest } from "./redis/self-test.ts";
import { Solo } from "./solo.ts";
import { startSubscription } from "./subscription.ts";
import { defaultTimings, type Timings } from "./timings.ts";

export interface RedisBusOptions {
  /** redis://USER:PASSWORD@HOST:PORT/DB, or rediss:// */
  readonly url: string;
  /** More than one is not built yet. */
  readonly partitions?: 1;
  /** First part of every key. Default "soc". */
  readonly prefix?: string;
  /** Default "strict": `open` refuses a Redis that may lose what it acknowledged. */
  readonly durability?: "strict" | "relaxed";
  readonly timings?: Partial<Timings>;
  /** Milliseconds one command may take. Default 10,000. */
  readonly commandMs?: number;
  readonly clock?: Clock;
  readonly diagnostics?: Diagnostics;
}

const hourMs = 60 * 60 * 1000;
const partition = 0;

interface Opened {
  readonly redis: RedisConnection;
  readonly keys: RedisKeys;
  readonly log: RedisLog;
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

  constructor(options: RedisBusOptions) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#clock = options.clock ?? systemClock;
    this.#diagnostics = options.diagnostics ?? silent;
    this.dead = new RedisDeadLetters(() => ({ ...this.#open(), clock: this.#clock }));
  }

  /**
   * @throws HatrackError `bus_unavailable`, `bus_denied`, `bus_not_durable`, `bus_self_test`, `group_vanished`; it
   * can be called again
   */
  async open(groups: readonly string[]): Promise<void> {
    const opened = this.#opened ?? (await this.#connect());
    try {
      await createGroups(opened.redis, opened.keys, groups);
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
    return await this.#open().log.publish(events);
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
      const message = `redis bus: ${consumer} is subscribed to ${group} already; name another`;
      throw new HatrackError("consumer_taken", message);
    }
    const store = this.groupStore({ group, types, consumer });
    const subscription = startSubscription(
      { group, types, handler, options },
      { store, clock: this.#clock, timings: this.#timings, solo: this.#solo, diagnostics: this.#diagnostics },
    );
    this.#subscriptions.set(name, subscription);
    const forget = (): boolean => this.#subscriptions.delete(name);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  /** The store a subscription works on; for the conformance suite. */
  groupStore(request: GroupStoreRequest): GroupStore {
    const { redis, keys } = this.#open();
    const { reclaimIdleMs, waitMs } = this.#timings;
    const waiting = this.#connectToWait(waitMs);
    return new RedisGroupStore({ ...request, redis, waiting, keys, partition, reclaimIdleMs });
  }

  read(options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    return this.#open().log.read(options);
  }

  follow(options: ReadOptions & { readonly signal: AbortSignal }): AsyncIterable<StoredEvent> {
    return this.#open().log.follow(options, () => this.#connectToWait(followBlockMs));
  }

  async tail(): Promise<ReadonlyMap<number, Position>> {
    const last = await this.#open().log.tail();
    return new Map(last === undefined ? [] : [[partition, last]]);
  }

  async groups(): Promise<GroupStatus[]> {
    const { redis, keys } = this.#open();
    return await groupStatuses(redis, keys, this.#timings.reclaimIdleMs);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions.values()].map((subscription) => subscription.close()));
    for (const connection of this.#waiting) connection.close();
    this.#opened?.redis.close();
    this.#opened = undefined;
  }

  async #connect(): Promise<Opened> {
    const { url, prefix, durability, commandMs } = this.#options;
    const redis = RedisConnection.forCommands(url, commandMs ?? 10_000);
    const keys = redisKeys(prefix ?? "soc", partition);
    try {
      const findings = await checkDurability(redis);
      if (durability !== "relaxed") demandDurability(findings);
      for (const { message, setting } of findings) this.#diagnostics.warn({ setting }, `redis: ${message}`);
      await selfTest(redis, keys);
      return {
        redis,
        keys,
        findings,
        log: new RedisLog({ redis, keys, partition, diagnostics: this.#diagnostics }),
      };
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

  #open(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    throw new HatrackError("bus_closed", "redis bus: it is not open; call open() first");
  }
}

async function createGroups(
  redis: RedisConnection,
  keys: RedisKeys,
  groups: readonly string[],
): Promise<void> {
  const reply = await redis.script("open", [keys.log, keys.groups], [hourMs, ...groups]);
  const vanished = z.array(z.string()).parse(reply);
  if (vanished.length === 0) return;
  throw new HatrackError(
    "group_vanished",
    `redis bus: ${vanished.join(", ")}: was created on this log once and is gone, and its place with it. Restore ` +
      `Redis from its backup, or decide where it goes on with XGROUP CREATE ${keys.log} NAME ID`,
  );
}
