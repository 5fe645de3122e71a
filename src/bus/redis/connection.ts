/**
 * One connection to Redis, to the primary that Sentinels name, or to a Cluster (then: one to each node in use).
 * Every error that leaves it is a HatrackError that says what was being done.
 */
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { z } from "zod";
import { HatrackError, reasonOf } from "../../errors.ts";
import { redisAddress, type RedisAddress } from "./address.ts";
import { busError, isRefused } from "./errors.ts";
import { runScript, scripts } from "./scripts.ts";

type Argument = string | number;

type Timeouts = Pick<
  RedisOptions,
  "commandTimeout" | "socketTimeout" | "blockingTimeout" | "autoResendUnfulfilledCommands"
>;

type Client = Redis | Cluster;

const reconnectMs = (attempt: number): number => Math.min(50 * 2 ** attempt, 1_000);

/** Of each command its error, or null and its reply. */
const Pipelined = z.array(z.array(z.unknown()));

export class RedisConnection {
  readonly #client: Client;
  /** A Cluster keeps what it cannot send until it can: every call has an end of its own. Milliseconds. */
  readonly #giveUpMs: number;
  readonly #closing = new AbortController();
  /** Why the last attempt to connect failed; a command that gave up waiting says it. */
  #lastError: unknown = undefined;

  private constructor(client: Client, giveUpMs: number) {
    this.#client = client;
    this.#giveUpMs = giveUpMs;
    const failed = (error: unknown): void => {
      this.#lastError = error;
    };
    client.on("error", failed);
    client.on("node error", failed);
    client.on("ready", () => {
      this.#lastError = undefined;
    });
  }

  /**
   * For everything that does not block. A command whose reply is lost is sent again after the reconnect, so only
   * what may be repeated goes through here: the scripts, and reads.
   */
  static forCommands(url: string, timeoutMs: number): RedisConnection {
    const timeouts = { commandTimeout: timeoutMs, socketTimeout: timeoutMs + 1_000 };
    return new RedisConnection(clientOf(redisAddress(url), timeouts), timeoutMs);
  }

  /**
   * For reads that wait up to `blockMs`; one such read at a time (two on one connection wait for each other). A
   * read that was cut off is not sent again: who asked may have gone.
   */
  static forBlockingReads(url: string, blockMs: number): RedisConnection {
    const giveUpMs = blockMs + 5_000;
    const timeouts = {
      autoResendUnfulfilledCommands: false,
      blockingTimeout: giveUpMs,
      socketTimeout: giveUpMs,
    };
    return new RedisConnection(clientOf(redisAddress(url), timeouts), giveUpMs);
  }

  /** @param doing for the message of an error: "publish", "read of group tier2" */
  async call(doing: string, command: string, ...args: readonly Argument[]): Promise<unknown> {
    return await this.#do(doing, () => this.#client.call(command, [...args]));
  }

  async script(
    name: keyof typeof scripts,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    return await this.#do(name, () => runScript(this.#client, scripts[name], keys, args));
  }

  /**
   * Sends all over one connection, to the node of the key; replies in order, the first error thrown. What may be
   * repeated only: a Cluster that moved the key is asked again.
   */
  async together(
    doing: string,
    key: string,
    commands: readonly (readonly [string, ...Argument[]])[],
  ): Promise<unknown[]> {
    for (let tries = 1; ; tries += 1) {
      const replies = await this.#do(doing, () => {
        const pipeline = this.#client.pipeline();
        for (const [command, ...args] of commands) pipeline.call(command, args);
        return pipeline.exec();
      });
      const results = Pipelined.parse(replies);
      const failed = results.find(([error]) => error !== null);
      if (failed === undefined) return results.map(([, reply]) => reply);
      if (this.#client instanceof Redis || tries === 5) throw this.#explained(failed[0], doing);
      // A pipeline does not follow a key to another node; a command does, and the next pipeline then knows.
      await this.call(doing, "EXISTS", key);
    }
  }

  /** Asks each primary: the one Redis, or every master of the Cluster. */
  async eachPrimary(doing: string, command: string, ...args: readonly Argument[]): Promise<unknown[]> {
    const client = this.#client;
    if (client instanceof Redis) return [await this.call(doing, command, ...args)];
    // The nodes are known once anything was answered.
    await this.call(doing, "PING");
    return await Promise.all(
      client.nodes("master").map((node) => this.#do(doing, () => node.call(command, [...args]))),
    );
  }

  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Whatever is still under way is rejected with `bus_closed`. */
  close(): void {
    this.#closing.abort();
    this.#client.disconnect();
  }

  async #do<Reply>(doing: string, send: () => Promise<Reply>): Promise<Reply> {
    try {
      return await (this.#client instanceof Redis ? send() : this.#within(send()));
    } catch (error) {
      throw this.#explained(error, doing);
    }
  }

  async #within<Reply>(reply: Promise<Reply>): Promise<Reply> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${this.#giveUpMs} ms`));
    }, this.#giveUpMs);
    const closed = (): void => {
      reject(new Error("closed"));
    };
    this.closed.addEventListener("abort", closed, { once: true });
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
      this.closed.removeEventListener("abort", closed);
    }
  }

  #explained(error: unknown, doing: string): HatrackError {
    if (this.closed.aborted) return new HatrackError("bus_closed", `redis bus: ${doing}: the bus is closed`);
    if (isRefused(error, this.#lastError)) return busError(this.#lastError, doing);
    const why = this.#lastError === undefined ? "" : `; last connection error: ${reasonOf(this.#lastError)}`;
    return busError(error, `${doing}${why}`);
  }
}

function clientOf(address: RedisAddress, timeouts: Timeouts): Client {
  const common = {
    // RESP2: the same reply shapes from every Redis and every proxy.
    protocol: 2,
    connectTimeout: 5_000,
    // What waits for a connection gives up after the second attempt; who asked waits or says so.
    maxRetriesPerRequest: 1,
    ...timeouts,
  } as const;
  if (address.kind === "single") return new Redis(address.url, { ...common, retryStrategy: reconnectMs });
  if (address.kind === "cluster") {
    return new Cluster([...address.nodes], {
      clusterRetryStrategy: reconnectMs,
      redisOptions: { ...common, ...address.credentials },
    });
  }
  const { sentinels, name, db, sentinelPassword, credentials } = address;
  return new Redis({
    ...common,
    ...credentials,
    sentinels: [...sentinels],
    name,
    db,
    retryStrategy: reconnectMs,
    sentinelRetryStrategy: reconnectMs,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    // To the primary, and to the Sentinels themselves: they are asked with a password too.
    ...(credentials.tls === undefined
      ? {}
      : { enableTLSForSentinelMode: true, sentinelTLS: credentials.tls }),
  });
}
