/** The log of one partition: publish, read, follow. */
import { z } from "zod";
import type { Diagnostics } from "../../diagnostics.ts";
import { parseEventText } from "../../events/parse.ts";
import type { AnyEvent } from "../../events/envelope.ts";
import { HatrackError, reasonOf } from "../../errors.ts";
import { comparePositions, type Position, type ReadOptions, type StoredEvent } from "../bus.ts";
import { stored } from "../outputs.ts";
import { pause } from "../waiting.ts";
import type { RedisConnection } from "./connection.ts";
import { entryOf, RawEntries, RawRead, type Entry } from "./entries.ts";
import type { RedisKeys } from "./keys.ts";

/** Events or entries a call. */
const page = 256;
/** How long a published id is remembered. */
const idSeconds = 7 * 24 * 60 * 60;
/** How long one wait of a follower lasts. */
export const followBlockMs = 5_000;

const Published = z.array(z.string());

export interface Partition {
  readonly redis: RedisConnection;
  readonly keys: RedisKeys;
  readonly partition: number;
  readonly diagnostics: Diagnostics;
}

export class RedisLog {
  readonly #at: Partition;

  constructor(at: Partition) {
    this.#at = at;
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
    const keys = events.flatMap(({ event }) => [
      this.#at.keys.id(event.id),
      this.#at.keys.subject(event.subject),
    ]);
    const args = events.flatMap(({ event, text }) => [event.type, text]);
    const replies = Published.parse(
      await this.#at.redis.script("publish", [this.#at.keys.log, ...keys], [idSeconds, ...args]),
    );
    return events.map(({ event }, at) => {
      const position = replies[2 * at];
      const text = replies[2 * at + 1];
      if (position === undefined || text === undefined)
        throw new HatrackError("bus_failed", `redis bus: publish of ${event.id}: no reply`);
      return this.#stored(position, text === "" ? event : parseEventText(text, `entry ${position}`));
    });
  }

  #stored(position: Position, event: AnyEvent): StoredEvent {
    return { position, partition: this.#at.partition, event };
  }

  async tail(): Promise<Position | undefined> {
    const last = RawEntries.parse(
      await this.#at.redis.call("tail", "XREVRANGE", this.#at.keys.log, "+", "-", "COUNT", 1),
    );
    return last[0]?.[0];
  }

  /** Everything up to what is the end when the reading begins. */
  async *read(options: ReadOptions = {}): AsyncGenerator<StoredEvent> {
    const tail = await this.tail();
    if (tail === undefined) return;
    const bounded = { ...options, to: earlier(options.to, tail) };
    const { subject } = options;
    const pages = subject === undefined ? this.#all(bounded) : this.#ofSubject(subject, bounded);
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
      .parse(await this.#at.redis.call("read of a subject", "LRANGE", this.#at.keys.subject(subject), 0, -1));
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
    const reply = await this.#at.redis.call("read", "XRANGE", this.#at.keys.log, start, end, "COUNT", count);
    return RawEntries.parse(reply).map(entryOf);
  }

  /** The type is looked at before the payload is parsed. */
  *#matching(entries: readonly Entry[], { types, subject }: ReadOptions): Generator<StoredEvent> {
    for (const { position, type, text } of entries) {
      if (types !== undefined && !types.some((wanted) => wanted === type)) continue;
      const event = this.#readable({ position, type, text });
      if (event === undefined) continue;
      if (subject === undefined || event.subject === subject) yield this.#stored(position, event);
    }
  }

  /** An entry that cannot be read is left out here, loudly; the groups it concerns bury it with its text. */
  #readable({ position, type, text }: Entry): AnyEvent | undefined {
    try {
      return parseEventText(text ?? "", `entry ${position}`);
    } catch (error) {
      const details = { position, type: type ?? "" };
      this.#at.diagnostics.error(details, `left out of a read: ${reasonOf(error)}`);
      return undefined;
    }
  }

  /** @param connect gives a connection for this follower alone; it is closed when the follower ends */
  async *follow(
    options: ReadOptions & { readonly signal: AbortSignal },
    connect: () => RedisConnection,
  ): AsyncGenerator<StoredEvent> {
    const { signal, to } = options;
    if (signal.aborted) return;
    const waiting = connect();
    const close = (): void => {
      waiting.close();
    };
    signal.addEventListener("abort", close, { once: true });
    try {
      let from = await this.#followedFrom(options);
      yield* until(signal, this.read({ ...options, to: from }));
      while (!isAborted(signal) && (to === undefined || comparePositions(from, to) < 0)) {
        const entries = await this.#news(from, waiting, signal);
        from = entries.at(-1)?.position ?? from;
        const wanted = entries.filter(
          ({ position }) => to === undefined || comparePositions(position, to) <= 0,
        );
        yield* until(signal, this.#matching(wanted, options));
      }
    } finally {
      signal.removeEventListener("abort", close);
      waiting.close();
    }
  }

  /** What is there when following begins is read (by the subject's index if there is one), the rest awaited. */
  async #followedFrom({ after, to }: ReadOptions): Promise<Position> {
    const tail = earlier(to, (await this.tail()) ?? "0-0");
    return after !== undefined && comparePositions(after, tail) > 0 ? after : tail;
  }

  /** Entries after `from`, or none when the wait is over, was given up or Redis is away: then it is tried again. */
  async #news(from: Position, waiting: RedisConnection, signal: AbortSignal): Promise<Entry[]> {
    const where = ["STREAMS", this.#at.keys.log, from];
    try {
      const reply = await waiting.call("follow", "XREAD", "COUNT", page, "BLOCK", followBlockMs, ...where);
      return (RawRead.parse(reply)?.[0][1] ?? []).map(entryOf);
    } catch (error) {
      if (signal.aborted) return [];
      if (!(error instanceof HatrackError && error.retryable)) throw error;
      this.#at.diagnostics.warn({}, reasonOf(error));
      await pause(200, signal);
      return [];
    }
  }
}

/** Asked in a function because it changes while others run, which narrowing does not know. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function* until(
  signal: AbortSignal,
  events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>,
): AsyncGenerator<StoredEvent> {
  for await (const event of events) {
    if (signal.aborted) return;
    yield event;
  }
}

function earlier(to: Position | undefined, tail: Position): Position {
  return to !== undefined && comparePositions(to, tail) < 0 ? to : tail;
}
