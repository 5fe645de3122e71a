/** Entries that are in memory, read as those of a log. */
import { comparePositions, type ReadOptions, type StoredEvent } from "../bus/bus.ts";

/** Those of them that are asked for; of what subject they are, whoever keeps them knows. */
export function entriesIn(
  entries: readonly StoredEvent[],
  { after, to, types }: Omit<ReadOptions, "subject">,
): AsyncIterable<StoredEvent> {
  const wanted: ReadonlySet<string> | undefined = types && new Set(types);
  const chosen = entries.filter(
    ({ event, position }) =>
      (wanted === undefined || wanted.has(event.type)) &&
      (after === undefined || comparePositions(position, after) > 0) &&
      (to === undefined || comparePositions(position, to) <= 0),
  );
  return inOrder(chosen);
}

async function* inOrder(entries: readonly StoredEvent[]): AsyncGenerator<StoredEvent> {
  await Promise.resolve();
  yield* entries;
}
