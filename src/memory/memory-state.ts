/** Everything memory knows: a record per case, and for each indicator the cases it stands in. */
import { comparePositions, type Position, type StoredEvent } from "../bus/bus.ts";
import { CaseId, type Indicator, type IndicatorType } from "../events/vocabulary.ts";
import { isCanary } from "../events/ids.ts";
import type { Actors } from "../indicators/actors.ts";
import type { Benign } from "../indicators/benign.ts";
import { Columns, reachFinds } from "./columns.ts";
import { evolveRecord, indicatorsOf, keyOf, type CaseRecord } from "./case-record.ts";
import { columnsOf, Held, type Holders } from "./holders.ts";
import { shippedActors } from "./shipped-actors.ts";

/** A record as a fold keeps it: one object for the life of the case, filled anew in place. */
export interface FiledCase extends CaseRecord {
  /** Its place in `all` and in the columns. */
  readonly n: number;
}

export interface MemoryState {
  readonly cases: ReadonlyMap<string, FiledCase>;
  /** Number → case, in the order in which they came. */
  readonly all: readonly FiledCase[];
  /** Of the same cases, what questions read of each. */
  readonly columns: Columns;
  /** Numbers of all cases in order of opening, then of id. */
  readonly inOrder: readonly number[];
  /** Cases that a person said belong to another. */
  readonly linked: ReadonlySet<FiledCase>;
  /** By type, then by `keyOf`. */
  readonly index: ReadonlyMap<IndicatorType, ReadonlyMap<string, Holders>>;
  /** Number → indicator. */
  readonly indicators: readonly Holders[];
  /** The latest time any event was said, milliseconds since the epoch; 0 for an empty log. */
  readonly latest: number;
  /** The last entry folded, per partition. */
  readonly positions: ReadonlyMap<number, Position>;
}

export function holdersOf(state: MemoryState, indicator: Indicator): Holders | undefined {
  return state.index.get(indicator.type)?.get(keyOf(indicator));
}

/** The cases an indicator stands in. */
export function recordsOf({ all }: MemoryState, { cases }: Pick<Holders, "cases">): FiledCase[] {
  return cases.flatMap((n) => all[n] ?? []);
}

/** By opening, then by id. */
export function earlierFirst(a: CaseRecord, b: CaseRecord): number {
  return a.openedAt - b.openedAt || (a.caseId < b.caseId ? -1 : 1);
}

/** What is known, filled in place: a copy of the index for each event would cost the whole log. */
class Filling implements MemoryState {
  readonly cases = new Map<string, FiledCase>();
  readonly all: FiledCase[] = [];
  readonly columns = new Columns();
  readonly linked = new Set<FiledCase>();
  readonly index = new Map<IndicatorType, Map<string, Held>>();
  readonly indicators: Held[] = [];
  readonly positions = new Map<number, Position>();
  latest = 0;
  readonly #order: number[] = [];

  /** Cases come in nearly in order of opening: what came since somebody looked is put in its place when they look. */
  get inOrder(): readonly number[] {
    if (this.#order.length === this.all.length) return this.#order;
    while (this.#order.length < this.all.length) this.#order.push(this.#order.length);
    return this.#order.sort((a, b) => this.#compare(a, b));
  }

  #compare(a: number, b: number): number {
    const { columns } = this;
    return (
      columns.opened(a) - columns.opened(b) ||
      ((this.all[a]?.caseId ?? "") < (this.all[b]?.caseId ?? "") ? -1 : 1)
    );
  }

  ofType(type: IndicatorType): Map<string, Held> {
    const known = this.index.get(type);
    if (known !== undefined) return known;
    const made = new Map<string, Held>();
    this.index.set(type, made);
    return made;
  }
}

/** A record with its number. All that every case has stands in the object itself, its number first. */
class Filed implements FiledCase {
  readonly n: number;
  readonly caseId: CaseRecord["caseId"];
  readonly openedAt: CaseRecord["openedAt"];
  readonly seen: CaseRecord["seen"];
  readonly harmless: CaseRecord["harmless"];
  readonly actors: CaseRecord["actors"];
  readonly opinions: CaseRecord["opinions"];
  readonly escalated: CaseRecord["escalated"];
  readonly failedRoles: CaseRecord["failedRoles"];
  readonly linkedTo: CaseRecord["linkedTo"];

