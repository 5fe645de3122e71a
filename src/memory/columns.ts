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

/** A weak indicator, which only adds to a score; a strong one that finds cases; one that finds none: alone, or a hub. */
export const [reachWeak, reachFinds, reachNobody] = [0, 1, 2];

export class Columns {
  /** When each case was opened, milliseconds since the epoch. */
  opened = new Float64Array(256);
  /** Whose verdict stands, and which it is. */
  judge = new Uint8Array(256);
  verdict = new Uint8Array(256);
  bits = new Uint8Array(256);
  /** By an indicator's number: what sharing it is worth, and whether other cases are found by it. */
  worth = new Float64Array(1024);
  reach = new Uint8Array(1024);
  /** 1: the question that is being answered asks for it; 0 between questions. */
  asked = new Uint8Array(1024);
  /** Where a case's indicators stand in `held`, and how many they are. */
  from = new Int32Array(256);
  count = new Uint16Array(256);
  /** Numbers of indicators, case after case. */
  held = new Int32Array(2048);
  #heldUsed = 0;

  set(n: number, record: CaseRecord): void {
    if (n >= this.opened.length) this.#grow(n + 1);
    this.opened[n] = record.openedAt;
    const judged = standing(record);
    this.judge[n] = judgesFrom0.indexOf(judged?.by ?? null);
    this.verdict[n] = verdictsFrom0.indexOf(judged?.verdict ?? null);
    this.bits[n] =
      (isCleared(record) ? isClearedBit : 0) |
      (isAttack(record) ? isAttackBit : 0) |
      (record.software !== undefined && judged === undefined ? isUnjudgedBit : 0);
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
    if (length > (this.count[n] ?? 0)) {
      const needed = this.#heldUsed + length;
      if (needed > this.held.length) this.held = moved(this.held, new Int32Array(roomFor(needed)));
      this.from[n] = this.#heldUsed;
      this.#heldUsed += length;
    }
    this.count[n] = length;
    this.held.set(indicators, this.from[n]);
  }

  #grow(length: number): void {
    const room = roomFor(length);
    this.opened = moved(this.opened, new Float64Array(room));
    this.judge = moved(this.judge, new Uint8Array(room));
    this.verdict = moved(this.verdict, new Uint8Array(room));
    this.bits = moved(this.bits, new Uint8Array(room));
    this.from = moved(this.from, new Int32Array(room));
    this.count = moved(this.count, new Uint16Array(room));
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
