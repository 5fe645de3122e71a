/**
 * The events of the cases that are at work, in memory: each role reads its case again with every run. Those done last
 * stay a while, for it is they that are recalled most.
 */
import type { ReadOptions, StoredEvent } from "../bus/bus.ts";
import { CaseId } from "../events/vocabulary.ts";
import { entriesIn } from "./entries-in-memory.ts";

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
  read({ subject, ...range }: ReadOptions): AsyncIterable<StoredEvent> | undefined {
    const kept = subject === undefined ? undefined : this.#events.get(subject);
    return kept && entriesIn(kept, range);
  }
}
