/**
 * The bus on Redis Streams (7.0 or newer): one partition, one stream, the pending lists are Redis's own, and every
 * step that must be one is a script (lua/). What the scripts do on a lost reply, a lost group or a full Redis is
 * written in them.
 */
import { hostname } from "node:os";
import { z } from "zod";
import { systemClock, type Clock } from "../clock.ts";
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
import { noDiagnostics, type Diagnose } from "./diagnostics.ts";
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
  readonly diagnose?: Diagnose;
}

const hourMs = 60 * 60 * 1000;
const partition = 0;

export class RedisBus implements Bus {
  readonly dead: DeadLetters;
  readonly #options: RedisBusOptions;
  readonly #timings: Timings;
  readonly #clock: Clock;
  readonly #diagnose: Diagnose;
  readonly #redis: RedisConnection;
  readonly #keys: RedisKeys;
  readonly #log: RedisLog;
  readonly #solo = new Solo();
  readonly #subscriptions = new Set<Subscription>();
  readonly #waiting = new Set<RedisConnection>();
  #closed = false;

  constructor(options: RedisBusOptions) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#clock = options.clock ?? systemClock;
    this.#diagnose = options.diagnose ?? noDiagnostics;
    this.#redis = RedisConnection.forCommands(options.url, options.commandMs ?? 10_000);
    this.#keys = redisKeys(options.prefix ?? "soc", partition);
    this.#log = new RedisLog(this.#redis, this.#keys, partition);
    this.dead = new RedisDeadLetters(this.#redis, this.#keys, this.#clock);
  }

  async open(groups: readonly string[]): Promise<void> {
    const findings = await this.durability();
    if (this.#options.durability !== "relaxed") demandDurability(findings);
    for (const { message, setting } of findings) this.#diagnose("warn", `redis: ${message}`, { setting });
    await selfTest(this.#redis, this.#keys);
    const reply = await this.#redis.script("open", [this.#keys.log, this.#keys.groups], [hourMs, ...groups]);
    const vanished = z.array(z.string()).parse(reply);
    if (vanished.length === 0) return;
    throw new HatrackError(
      "group_vanished",
      `redis bus: ${vanished.join(", ")}: was created on this log once and is gone, and its place with it. Restore ` +
        `Redis from its backup, or decide where it goes on with XGROUP CREATE ${this.#keys.log} NAME ID`,
    );
  }

  /** What makes this Redis less durable than it should be, or cannot be checked; for `doctor` and `/readyz`. */
  durability(): Promise<Finding[]> {
    return checkDurability(this.#redis);
  }

  publish(events: readonly AnyEvent[]): Promise<StoredEvent[]> {
    return this.#log.publish(events);
  }

  subscribe<T extends EventType, S = undefined>(
    group: string,
    types: readonly T[],
    handler: Handler<T, S>,
    options: SubscribeOptions<T, S>,
  ): Subscription {
    const store = this.groupStore({ group, types, consumer: options.consumer ?? consumerName(group) });
    const subscription = startSubscription(
      { group, types, handler, options },
      { store, clock: this.#clock, timings: this.#timings, solo: this.#solo, diagnose: this.#diagnose },
    );
    this.#subscriptions.add(subscription);
    const forget = (): void => {
      this.#subscriptions.delete(subscription);
    };
    subscription.ended.then(forget, forget);
    return subscription;
  }

  /** For the worker loop and the conformance suite. */
  groupStore(request: GroupStoreRequest): GroupStore {
    const waiting = this.#waitingConnection(this.#timings.waitMs);
    const { reclaimIdleMs } = this.#timings;
    return new RedisGroupStore({
      ...request,
      redis: this.#redis,
      waiting,
      keys: this.#keys,
      partition,
      reclaimIdleMs,
    });
  }

  read(options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    return this.#log.read(options);
  }

  follow(options: ReadOptions & { readonly signal: AbortSignal }): AsyncIterable<StoredEvent> {
    return this.#log.follow(options, this.#waitingConnection(followBlockMs));
  }

  async tail(): Promise<ReadonlyMap<number, Position>> {
    const last = await this.#log.tail();
    return new Map(last === undefined ? [] : [[partition, last]]);
  }

  groups(): Promise<GroupStatus[]> {
    return groupStatuses(this.#redis, this.#keys, this.#timings.reclaimIdleMs);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#closed = true;
    for (const connection of this.#waiting) connection.close();
    this.#redis.close();
  }

  #waitingConnection(blockMs: number): RedisConnection {
    if (this.#closed) throw new HatrackError("bus_closed", "redis bus: the bus is closed");
    const connection = RedisConnection.forBlockingReads(this.#options.url, blockMs);
    this.#waiting.add(connection);
    connection.closed.addEventListener("abort", () => this.#waiting.delete(connection), { once: true });
    return connection;
  }
}

let consumers = 0;

/** Unique among the processes of a group, and among the subscriptions of this one. */
function consumerName(group: string): string {
  consumers += 1;
  return `${hostname()}:${process.pid}:${group}:${consumers}`;
}
