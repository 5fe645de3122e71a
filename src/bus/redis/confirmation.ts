/**
 * What only the primary has is lost when a replica takes over. Where there are replicas, who does something outside
 * the log about an entry (moves a cursor on, answers a person, shows a decision) first waits until one replica has it.
 */
import { z } from "zod";
import type { Diagnostics } from "../../diagnostics.ts";
import { HatrackError } from "../../errors.ts";
import type { RedisConnection } from "./connection.ts";
import type { RedisKeys } from "./keys.ts";

const Replicas = z.int();
/** How long the key that is written for this lives, milliseconds. */
const keyMs = 60_000;

export interface Terms {
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
   * Resolves when one replica has everything that this partition's primary had when it was asked. Whoever asks while
   * one is under way shares the next.
   * @throws HatrackError `bus_unreplicated`, retryable
   */
  confirm(): Promise<void> {
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
    if (Replicas.parse(replicas) >= 1) return;
    const { waitMs, relaxed, diagnostics } = this.#terms;
    const message =
      `redis bus: no replica of the partition's primary answered within ${waitMs} ms: what was said is on the ` +
      "primary alone, and a failover now would lose it. Check the replicas; the same call may be made again";
    if (!relaxed) throw new HatrackError("bus_unreplicated", message, { retryable: true });
    diagnostics.warn({ key: this.#keys.log }, message);
  }
}
