/** Everything memory knows: a record per case, and for each indicator the cases it stands in. */
import { comparePositions, type Position, type StoredEvent } from "../bus/bus.ts";
import { CaseId, type Indicator } from "../events/vocabulary.ts";
import type { Actors } from "../indicators/actors.ts";
import type { Benign } from "../indicators/benign.ts";
import { shippedActors } from "./shipped-actors.ts";
import { evolveRecord, indicatorsOf, type CaseRecord } from "./case-record.ts";

export interface Holders {
  readonly indicator: Indicator;
  readonly cases: ReadonlySet<string>;
  /** Held by more cases than this it links none of them: the edge of a CDN. Infinity for most indicators. */
  readonly most: number;
}

export interface MemoryState {
  readonly cases: ReadonlyMap<string, CaseRecord>;
  /** By key (`keyOf`); benign infrastructure and what is harmless in a case is not in it. */
  readonly index: ReadonlyMap<string, Holders>;
  /** The latest time any event was said, milliseconds since the epoch; 0 for an empty log. */
  readonly latest: number;
  /** The last entry folded, per partition. */
  readonly positions: ReadonlyMap<number, Position>;
}

interface Filling {
  cases: Map<string, CaseRecord>;
  index: Map<string, { indicator: Indicator; cases: Set<string>; most: number }>;
  latest: number;
  positions: Map<number, Position>;
}

/** The fold. It fills its state in place: a copy of the index for each event would cost the whole log. */
export class MemoryFold {
  readonly #state: Filling = { cases: new Map(), index: new Map(), latest: 0, positions: new Map() };
  readonly #benign: Benign;
  readonly #actors: Actors;
  readonly #most = new Map<string, number>();

  constructor(benign: Benign, actors: Actors = shippedActors()) {
    this.#benign = benign;
    this.#actors = actors;
  }

  get state(): MemoryState {
    return this.#state;
  }

  /** Folds one entry; one that was folded before, or stands before one that was, changes nothing. */
  evolve({ event, partition, position }: StoredEvent): void {
    const last = this.#state.positions.get(partition);
    if (last !== undefined && comparePositions(position, last) <= 0) return;
    this.#state.positions.set(partition, position);
    if (!CaseId.safeParse(event.subject).success) return;
    this.#state.latest = Math.max(this.#state.latest, Date.parse(event.time));
    const before = this.#state.cases.get(event.subject);
    const after = evolveRecord(before, event, this.#actors);
    this.#state.cases.set(event.subject, after);
    if (before?.seen !== after.seen || before.harmless !== after.harmless) this.#reindex(before, after);
  }

  #reindex(before: CaseRecord | undefined, after: CaseRecord): void {
    const was = before === undefined ? new Map<string, Indicator>() : indicatorsOf(before);
    const is = indicatorsOf(after);
    for (const key of was.keys()) {
      if (!is.has(key)) this.#state.index.get(key)?.cases.delete(after.caseId);
    }
    for (const [key, indicator] of is) {
      if (!was.has(key)) this.#file(key, indicator, after.caseId);
    }
  }

  #file(key: string, indicator: Indicator, caseId: string): void {
    const most = this.#mostOf(key, indicator);
    if (most === 0) return;
    const holders = this.#state.index.get(key);
    if (holders === undefined) this.#state.index.set(key, { indicator, cases: new Set([caseId]), most });
    else holders.cases.add(caseId);
  }

  #mostOf(key: string, indicator: Indicator): number {
    const known = this.#most.get(key);
    if (known !== undefined) return known;
    const most = this.#benign.linksUpTo(indicator);
    this.#most.set(key, most);
    return most;
  }
}
