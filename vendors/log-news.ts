/** Reads on in the log from where it was read last, in each partition on its own: one may lag behind another. */
import type { Bus, Position, StoredEvent } from "../src/bus/bus.ts";
import { comparePositions } from "../src/bus/bus.ts";
import type { EventType } from "../src/events/catalogue.ts";

export class LogNews {
  readonly #bus: Pick<Bus, "read" | "tail">;
  readonly #types: readonly EventType[];
  readonly #from: Position;
  #readTo: ReadonlyMap<number, Position> = new Map();

  /** @param from of each partition, exclusive. Default: its beginning */
  constructor(bus: Pick<Bus, "read" | "tail">, types: readonly EventType[], from: Position = "0-0") {
    this.#bus = bus;
    this.#types = types;
    this.#from = from;
  }

  /** What is on the log now and was not there at the end of the last reading; who breaks off reads it again. */
  async *read(): AsyncGenerator<StoredEvent> {
    const tail = await this.#bus.tail();
    const starts = [...tail].map(([partition, end]) => [this.#startOf(partition), end] as const);
    const behind = starts.flatMap(([start, end]) => (comparePositions(start, end) < 0 ? [start] : []));
    const [after] = behind.sort(comparePositions);
    if (after === undefined) return;
    for await (const stored of this.#bus.read({ types: this.#types, after })) {
      const end = tail.get(stored.partition);
      // What came after the look at the end is left for the next time: before it something else may have come.
      if (end === undefined || comparePositions(stored.position, end) > 0) continue;
      if (comparePositions(stored.position, this.#startOf(stored.partition)) > 0) yield stored;
    }
    this.#readTo = tail;
  }

  #startOf(partition: number): Position {
    return this.#readTo.get(partition) ?? this.#from;
  }
}
