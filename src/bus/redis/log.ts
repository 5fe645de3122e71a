/** The log of one partition: publish, read, follow. */
import { z } from "zod";
import type { Diagnostics } from "../../diagnostics.ts";
import { parseEventText } from "../../events/parse.ts";
import type { AnyEvent } from "../../events/envelope.ts";
import { HatrackError, reasonOf } from "../../errors.ts";
import type { ArchiveRange, ArchiveReader } from "../archive/archive-reader.ts";
import { comparePositions, type Position, type ReadOptions, type StoredEvent } from "../bus.ts";
import type { Checked } from "../outputs.ts";
import { pause } from "../waiting.ts";
import type { Confirmation } from "./confirmation.ts";
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
  readonly confirmation: Confirmation;
  /** What was trimmed from the log; undefined: nothing ever is. */
  readonly archive?: ArchiveReader | undefined;
  readonly diagnostics: Diagnostics;
}

export class RedisLog {
  readonly #at: Partition;

  constructor(at: Partition) {
    this.#at = at;
  }

  /** Resolves when it is durable and, where there are replicas, one of them has it. */
  async publish(checked: readonly Checked[]): Promise<StoredEvent[]> {
    const said: StoredEvent[] = [];
    for (let at = 0; at < checked.length; at += page) {
      said.push(...(await this.#publish(checked.slice(at, at + page))));
    }
    await this.#confirmed(said);
    return said;
  }

  async #confirmed(said: readonly StoredEvent[]): Promise<void> {
    const { confirmation, redis, keys } = this.#at;
    if (said.length === 0 || !(await confirmation.confirm())) return;
    // A failover between the two steps confirms what the new primary has: look there that this is among it.
    const ids = [...new Set(said.map(({ event }) => event.id))];
    const there = z.int().parse(await redis.call("publish", "EXISTS", ...ids.map((id) => keys.id(id))));
    if (there === ids.length) return;
    throw new HatrackError(
      "bus_unreplicated",
      `redis bus: publish: a failover lost ${ids.length - there} of ${ids.length} events; say them again`,
      { retryable: true },
    );
  }

  async #publish(events: readonly Checked[]): Promise<StoredEvent[]> {
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

  /** What is on the log now, as it is stored, readable or not. */
  async *raw(): AsyncGenerator<{ readonly position: Position; readonly text: string }> {
    for (let start = "-"; ;) {
      const entries = await this.#range(start, "+", page);
      for (const { position, text } of entries) yield { position, text: text ?? "" };
      const last = entries.at(-1);
      if (last === undefined) return;
      start = `(${last.position}`;
    }
  }

  async *#all({ after, to }: ReadOptions): AsyncGenerator<readonly Entry[]> {
    let from = after;
    for (let more = true, archived = true; more;) {
      if (archived) {
        for await (const entries of this.#archived({ after: from, to })) {
          yield entries;
          from = entries.at(-1)?.position ?? from;
        }
      }
      const entries = await this.#range(from === undefined ? "-" : `(${from}`, to ?? "+", page);
      // Trimmed while we read: what we have not seen is in the archive now.
      archived = await this.#trimmedPast(from, to);
      if (archived) continue;
      yield entries;
      from = entries.at(-1)?.position;
      more = entries.length === page;
    }
  }

  /** What is in the archive and no longer on the log. */
  async *#archived(range: Omit<ArchiveRange, "before">): AsyncGenerator<readonly Entry[]> {
    const { archive } = this.#at;
    if (archive === undefined) return;
    const before = await this.begin();
    if (before !== undefined && range.after !== undefined && comparePositions(range.after, before) >= 0)
      return;
    yield* archive.entries({ ...range, before });
  }

  /** Whether the log begins later than where somebody reads on, and the archive has something in between. */
  async #trimmedPast(from: Position | undefined, to: Position | undefined): Promise<boolean> {
    if (this.#at.archive === undefined) return false;
    for await (const entries of this.#archived({ after: from, to })) if (entries.length > 0) return true;
    return false;
  }

  /** The position of the first entry that is still on the log. */
  async begin(): Promise<Position | undefined> {
    const first = await this.#at.redis.call("read", "XRANGE", this.#at.keys.log, "-", "+", "COUNT", 1);
    return RawEntries.parse(first)[0]?.[0];
  }

  async *#ofSubject(subject: string, { after, to }: ReadOptions): AsyncGenerator<readonly Entry[]> {
    // The index first: what is trimmed from here on is found in the archive, or missed and looked for there.
    const listed = z
      .array(z.string())
      .parse(await this.#at.redis.call("read of a subject", "LRANGE", this.#at.keys.subject(subject), 0, -1));
    let last = after;
    const within = (position: Position): boolean =>
      (last === undefined || comparePositions(position, last) > 0) &&
      (to === undefined || comparePositions(position, to) <= 0);
    for await (const entries of this.#archived({ after, to, subject })) {
      const some = entries.filter(({ position }) => within(position));
      yield some;
      last = some.at(-1)?.position ?? last;
    }
    const live = listed.filter(within);
    for (let at = 0; at < live.length; at += page) {
      const chunk = live.slice(at, at + page);
      const found = (await Promise.all(chunk.map((position) => this.#range(position, position, 1)))).flat();
      yield found.length === chunk.length ? found : await this.#orArchived(chunk, subject);
    }
  }

  /** Some were trimmed between the look at the index and the look at the log. */
  async #orArchived(positions: readonly Position[], subject: string): Promise<Entry[]> {
    const all: Entry[] = [];
    for await (const entries of this.#archived({ subject })) all.push(...entries);
    for (const position of positions) all.push(...(await this.#range(position, position, 1)));
    const once = new Map(all.map((entry) => [entry.position, entry]));
    return positions.flatMap((position) => once.get(position) ?? []);
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
