/** The end of the log in memory: whoever follows it reads there what has come since, parsed already. */
import { comparePositions, type Position, type ReadOptions, type StoredEvent } from "../bus/bus.ts";
import { entriesIn } from "./entries-in-memory.ts";

const most = 1024;

export class RecentEntries {
  #entries: StoredEvent[] = [];

  /** In log order. */
  keep(entry: StoredEvent): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * most) this.#entries = this.#entries.slice(-most);
  }

  /** Undefined: it may reach further back. */
  read({ subject, after, ...range }: ReadOptions): AsyncIterable<StoredEvent> | undefined {
    if (subject !== undefined || after === undefined || !this.#reachesBack(after)) return undefined;
    const before = this.#entries.findLastIndex(({ position }) => comparePositions(position, after) <= 0);
    return entriesIn(this.#entries.slice(before + 1), range);
  }

  #reachesBack(after: Position): boolean {
    const [first] = this.#entries;
    return first !== undefined && comparePositions(first.position, after) <= 0;
  }
}
