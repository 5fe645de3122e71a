/** The few statistics a published rate needs. Pure. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the normal distribution: two-sided 95 %. */
const z = 1.959964;

/**
 * Wilson's score interval of a share, 95 % (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927). Holds for small n and for
 * shares near 0 and 1; with nothing counted it is everything.
 */
export function wilson(right: number, n: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const share = right / n;
  const middle = share + (z * z) / (2 * n);
  const reach = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: Math.max(0, (middle - reach) / scale), high: Math.min(1, (middle + reach) / scale) };
}

export type Colour = "green" | "amber" | "red" | "grey";

/** Below this many a rate is an anecdote. */
export const enough = 20;

/** By the interval's lower bound, so that a lucky handful is not green. */
export function colourOf(interval: Interval, n: number): Colour {
  if (n < enough) return "grey";
  if (interval.low >= 0.8) return "green";
  return interval.low >= 0.5 ? "amber" : "red";
}

export interface Answered {
  /** How sure it was, 0 to 1. */
  readonly confidence: number;
  readonly right: boolean;
}

export interface Calibration {
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly n: number;
    /** Mean of what it said. */
    readonly confidence: number;
    /** Share that was right. */
    readonly rate: number;
  }[];
  /** Mean gap between the two, weighted by n (expected calibration error); null with nothing to compare. */
  readonly error: number | null;
}

const edges = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

export function calibrationOf(answers: readonly Answered[]): Calibration {
  const bins = edges.slice(0, -1).flatMap((from, i) => {
    const to = edges[i + 1] ?? 1;
    const inside = answers.filter(({ confidence: c }) => c >= from && (c < to || (to === 1 && c === 1)));
    if (inside.length === 0) return [];
    const confidence = inside.reduce((sum, answer) => sum + answer.confidence, 0) / inside.length;
    const rate = inside.filter(({ right }) => right).length / inside.length;
    return [{ from, to, n: inside.length, confidence, rate }];
  });
  const gaps = bins.reduce((sum, bin) => sum + bin.n * Math.abs(bin.confidence - bin.rate), 0);
  return { bins, error: answers.length === 0 ? null : gaps / answers.length };
}
