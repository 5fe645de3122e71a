/**
 * What questions over all cases read of each case, by its number: a few bytes side by side instead of an object
 * somewhere, so that looking at a hundred thousand of them is not a hundred thousand waits for memory.
 */
import { Verdict } from "../events/vocabulary.ts";
import { isCleared, judges, standing, type CaseRecord, type Judge } from "./case-record.ts";

/** What the columns `judge` and `verdict` count: nobody's comes first. */
export const judgesFrom0: readonly (Judge | null)[] = [null, ...judges];
export const verdictsFrom0: readonly (Verdict | null)[] = [null, ...Verdict.options];

/** What a case is to who links cases, as bits. */
export const isClearedBit = 1;
/** A true positive, and not in Sentinel's eyes alone. */
export const isAttackBit = 2;
/** Holds installed software that links nothing until somebody has judged. */
export const isUnjudgedBit = 4;

/**
 * A weak indicator, which only adds to a score; a strong one that finds cases; one that finds none, being alone or
 * benign; one of so many cases that it finds none, and links them only if they are one outbreak.
 */
export const [reachWeak, reachFinds, reachNobody, reachHub] = [0, 1, 2, 3];

export class Columns {
  /** By a case's number, what it is to who links cases. */
  bits = new Uint8Array(256);
  /** By an indicator's number: what sharing it is worth, and whether other cases are found by it. */
  worth = new Float64Array(1024);
  reach = new Uint8Array(1024);
  /** What it is to the question that is being answered; 0 between questions. */
  asked = new Uint8Array(1024);
  /** Numbers of indicators, case after case. */
  held = new Int32Array(2048);
  #heldUsed = 0;
  #rows = new Rows(256);

  set(n: number, record: CaseRecord): void {
    if (n >= this.bits.length) {
      const room = roomFor(n + 1);
      this.bits = moved(this.bits, new Uint8Array(room));
      this.#rows = new Rows(room, this.#rows);
    }
    const judged = standing(record);
    this.#rows.time[n * 2] = record.openedAt;
    this.#rows.byte[n * 16 + 12] =
      judgesFrom0.indexOf(judged?.by ?? null) * 16 + verdictsFrom0.indexOf(judged?.verdict ?? null);
    this.bits[n] =
      (isCleared(record) ? isClearedBit : 0) |
      (isAttack(record) ? isAttackBit : 0) |
      (record.software !== undefined && judged === undefined ? isUnjudgedBit : 0);
  }

  /** When the case was opened, milliseconds since the epoch. */
  opened(n: number): number {
    return this.#rows.time[n * 2] ?? NaN;
  }

  /** Whose verdict stands, by its place in `judgesFrom0`. */
  judge(n: number): number {
    return (this.#rows.byte[n * 16 + 12] ?? 0) >> 4;
  }

  /** Which it is, by its place in `verdictsFrom0`. */
  verdict(n: number): number {
    return (this.#rows.byte[n * 16 + 12] ?? 0) & 15;
  }

  /** Where the case's indicators begin in `held`. */
  from(n: number): number {
    return this.#rows.place[n * 4 + 2] ?? 0;
  }

  /** How many they are. */
  count(n: number): number {
    return this.#rows.short[n * 8 + 7] ?? 0;
  }

  /** Whether any of them finds other cases: of most cases none does. */
  finds(n: number): boolean {
    return this.#rows.byte[n * 16 + 13] === 1;
  }

  /** To be told of a case whose indicators have changed, or one of whose indicators finds cases now, or no more. */
  setFinds(n: number): void {
    const from = this.from(n);
    const finds = this.held
      .subarray(from, from + this.count(n))
      .some((one) => this.reach[one] === reachFinds);
    this.#rows.byte[n * 16 + 13] = finds ? 1 : 0;
  }

  setIndicator(n: number, { worth, reach }: { readonly worth: number; readonly reach: number }): void {
    if (n >= this.worth.length) {
      const room = roomFor(n + 1);
      this.worth = moved(this.worth, new Float64Array(room));
      this.reach = moved(this.reach, new Uint8Array(room));
      this.asked = moved(this.asked, new Uint8Array(room));
    }
    this.worth[n] = worth;
    this.reach[n] = reach;
  }

  /** What links the case or adds to a score; what may link comes first. */
  setHeld(n: number, indicators: readonly number[]): void {
    const { length } = indicators;
    // A list that has grown is written anew at the end; cases seldom see anything new after their alert.
    if (length > this.count(n)) {
      const needed = this.#heldUsed + length;
      if (needed > this.held.length) this.held = moved(this.held, new Int32Array(roomFor(needed)));
      this.#rows.place[n * 4 + 2] = this.#heldUsed;
      this.#heldUsed += length;
    }
    this.#rows.short[n * 8 + 7] = length;
    this.held.set(indicators, this.from(n));
  }
}

/**
 * Sixteen bytes a case, one wait for memory: when it was opened (8), where its indicators begin (4), its judge and
 * its verdict (1), whether it finds others (1), how many indicators (2).
 */
class Rows {
  readonly byte: Uint8Array;
  readonly short: Uint16Array;
  readonly place: Int32Array;
  readonly time: Float64Array;

  constructor(room: number, before?: Rows) {
    const buffer = new ArrayBuffer(room * 16);
    this.byte = new Uint8Array(buffer);
    this.short = new Uint16Array(buffer);
    this.place = new Int32Array(buffer);
    this.time = new Float64Array(buffer);
    if (before !== undefined) this.byte.set(before.byte);
  }
}

/** A true positive, and not in Sentinel's eyes alone. */
function isAttack({ opinions }: CaseRecord): boolean {
  return (opinions.person ?? opinions.source ?? opinions.tier2)?.verdict === "true_positive";
}

/** What is needed, and a quarter more. */
const roomFor = (length: number): number => Math.ceil(length * 1.25);

/** The same numbers with more room behind them. */
function moved<A extends { set(from: A): void }>(from: A, into: A): A {
  into.set(from);
  return into;
}
