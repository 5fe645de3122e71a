/**
 * Reads on in the log from where it was read last, in each partition on its own: the clock of one may be behind
 * another's. Each entry is given once, also when a reading breaks off in between.
 */
import type { EventType } from "../events/catalogue.ts";
import { comparePositions, type Bus, type Position, type StoredEvent } from "./bus.ts";

export class LogNews {
  readonly #types: readonly EventType[];
  readonly #from: Position;
  readonly #readTo = new Map<number, Position>();

  /** @param from of each partition, exclusive. Default: its beginning */
  constructor(types: readonly EventType[], from: Position = "0-0") {
    this.#types = types;
    this.#from = from;
  }

  /** What is on the log now and was not given yet. An entry counts as given once the next is asked for. */
  async *read(bus: Pick<Bus, "read" | "tail">): AsyncGenerator<StoredEvent> {
    const tail = await bus.tail();
    const behind = [...tail].flatMap(([partition, end]) => {
      const start = this.#startOf(partition);
      return comparePositions(start, end) < 0 ? [start] : [];
    });
    const [after] = behind.sort(comparePositions);
    if (after === undefined) return;
    // One position holds for all partitions: from the least of them, what is known of the others is passed over.
    for await (const stored of bus.read({ types: this.#types, after })) {
      const { partition, position } = stored;
      const end = tail.get(partition);
      // What came after the look at the end is left for the next time: before it something else may have come.
      if (end === undefined || comparePositions(position, end) > 0) continue;
      if (comparePositions(position, this.#startOf(partition)) <= 0) continue;
      yield stored;
      this.#readTo.set(partition, position);
    }
    // A partition that says little is not what the others are read again from.
    for (const [partition, end] of tail)
      if (comparePositions(this.#startOf(partition), end) < 0) this.#readTo.set(partition, end);
  }

  #startOf(partition: number): Position {
    return this.#readTo.get(partition) ?? this.#from;
  }
}
