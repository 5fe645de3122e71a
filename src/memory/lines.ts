/**
 * Lines of campaigns: cases of all times that links join with no gap longer than the window. A campaign that goes on for
 * months keeps the id of its first case though that has left the window. Only what is asked for is walked.
 */
import { HatrackError } from "../errors.ts";
import { reachWeak } from "./columns.ts";
import { firstFrom, isLinkedBy, isWide, joinsGroups, linkedUntil } from "./links.ts";
import { earlierFirst, type FiledCase, type MemoryState } from "./memory-state.ts";

interface LineOptions {
  /** Longest time between two cases that follow each other, milliseconds. */
  readonly gap: number;
  /** Cases opened later are not looked at, milliseconds since the epoch. */
  readonly until: number;
  /** Pairs that a person linked, by number. */
  readonly pairs: readonly (readonly [number, number])[];
}

interface Strand {
  /** In order of opening. */
  readonly cases: readonly number[];
  /** Where it is wide: it joins groups that stand without it. Undefined: nobody has looked. */
  isBridge: boolean | undefined;
}

/** In `groupOf`: no narrow link holds it. */
const inNoGroup = -1;

export class Lines {
  readonly #state: MemoryState;
  readonly #options: LineOptions;
  readonly #paired = new Map<number, number[]>();
  /** By an indicator's number; null: links nothing. */
  readonly #strands = new Map<number, Strand | null>();
  /** By a case's number: which line, or which group of narrow links, it was found in; 0: nobody has looked. */
  readonly #lineOf: Int32Array;
  readonly #groupOf: Int32Array;
  readonly #firstOf: FiledCase[] = [];
  #groups = 0;

  constructor(state: MemoryState, options: LineOptions) {
    this.#state = state;
    this.#options = options;
    this.#lineOf = new Int32Array(state.all.length);
    this.#groupOf = new Int32Array(state.all.length);
    for (const [a, b] of options.pairs) {
      this.#pair(a, b);
      this.#pair(b, a);
    }
  }

  /** The earliest case of the line this case is of. */
  firstOf(record: FiledCase): FiledCase {
    const line = this.#lineOf[record.n] ?? 0;
    return line === 0 ? this.#walk(record) : (this.#firstOf[line - 1] ?? record);
  }

  #walk(record: FiledCase): FiledCase {
    const line = this.#firstOf.length + 1;
    const reached = [record.n];
    this.#lineOf[record.n] = line;
    let first = record;
    for (const n of reached) {
      const other = this.#state.all[n];
      if (other !== undefined && earlierFirst(other, first) < 0) first = other;
      for (const next of this.#nextTo(n)) {
        if (this.#lineOf[next] !== 0) continue;
        this.#lineOf[next] = line;
        reached.push(next);
      }
    }
    this.#firstOf.push(first);
    return first;
  }

  /** Who stands in its line right beside this case. */
  #nextTo(n: number): number[] {
    const next = [...(this.#paired.get(n) ?? [])];
    for (const strand of this.#strandsOf(n)) {
      if (this.#isBridge(strand)) continue;
      const at = this.#placeOf(n, strand);
      this.#addNear(next, n, strand.cases[at - 1]);
      this.#addNear(next, n, strand.cases[at + 1]);
    }
    return next;
  }

  #addNear(next: number[], n: number, other: number | undefined): void {
    const { columns } = this.#state;
    if (other === undefined) return;
    if (Math.abs(columns.opened(other) - columns.opened(n)) <= this.#options.gap) next.push(other);
  }

  #pair(from: number, to: number): void {
    const known = this.#paired.get(from);
    if (known === undefined) this.#paired.set(from, [to]);
    else known.push(to);
  }

  #strandsOf(n: number): Strand[] {
    const { columns } = this.#state;
    const found: Strand[] = [];
    const end = columns.from(n) + columns.count(n);
    for (let at = columns.from(n); at < end; at += 1) {
      const number = columns.held[at] ?? 0;
      // What may link comes first.
      if (columns.reach[number] === reachWeak) break;
      const strand = this.#strandBy(number);
      if (strand !== null && isLinkedBy(this.#state, n, number)) found.push(strand);
    }
    return found;
  }

  #strandBy(number: number): Strand | null {
    const known = this.#strands.get(number);
    if (known !== undefined) return known;
    const { columns } = this.#state;
    const cases = linkedUntil(this.#state, number, this.#options.until);
    const strand =
      cases === undefined
        ? null
        : { cases: cases.sort((a, b) => columns.opened(a) - columns.opened(b)), isBridge: undefined };
    this.#strands.set(number, strand);
    return strand;
  }

  #placeOf(n: number, { cases }: Strand): number {
    const { columns } = this.#state;
    const at = cases.indexOf(n, firstFrom(cases, columns.opened(n), columns));
    if (at >= 0) return at;
    throw new HatrackError("memory_broken", `lines: case ${n} is not among those its own indicator links`);
  }

  #isBridge(strand: Strand): boolean {
    strand.isBridge ??= isWide(strand.cases) && joinsGroups(strand.cases, (n) => this.#narrowGroup(n));
    return strand.isBridge;
  }

  /** Names the cases that narrow links join with this one, of whatever time. Undefined: none. */
  #narrowGroup(n: number): number | undefined {
    const known = this.#groupOf[n] ?? 0;
    if (known !== 0) return known === inNoGroup ? undefined : known;
    this.#groups += 1;
    const reached = [n];
    this.#groupOf[n] = this.#groups;
    for (const member of reached) {
      for (const { cases } of this.#strandsOf(member)) if (!isWide(cases)) this.#addNew(reached, cases);
    }
    if (reached.length > 1) return this.#groups;
    this.#groupOf[n] = inNoGroup;
    return undefined;
  }

  #addNew(reached: number[], cases: readonly number[]): void {
    for (const n of cases) {
      if (this.#groupOf[n] !== 0) continue;
      this.#groupOf[n] = this.#groups;
      reached.push(n);
    }
  }
}
