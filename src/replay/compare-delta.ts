/** What two answers to the same tickets differ by. Pure. */
import { codesOf, countsOf } from "./scorecard-escalation.ts";
import type { Delta, Discordance } from "./scorecard-schema.ts";
import { bootstrap, mcnemar, rounded, type Confusion, type BootstrapOptions } from "./statistics.ts";

/** One labelled ticket that both sides worked. */
export interface Pair {
  /** A person escalated it. */
  readonly human: boolean;
  /** Each side asked somebody. */
  readonly a: boolean;
  readonly b: boolean;
}

/** B less A of a figure that follows from the confusion, with a paired bootstrap's interval. */
export function deltaOf(
  pairs: readonly Pair[],
  figure: (of: Confusion) => number | null,
  draws: BootstrapOptions,
): Delta {
  const [a, b] = (["a", "b"] as const).map((side) =>
    codesOf(pairs.map((pair) => ({ asked: pair[side], human: pair.human }))),
  );
  if (a === undefined || b === undefined) return { a: null, b: null, delta: null, low: null, high: null };
  const difference = (sample?: Uint32Array): number | null => {
    const [left, right] = [figure(countsOf(a, sample)), figure(countsOf(b, sample))];
    return left === null || right === null ? null : right - left;
  };
  const interval = bootstrap([pairs.length], ([sample]) => difference(sample), draws);
  const delta = difference();
  return {
    ...{ a: orNull(figure(countsOf(a))), b: orNull(figure(countsOf(b))), delta: orNull(delta) },
    low: delta === null ? null : orNull(interval?.low ?? null),
    high: delta === null ? null : orNull(interval?.high ?? null),
  };
}

const orNull = (value: number | null): number | null => (value === null ? null : rounded(value));

/** Of tickets that each side got right or wrong. */
export function discordanceOf(pairs: readonly { readonly a: boolean; readonly b: boolean }[]): Discordance {
  const onlyA = pairs.filter(({ a, b }) => a && !b).length;
  const onlyB = pairs.filter(({ a, b }) => b && !a).length;
  const p = mcnemar(onlyA, onlyB);
  return { n: pairs.length, onlyA, onlyB, p: p === null ? null : rounded(p) };
}
