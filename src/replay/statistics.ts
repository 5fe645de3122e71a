/**
 * The statistics of a scorecard, beside those that memory has already (src/memory/statistics.ts). Pure and seeded. What
 * cannot be measured, 0/0 above all, is null: never 0, never NaN.
 */
import { wilson } from "../memory/statistics.ts";
import { random } from "./random.ts";

/** A share with its 95 % interval; all null when nothing was counted. */
export interface Rate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** What it was counted among. */
  readonly n: number;
}

/** Four decimals: more would be noise, and the same bytes on every machine. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** A share of `n` with Wilson's interval. */
export function rateOf(right: number, n: number): Rate {
  if (n === 0) return { value: null, low: null, high: null, n };
  const { low, high } = wilson(right, n);
  return { value: rounded(right / n), low: rounded(low), high: rounded(high), n };
}

export interface Confusion {
  /** Asked, and a person escalated it. */
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** Harmonic mean of precision and recall; null where nothing was asked and nothing needed it. */
export function f1Of({ tp, fp, fn }: Confusion): number | null {
  const all = 2 * tp + fp + fn;
  return all === 0 ? null : (2 * tp) / all;
}

export interface Bootstrapped {
  /** 2.5 and 97.5 % percentile. */
  readonly low: number;
  readonly high: number;
  /** Standard error: standard deviation over the rounds. */
  readonly error: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Default 1,000; 0: no interval. */
  readonly rounds?: number;
}

/** A dry run has no result, and so no interval to spend time on. */
export function drawsOf({ mode, seed }: { readonly mode: string; readonly seed: number }): BootstrapOptions {
  return mode === "dry-run" ? { seed, rounds: 0 } : { seed };
}

/**
 * Percentile bootstrap (B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 6 and 13). Paired:
 * one size, and the statistic compares both sides of each item drawn. Unpaired: a size for each sample. Rounds in which
 * the statistic cannot be measured are left out; null where that is more than half of them.
 *
 * @param statistic is handed, for each sample, the numbers of the items drawn
 */
export function bootstrap(
  sizes: readonly number[],
  statistic: (samples: readonly Uint32Array[]) => number | null,
  { seed, rounds = 1_000 }: BootstrapOptions,
): Bootstrapped | null {
  if (rounds === 0 || sizes.some((size) => size === 0)) return null;
  const next = random(seed);
  const samples = sizes.map((size) => new Uint32Array(size));
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const sample of samples) {
      for (let i = 0; i < sample.length; i++) sample[i] = Math.floor(next() * sample.length);
    }
    const value = statistic(samples);
    if (value !== null) values.push(value);
  }
  if (values.length * 2 < rounds) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  values.sort((a, b) => a - b);
  const error = Math.sqrt(squares / Math.max(1, values.length - 1));
  return { low: quantile(values, 0.025), high: quantile(values, 0.975), error };
}

/** Of a sorted list that is not empty, between its members (Hyndman and Fan's type 7). */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * Exact conditional McNemar test, two-sided (Q. McNemar, Psychometrika 12, 1947): the chance, were both as good, of a
 * split of the disagreeing pairs at least as uneven. Null with no disagreement: nothing to test.
 *
 * @param onlyA pairs that only the first had right
 * @param onlyB pairs that only the second had right
 */
export function mcnemar(onlyA: number, onlyB: number): number | null {
  const n = onlyA + onlyB;
  if (n === 0) return null;
  const few = Math.min(onlyA, onlyB);
  // In logarithms: 2^-n is 0 in floating point from 1,075 on.
  let log = -n * Math.LN2;
  let tail = Math.exp(log);
  for (let k = 1; k <= few; k++) {
    log += Math.log((n - k + 1) / k);
    tail += Math.exp(log);
  }
  return Math.min(1, 2 * tail);
}

/** Mean squared distance of what was said from what was so (G. W. Brier, Monthly Weather Review 78, 1950). */
export function brier(
  answers: readonly { readonly confidence: number; readonly right: boolean }[],
): number | null {
  if (answers.length === 0) return null;
  const sum = answers.reduce((all, { confidence, right }) => all + (confidence - (right ? 1 : 0)) ** 2, 0);
  return sum / answers.length;
}

/**
 * The precision that the same recall and false alarms would have where `baseRate` of all tickets need a person (Bayes;
 * S. Axelsson, ACM TISSEC 3, 2000): precision alone says more about the mix of tickets than about who judges them.
 */
export function precisionAt(
  baseRate: number,
  { recall, falseAlarms }: { readonly recall: number | null; readonly falseAlarms: number | null },
): number | null {
  if (recall === null || falseAlarms === null) return null;
  const right = recall * baseRate;
  const asked = right + falseAlarms * (1 - baseRate);
  return asked === 0 ? null : right / asked;
}

/** Cohen's kappa with quadratic weights over ranks from 0; null where chance alone would agree always, or n is 0. */
export function weightedKappa(pairs: readonly (readonly [number, number])[], ranks: number): number | null {
  const n = pairs.length;
  const count = (which: 0 | 1, rank: number): number => pairs.filter((pair) => pair[which] === rank).length;
  const all = Array.from({ length: ranks }, (_, rank) => rank);
  const seen = pairs.reduce((sum, [a, b]) => sum + (a - b) ** 2, 0);
  const chance = all.reduce(
    (sum, a) => sum + all.reduce((inner, b) => inner + (a - b) ** 2 * count(0, a) * count(1, b), 0),
    0,
  );
  return chance === 0 ? null : 1 - (seen * n) / chance;
}
