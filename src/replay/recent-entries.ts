/** The end of the log in memory: whoever follows it reads there what has come since, and not from the database. */
import { comparePositions, type Position, type ReadOptions, type StoredEvent } from "../bus/bus.ts";

const most = 1024;

export class RecentEntries {
  #entries: StoredEvent[] = [];

  /** In log order. */
  keep(entry: StoredEvent): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * most) this.#entries = this.#entries.slice(-most);
  }

  /** Undefined: it may reach further back. */
  read({ subject, after, to, types }: ReadOptions): AsyncIterable<StoredEvent> | undefined {
    if (subject !== undefined || after === undefined || !this.#reachesBack(after)) return undefined;
    const wanted: ReadonlySet<string> | undefined = types && new Set(types);
    const before = this.#entries.findLastIndex(({ position }) => comparePositions(position, after) <= 0);
    const since = this.#entries.slice(before + 1);
    return inOrder(
      since.filter(
        ({ event, position }) =>
          (wanted === undefined || wanted.has(event.type)) &&
          (to === undefined || comparePositions(position, to) <= 0),
      ),
    );
  }

  #reachesBack(after: Position): boolean {
    const [first] = this.#entries;
    return first !== undefined && comparePositions(first.position, after) <= 0;
  }
}

async function* inOrder(entries: readonly StoredEvent[]): AsyncGenerator<StoredEvent> {
  await Promise.resolve();
  yield* entries;
}
