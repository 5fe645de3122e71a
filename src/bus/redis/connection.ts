/** One connection to Redis. Every error that leaves it is a HatrackError that says what was being done. */
import { Redis, type RedisOptions } from "ioredis";
import { HatrackError, reasonOf } from "../../errors.ts";
import { busError } from "./errors.ts";
import { runScript, scripts } from "./scripts.ts";

type Argument = string | number;

type Timeouts = Pick<
  RedisOptions,
  "commandTimeout" | "socketTimeout" | "blockingTimeout" | "autoResendUnfulfilledCommands"
>;

const reconnectMs = (attempt: number): number => Math.min(50 * 2 ** attempt, 1_000);

export class RedisConnection {
  readonly #redis: Redis;
  readonly #closing = new AbortController();
  /** Why the last attempt to connect failed; a command that gave up waiting says it. */
  #lastError: unknown = undefined;

  private constructor(redis: Redis) {
    this.#redis = redis;
    redis.on("error", (error: unknown) => {
      this.#lastError = error;
    });
    redis.on("ready", () => {
      this.#lastError = undefined;
    });
  }

  /**
   * For everything that does not block. A command whose reply is lost is sent again after the reconnect, so only
   * what may be repeated goes through here: the scripts, and reads.
   */
  static forCommands(url: string, timeoutMs: number): RedisConnection {
    return RedisConnection.#to(url, { commandTimeout: timeoutMs, socketTimeout: timeoutMs + 1_000 });
  }

  /**
   * For reads that wait up to `blockMs`; one such read at a time (two on one connection wait for each other). A
   * read that was cut off is not sent again: who asked may have gone.
   */
  static forBlockingReads(url: string, blockMs: number): RedisConnection {
    const giveUpMs = blockMs + 5_000;
    return RedisConnection.#to(url, {
      autoResendUnfulfilledCommands: false,
      blockingTimeout: giveUpMs,
      socketTimeout: giveUpMs,
    });
  }

  static #to(url: string, options: Timeouts): RedisConnection {
    return new RedisConnection(
      new Redis(url, {
        // RESP2: the same reply shapes from every Redis and every proxy.
        protocol: 2,
        connectTimeout: 5_000,
        retryStrategy: reconnectMs,
        // What waits for a connection gives up after the second attempt; who asked waits or says so.
        maxRetriesPerRequest: 1,
        ...options,
      }),
    );
  }

  /** @param doing for the message of an error: "publish", "read of group tier2" */
  async call(doing: string, command: string, ...args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#redis.call(command, [...args]);
    } catch (error) {
      throw this.#explained(error, doing);
    }
  }

  async script(
    name: keyof typeof scripts,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    try {
      return await runScript(this.#redis, scripts[name], keys, args);
    } catch (error) {
      throw this.#explained(error, name);
    }
  }

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Whatever is still under way is rejected with `bus_closed`. */
  close(): void {
    this.#closing.abort();
    this.#redis.disconnect();
  }

  #explained(error: unknown, doing: string): HatrackError {
    if (this.closed.aborted) return new HatrackError("bus_closed", `redis bus: ${doing}: the bus is closed`);
    const why = this.#lastError === undefined ? "" : `; last connection error: ${reasonOf(this.#lastError)}`;
    return busError(error, `${doing}${why}`);
  }
}
