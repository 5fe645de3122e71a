/** Several partitions read as one. */
import { comparePositions, type StoredEvent } from "./bus.ts";
import { Bell } from "./waiting.ts";

/**
 * All of it in the order of the positions: log time, as far as the clocks of their nodes agree. The order inside a
 * partition, and so inside a case, stands as it is.
 */
export async function* inLogOrder(logs: readonly AsyncIterable<StoredEvent>[]): AsyncGenerator<StoredEvent> {
  const readers = logs.map((log) => log[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(readers.map((reader) => reader.next()));
    for (;;) {
      const at = firstOf(heads);
      const head = heads[at];
      const reader = readers[at];
      if (head === undefined || reader === undefined || head.done === true) return;
      yield head.value;
      heads[at] = await reader.next();
    }
  } finally {
    for (const reader of readers) await reader.return?.();
  }
}

/** Where the oldest head is; -1 when all have ended. */
function firstOf(heads: readonly IteratorResult<StoredEvent>[]): number {
  let first = -1;
  let oldest: StoredEvent | undefined;
  heads.forEach((head, at) => {
    if (head.done === true) return;
    const value: StoredEvent = head.value;
    if (oldest !== undefined && comparePositions(oldest.position, value.position) <= 0) return;
    first = at;
    oldest = value;
  });
  return first;
}

/**
 * What comes first, first: for logs that are waited on, each one entry ahead at most. The first that throws ends it.
 * Whoever stops reading must abort what the logs wait with.
 */
export async function* asTheyCome(logs: readonly AsyncIterable<StoredEvent>[]): AsyncGenerator<StoredEvent> {
  const arrivals = new Arrivals(logs.length);
  for (const log of logs) void arrivals.pump(log);
  try {
    for (let next = await arrivals.next(); next !== undefined; next = await arrivals.next()) yield next;
  } finally {
    arrivals.end();
  }
}

class Arrivals {
  readonly #came: { readonly stored: StoredEvent; readonly taken: () => void }[] = [];
  readonly #news = new Bell();
  #open: number;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(logs: number) {
    this.#open = logs;
  }

  async pump(log: AsyncIterable<StoredEvent>): Promise<void> {
    try {
      for await (const stored of log) {
        // Offered after the end nobody would take it, and the log would never be told to stop.
        if (!this.#ended) await this.#offer(stored);
        if (this.#ended) break;
      }
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#open -= 1;
    this.#news.ring();
  }

  /** Resolves when it was taken. */
  #offer(stored: StoredEvent): Promise<void> {
    return new Promise((taken) => {
      this.#came.push({ stored, taken });
      this.#news.ring();
    });
  }

  /** undefined: all have ended. */
  async next(): Promise<StoredEvent | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const first = this.#came.shift();
      if (first !== undefined) {
        first.taken();
        return first.stored;
      }
      if (this.#open === 0) return undefined;
      await this.#news.heard();
    }
  }

  end(): void {
    this.#ended = true;
    for (const { taken } of this.#came) taken();
  }
}
