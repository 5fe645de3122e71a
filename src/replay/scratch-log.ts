/**
 * The log of a replay: in memory, thrown away with it. The same order, positions and readings as a log on disk, without
 * a database: nobody claims anything here and nothing has to outlive the process.
 */
import { comparePositions, logTime, type Position, type ReadOptions, type StoredEvent } from "../bus/bus.ts";
import type { Checked } from "../bus/outputs.ts";
import type { Clock } from "../clock.ts";
import { parseEventText } from "../events/parse.ts";

interface Entry {
  readonly position: Position;
  readonly type: string;
  /** UTF-8, outside of the heap: most of a long replay is never read again. */
  readonly text: Buffer;
}

const none: readonly Entry[] = [];

export class ScratchLog {
  readonly #clock: Clock;
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<string, Entry>();
  readonly #bySubject = new Map<string, Entry[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get last(): Position | undefined {
    return this.#entries.at(-1)?.position;
  }

  /** Undefined: its id is there already. */
  append({ event, text }: Checked): StoredEvent | undefined {
    if (this.#byId.has(event.id)) return undefined;
    const entry = { position: this.#next(), type: event.type, text: Buffer.from(text) };
    this.#entries.push(entry);
    this.#byId.set(event.id, entry);
    const ofSubject = this.#bySubject.get(event.subject);
    if (ofSubject === undefined) this.#bySubject.set(event.subject, [entry]);
    else ofSubject.push(entry);
    return { position: entry.position, partition: 0, event };
  }

  byId(id: string): StoredEvent | undefined {
    const entry = this.#byId.get(id);
    return entry && storedEvent(entry);
  }

  /** Everything up to what is the end when the reading begins. */
  async *read({ after, to, types, subject }: ReadOptions): AsyncGenerator<StoredEvent> {
    await Promise.resolve();
    const entries = subject === undefined ? this.#entries : (this.#bySubject.get(subject) ?? none);
    const wanted: ReadonlySet<string> | undefined = types && new Set(types);
    const end = to === undefined ? entries.length : firstAfter(entries, to);
    for (let at = after === undefined ? 0 : firstAfter(entries, after); at < end; at += 1) {
      const entry = entries[at];
      if (entry !== undefined && wanted?.has(entry.type) !== false) yield storedEvent(entry);
    }
  }

  /** A clock that steps back does not: the log's own time stands still until it is passed. */
  #next(): Position {
    const { last } = this;
    const now = Math.floor(this.#clock.now());
    if (last === undefined || logTime(last) < now) return `${now}-0`;
    return `${logTime(last)}-${Number(last.slice(last.indexOf("-") + 1)) + 1}`;
  }
}

/** Where the first entry after a position stands, or would. */
function firstAfter(entries: readonly Entry[], position: Position): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && comparePositions(entry.position, position) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function storedEvent({ position, text }: Entry): StoredEvent {
  return { position, partition: 0, event: parseEventText(text.toString(), `entry ${position}`) };
}