  constructor(n: number, record: CaseRecord) {
    this.n = n;
    this.caseId = record.caseId;
    this.openedAt = record.openedAt;
    this.seen = record.seen;
    this.harmless = record.harmless;
    this.actors = record.actors;
    this.opinions = record.opinions;
    this.escalated = record.escalated;
    this.failedRoles = record.failedRoles;
    this.linkedTo = record.linkedTo;
    Object.assign(this, record);
  }
}

/** Where a fold that was kept goes on: as `MemoryState`, without what follows from the records. */
export type Kept = Pick<MemoryState, "latest" | "positions"> & { readonly records: readonly CaseRecord[] };

export class MemoryFold {
  readonly #state = new Filling();
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
    if (!CaseId.safeParse(event.subject).success || isCanary(event.subject)) return;
    this.#state.latest = Math.max(this.#state.latest, Date.parse(event.time));
    const before = this.#state.cases.get(event.subject);
    this.#keep(before, evolveRecord(before, event, this.#actors));
  }

  #keep(before: FiledCase | undefined, after: CaseRecord): void {
    if (before === after) return;
    const was = before === undefined ? [] : indicatorsOf(before);
    const isSame = before?.seen === after.seen && before.harmless === after.harmless;
    const shared = isSame ? after : this.#shared(after);
    const kept = before === undefined ? this.#opened(shared) : Object.assign(before, shared);
    this.#state.columns.set(kept.n, kept);
    if (!isSame) this.#reindex(kept, was);
    if (kept.linkedTo.length > 0) this.#state.linked.add(kept);
  }

  #opened(record: CaseRecord): FiledCase {
    const { all, cases } = this.#state;
    const opened = new Filed(all.length, record);
    all.push(opened);
    cases.set(opened.caseId, opened);
    return opened;
  }

  /** The same record made of what other cases hold already: values that many cases share are kept once. */
  #shared(record: CaseRecord): CaseRecord {
    const { alert, software } = record;
    const seen = record.seen.map((indicator) => this.#held(indicator));
    return {
      ...record,
      // What may link comes first: who looks for that alone need not look at the rest.
      seen: seen.filter(({ strong }) => strong).concat(seen.filter(({ strong }) => !strong)),
      harmless: record.harmless.map((indicator) => this.#held(indicator)),
      ...(software === undefined ? {} : { software: this.#held(software) }),
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

  #reindex(record: FiledCase, before: readonly Indicator[]): void {
    const was = new Set(before.map((indicator) => this.#held(indicator)));
    const is = new Set(indicatorsOf(record).map((indicator) => this.#held(indicator)));
    for (const held of was) if (!is.has(held)) held.remove(record.n);
    for (const held of is) if (!was.has(held) && held.most > 0) held.add(record.n);
    const { columns } = this.#state;
    columns.setHeld(
      record.n,
      [...is].map(({ n }) => n),
    );
    for (const held of new Set([...was, ...is])) {
      const found = columns.reach[held.n] === reachFinds;
      columns.setIndicator(held.n, columnsOf(held));
      if (found !== (columns.reach[held.n] === reachFinds)) for (const n of held.cases) columns.setFinds(n);
    }
    columns.setFinds(record.n);
  }

  /** The one object for this indicator. */
  #held(indicator: Indicator): Held {
    if (indicator instanceof Held) return indicator;
    const ofType = this.#state.ofType(indicator.type);
    const key = keyOf(indicator);
    const known = ofType.get(key);
    if (known !== undefined) return known;
    const { indicators } = this.#state;
    const made = new Held(indicators.length, indicator, this.#benign.linksUpTo(indicator));
    indicators.push(made);
    this.#state.columns.setIndicator(made.n, columnsOf(made));
    ofType.set(key, made);
    return made;
  }
}
