/** The log of one partition: publish, read, follow. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { parseEventText } from "../../events/parse.ts";
import type { AnyEvent } from "../../events/envelope.ts";
import { HatrackError } from "../../errors.ts";
import { comparePositions, type Position, type ReadOptions, type StoredEvent } from "../bus.ts";
import { stored } from "../outputs.ts";
import type { RedisConnection } from "./connection.ts";
import { entryOf, RawEntries, RawRead, type Entry } from "./entries.ts";
import type { RedisKeys } from "./keys.ts";

/** Events or entries a call. */
const page = 256;
/** How long a published id is remembered. */
const idSeconds = 7 * 24 * 60 * 60;
const followMs = 5_000;

const Published = z.array(z.tuple([z.string(), z.string()]));

export class RedisLog {
  readonly #redis: RedisConnection;
  readonly #keys: RedisKeys;
  readonly #partition: number;

  constructor(redis: RedisConnection, keys: RedisKeys, partition: number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#partition = partition;
  }

  async publish(events: readonly AnyEvent[]): Promise<StoredEvent[]> {
    // All are checked before one is said.
    const checked = events.map(stored);
    const said: StoredEvent[] = [];
    for (let at = 0; at < checked.length; at += page) {
      said.push(...(await this.#publish(checked.slice(at, at + page))));
    }
    return said;
  }

  async #publish(events: readonly ReturnType<typeof stored>[]): Promise<StoredEvent[]> {
    const keys = events.flatMap(({ event }) => [this.#keys.id(event.id), this.#keys.subject(event.subject)]);
    const args = events.flatMap(({ event, text }) => [event.type, text]);
    const replies = Published.parse(
      await this.#redis.script("publish", [this.#keys.log, ...keys], [idSeconds, ...args]),
    );
    return events.map(({ event }, at) => {
      const [position, text] = replies[at] ?? ["", ""];
      if (position === "")
        throw new HatrackError("bus_failed", `redis bus: publish of ${event.id}: no reply`);
      return this.#stored(position, text === "" ? event : parseEventText(text, `entry ${position}`));
    });
  }

  #stored(position: Position, event: AnyEvent): StoredEvent {
    return { position, partition: this.#partition, event };
  }

  async tail(): Promise<Position | undefined> {
    const last = RawEntries.parse(
      await this.#redis.call("tail", "XREVRANGE", this.#keys.log, "+", "-", "COUNT", 1),
    );
    return last[0]?.[0];
  }

  async *read(options: ReadOptions = {}): AsyncGenerator<StoredEvent> {
    const pages =
      options.subject === undefined ? this.#all(options) : this.#ofSubject(options.subject, options);
    for await (const entries of pages) yield* this.#matching(entries, options);
  }

  async *#all({ after, to }: ReadOptions): AsyncGenerator<Entry[]> {
    let start = after === undefined ? "-" : `(${after}`;
    for (;;) {
      const entries = await this.#range(start, to ?? "+", page);
      yield entries;
      const last = entries.at(-1);
      if (last === undefined || entries.length < page) return;
      start = `(${last.position}`;
    }
  }

  async *#ofSubject(subject: string, { after, to }: ReadOptions): AsyncGenerator<Entry[]> {
    const listed = z
      .array(z.string())
      .parse(await this.#redis.call("read of a subject", "LRANGE", this.#keys.subject(subject), 0, -1));
    const positions = listed.filter(
      (position) =>
        (after === undefined || comparePositions(position, after) > 0) &&
        (to === undefined || comparePositions(position, to) <= 0),
    );
    for (let at = 0; at < positions.length; at += page) {
      const chunk = positions.slice(at, at + page);
      yield (await Promise.all(chunk.map((position) => this.#range(position, position, 1)))).flat();
    }
  }

  async #range(start: string, end: string, count: number): Promise<Entry[]> {
    const reply = await this.#redis.call("read", "XRANGE", this.#keys.log, start, end, "COUNT", count);
    return RawEntries.parse(reply).map(entryOf);
  }

  /** The type is looked at before the payload is parsed. */
  *#matching(entries: readonly Entry[], { types, subject }: ReadOptions): Generator<StoredEvent> {
    for (const { position, type, text } of entries) {
      if (types !== undefined && !types.some((wanted) => wanted === type)) continue;
      const event = parseEventText(text ?? "", `entry ${position}`);
      if (subject === undefined || event.subject === subject) yield this.#stored(position, event);
    }
  }

  /** @param waiting a connection for this follower alone; closed when it ends */
  async *follow(
    options: ReadOptions & { readonly signal: AbortSignal },
    waiting: RedisConnection,
  ): AsyncGenerator<StoredEvent> {
    const { signal, to } = options;
    const close = (): void => {
      waiting.close();
    };
    signal.addEventListener("abort", close, { once: true });
    try {
      let from = (await this.tail()) ?? "0-0";
      if (options.after !== undefined && comparePositions(options.after, from) > 0) from = options.after;
      else yield* this.#until(signal, this.read({ ...options, to: earlier(to, from) }));
      while (!signal.aborted && (to === undefined || comparePositions(from, to) < 0)) {
        const entries = await this.#news(from, waiting, signal);
        from = entries.at(-1)?.position ?? from;
        const wanted = entries.filter(
          ({ position }) => to === undefined || comparePositions(position, to) <= 0,
        );
        yield* this.#until(signal, this.#matching(wanted, options));
      }
    } finally {
      signal.removeEventListener("abort", close);
      waiting.close();
    }
  }

  async *#until(
    signal: AbortSignal,
    events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>,
  ): AsyncGenerator<StoredEvent> {
    for await (const event of events) {
      if (signal.aborted) return;
      yield event;
    }
  }

  /** Entries after `from`, or none when the wait is over, was given up or Redis is away: then it is tried again. */
  async #news(from: Position, waiting: RedisConnection, signal: AbortSignal): Promise<Entry[]> {
    const where = ["STREAMS", this.#keys.log, from];
    try {
      const reply = await waiting.call("follow", "XREAD", "COUNT", page, "BLOCK", followMs, ...where);
      return (RawRead.parse(reply)?.[0][1] ?? []).map(entryOf);
    } catch (error) {
      if (signal.aborted) return [];
      if (!(error instanceof HatrackError && error.retryable)) throw error;
      await delay(200);
      return [];
    }
  }
}

function earlier(to: Position | undefined, tail: Position): Position {
  return to !== undefined && comparePositions(to, tail) < 0 ? to : tail;
}

export const followBlockMs = followMs;
