/**
 * What only the primary has is lost when a replica takes over. Where there are replicas, who does something outside
 * the log about an entry (moves a cursor on, answers a person, shows a decision) first waits until one replica has it.
 */
import { z } from "zod";
import type { Diagnostics } from "../../diagnostics.ts";
import { HatrackError } from "../../errors.ts";
import type { RedisConnection } from "./connection.ts";
import type { RedisKeys } from "./keys.ts";
import type { Replicas } from "./replicas.ts";

const Confirmed = z.int();
/** How long the key that is written for this lives, milliseconds. */
const keyMs = 60_000;

export interface Terms {
  readonly replicas: Replicas;
  /** How long one confirmation may take, milliseconds. */
  readonly waitMs: number;
  /** With REDIS_DURABILITY=relaxed no answer is a warning and nothing more. */
  readonly relaxed: boolean;
  readonly diagnostics: Diagnostics;
}

export class Confirmation {
  readonly #redis: RedisConnection;
  readonly #keys: RedisKeys;
  readonly #terms: Terms;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(redis: RedisConnection, keys: RedisKeys, terms: Terms) {
    this.#redis = redis;
    this.#keys = keys;
    this.#terms = terms;
  }

  /**
   * True once one replica has everything that this partition's primary had when it was asked; false where there are
   * none.
   * @throws HatrackError `bus_unreplicated`, retryable
   */
  async confirm(): Promise<boolean> {
    if (!(await this.#terms.replicas.exist())) return false;
    await this.#shared();
    return true;
  }

  /** Whoever asks while one is under way shares the next. */
  #shared(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const before = this.#running ?? Promise.resolve();
    const mine = before
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#running = this.#ask();
        return this.#running;
      });
    this.#next = mine;
    return mine;
  }

  async #ask(): Promise<void> {
    // WAIT counts replicas that have what this same connection wrote: so it writes, over that connection.
    const key = this.#keys.confirm;
    const [, replicas] = await this.#redis.together("confirmation by a replica", key, [
      ["SET", key, "1", "PX", keyMs],
      ["WAIT", 1, this.#terms.waitMs],
    ]);
    if (Confirmed.parse(replicas) >= 1) return;
    const { waitMs, relaxed, diagnostics } = this.#terms;
    const message =
      `redis bus: no replica of the partition's primary answered within ${waitMs} ms: what was said is on the ` +
      "primary alone, and a failover now would lose it. Check the replicas; the same call may be made again";
    if (!relaxed) throw new HatrackError("bus_unreplicated", message, { retryable: true });
    diagnostics.warn({ key: this.#keys.log }, message);
  }
}
