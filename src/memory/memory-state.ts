/** Everything memory knows: a record per case, and for each indicator the cases it stands in. */
import { comparePositions, type Position, type StoredEvent } from "../bus/bus.ts";
import { CaseId, type Indicator, type IndicatorType } from "../events/vocabulary.ts";
import type { Actors } from "../indicators/actors.ts";
import type { Benign } from "../indicators/benign.ts";
import { evolveRecord, indicatorsOf, keyOf, type CaseRecord } from "./case-record.ts";
import { shippedActors } from "./shipped-actors.ts";

/** An indicator with its cases. A record of a fold's `seen` holds these very objects, one for each indicator. */
export interface Holders extends Indicator {
  /** Each once, in no order; what is benign or harmless in a case is not filed. */
  readonly cases: readonly string[];
  /** Held by more cases than this it links none of them: the edge of a CDN. 0: benign; Infinity for most. */
  readonly most: number;
}

export interface MemoryState {
  readonly cases: ReadonlyMap<string, CaseRecord>;
  /** By type, then by `keyOf`. */
  readonly index: ReadonlyMap<IndicatorType, ReadonlyMap<string, Holders>>;
  /** The latest time any event was said, milliseconds since the epoch; 0 for an empty log. */
  readonly latest: number;
  /** The last entry folded, per partition. */
  readonly positions: ReadonlyMap<number, Position>;
}

export function holdersOf(state: MemoryState, indicator: Indicator): Holders | undefined {
  return state.index.get(indicator.type)?.get(keyOf(indicator));
}

/** What a fold's records hold: the very object of the index. */
export function isHolders(indicator: Indicator): indicator is Holders {
  return "cases" in indicator;
}

interface Filed extends Holders {
  cases: string[];
}

interface Filling {
  cases: Map<string, CaseRecord>;
  index: Map<IndicatorType, Map<string, Filed>>;
  latest: number;
  positions: Map<number, Position>;
}

/** Where a fold that was kept goes on: as `MemoryState`, without the index, which follows from the cases. */
export type Kept = Pick<MemoryState, "latest" | "positions"> & { readonly records: readonly CaseRecord[] };

/** The fold. It fills its state in place: a copy of the index for each event would cost the whole log. */
export class MemoryFold {
  readonly #state: Filling = { cases: new Map(), index: new Map(), latest: 0, positions: new Map() };
  readonly #benign: Benign;
  readonly #actors: Actors;
  readonly #words = new Map<string, string>();

  constructor(benign: Benign, actors: Actors = shippedActors()) {
    this.#benign = benign;
    this.#actors = actors;
  }

  /** Goes on from what was kept; only before anything is folded. */
  restore({ records, latest, positions }: Kept): void {
    this.#state.latest = latest;
    for (const [partition, position] of positions) this.#state.positions.set(partition, position);
    for (const record of records) this.#keep(undefined, record);
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
    this.#keep(before, evolveRecord(before, event, this.#actors));
  }

  #keep(before: CaseRecord | undefined, after: CaseRecord): void {
    if (before?.seen === after.seen && before.harmless === after.harmless && before.alert === after.alert) {
      this.#state.cases.set(after.caseId, after);
      return;
    }
    const kept = this.#shared(after);
    this.#state.cases.set(kept.caseId, kept);
    this.#reindex(before, kept);
  }

  /** The same record made of what other cases hold already: values that many cases share are kept once. */
  #shared(record: CaseRecord): CaseRecord {
    const { alert, software } = record;
    return {
      ...record,
      seen: record.seen.map((indicator) => this.#filed(indicator)),
      harmless: record.harmless.map((indicator) => this.#filed(indicator)),
      ...(software === undefined ? {} : { software: this.#filed(software) }),
      ...(alert === undefined ? {} : { alert: this.#sharedWords(alert) }),
    };
  }

  #sharedWords(alert: NonNullable<CaseRecord["alert"]>): NonNullable<CaseRecord["alert"]> {
    const { rule, host, user, program } = alert;
    return {
      rule: this.#word(rule),
      ...(host === undefined ? {} : { host: this.#word(host) }),
      ...(user === undefined ? {} : { user: this.#word(user) }),
      ...(program === undefined ? {} : { program: this.#word(program) }),
    };
  }

  #word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    this.#words.set(word, word);
    return word;
  }

  #reindex(before: CaseRecord | undefined, after: CaseRecord): void {
    const was = new Set(before === undefined ? [] : indicatorsOf(before).map((i) => this.#filed(i)));
    const is = new Set(indicatorsOf(after).map((i) => this.#filed(i)));
    for (const held of was) {
      if (!is.has(held)) held.cases = held.cases.filter((caseId) => caseId !== after.caseId);
    }
    for (const held of is) if (!was.has(held) && held.most > 0) file(held, after.caseId);
  }

  /** The one object for this indicator. */
  #filed(indicator: Indicator): Filed {
    const { type, value } = indicator;
    const ofType = this.#ofType(type);
    const key = keyOf(indicator);
    const known = ofType.get(key);
    if (known !== undefined) return known;
    const made: Filed = { type, value, most: this.#benign.linksUpTo(indicator), cases: [] };
    ofType.set(key, made);
    return made;
  }

  #ofType(type: IndicatorType): Map<string, Filed> {
    const known = this.#state.index.get(type);
    if (known !== undefined) return known;
    const made = new Map<string, Filed>();
    this.#state.index.set(type, made);
    return made;
  }
}

/** A list that grows by one at a time is given room for many; most indicators stand in one case or two. */
function file(held: Filed, caseId: string): void {
  if (held.cases.length < 8) held.cases = [...held.cases, caseId];
  else held.cases.push(caseId);
}
