/** Follows the log and folds each entry once into what the pages show; tells who listens that something changed. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { comparePositions, type Bus, type Position, type StoredEvent } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import { AccuracyFold } from "../src/memory/accuracy.ts";
import { CaseList, caseListTypes } from "./read/case-list.ts";
import { Floor, floorTypes } from "./read/floor.ts";

const watched = [...new Set([...caseListTypes, ...floorTypes, "alert.triaged", "role.worked"] as const)];

/** Entries folded before others have a turn: a long log must not hold up the process it is served from. */
const batch = 200;

/** After the log could not be read, milliseconds. */
const retryMs = 2000;

type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export class Watch {
  readonly cases = new CaseList();
  readonly floor = new Floor();
  readonly accuracy = new AccuracyFold();
  /** Entries folded; also what a page that was drawn then is the page of. */
  folded = 0;
  /** Everything that was on the log at the start has been read. */
  caughtUp = false;
  /** Why the log cannot be read just now. */
  trouble: string | undefined;
  readonly #positions = new Map<number, Position>();
  readonly #listeners = new Set<() => void>();
  readonly #wait: Wait;

  /** @param wait before the log is tried again */
  constructor(wait: Wait = (ms, signal) => sleep(ms, undefined, { signal })) {
    this.#wait = wait;
  }

  /** Until the signal aborts. */
  async run(bus: Pick<Bus, "read" | "follow">, signal: AbortSignal, diagnostics: Diagnostics): Promise<void> {
    for (;;) {
      try {
        await this.#readAll(bus, signal);
        return;
      } catch (error) {
        if (hasEnded(signal)) return;
        this.trouble = reasonOf(error);
        diagnostics.warn({ why: this.trouble }, "dashboard: the log cannot be read; trying again");
        this.#changed();
        await this.#wait(retryMs, signal).catch(() => undefined);
      }
    }
  }

  async #readAll(bus: Pick<Bus, "read" | "follow">, signal: AbortSignal): Promise<void> {
    const types = watched;
    for await (const entry of bus.read({ types, ...this.#after() })) {
      await this.#take(entry);
      if (hasEnded(signal)) return;
    }
    this.caughtUp = true;
    this.trouble = undefined;
    this.#changed();
    for await (const entry of bus.follow({ types, signal, ...this.#after() })) await this.#take(entry);
  }

  /** Where to read on: of several partitions from the one that is furthest behind. */
  #after(): { readonly after?: Position } {
    const [least] = [...this.#positions.values()].sort(comparePositions);
    return least === undefined ? {} : { after: least };
  }

  async #take(entry: StoredEvent): Promise<void> {
    const { event, partition, position } = entry;
    const last = this.#positions.get(partition);
    if (last !== undefined && comparePositions(position, last) <= 0) return;
    this.#positions.set(partition, position);
    this.cases.evolve(event);
    this.floor.evolve(entry);
    this.accuracy.evolve(event);
    this.folded += 1;
    if (this.caughtUp) this.#changed();
    if (this.folded % batch === 0) await nextTurn();
  }

  /** Returns what ends the listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Asked in a function because it changes while we wait, which narrowing does not know. */
function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}
