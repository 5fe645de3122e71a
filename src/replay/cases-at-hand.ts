/**
 * The events of the cases that are at work, in memory: each role reads its case again with every run. Those done last
 * stay a while, for it is they that are recalled most.
 */
import { comparePositions, type ReadOptions, type StoredEvent } from "../bus/bus.ts";
import { CaseId } from "../events/vocabulary.ts";

const mostDone = 256;

export class CasesAtHand {
  readonly #events = new Map<string, StoredEvent[]>();
  readonly #done: string[] = [];

  /** A case is at hand from its alert on. */
  keep(entry: StoredEvent): void {
    const { subject, type } = entry.event;
    const there = this.#events.get(subject);
    if (there !== undefined) there.push(entry);
    else if (type === "alert.received" && CaseId.safeParse(subject).success)
      this.#events.set(subject, [entry]);
  }

  /** Nobody works on it any more. */
  putAway(caseId: string): void {
    this.#done.push(caseId);
    if (this.#done.length <= mostDone) return;
    const oldest = this.#done.shift();
    if (oldest !== undefined) this.#events.delete(oldest);
  }

  /** Undefined: it is not at hand, and is read from the log. */
  read({ subject, after, to, types }: ReadOptions): AsyncIterable<StoredEvent> | undefined {
    const kept = subject === undefined ? undefined : this.#events.get(subject);
    if (kept === undefined) return undefined;
    const wanted: ReadonlySet<string> | undefined = types && new Set(types);
    const chosen = kept.filter(
      ({ event, position }) =>
        (wanted === undefined || wanted.has(event.type)) &&
        (after === undefined || comparePositions(position, after) > 0) &&
        (to === undefined || comparePositions(position, to) <= 0),
    );
    return inOrder(chosen);
  }
}

async function* inOrder(entries: readonly StoredEvent[]): AsyncGenerator<StoredEvent> {
  await Promise.resolve();
  yield* entries;
}
