/** Whether a human was asked, against whether a person escalated: counts, rates and intervals. Pure. */
import {
  f1Of,
  rounded,
  bootstrap,
  precisionAt,
  rateOf,
  type Confusion,
  type Rate,
  type BootstrapOptions,
} from "./statistics.ts";
import type { Escalation, Row, Scored } from "./scorecard-schema.ts";

/** One labelled ticket. */
export interface Judged {
  readonly asked: boolean;
  /** A person escalated it. */
  readonly human: boolean;
}

/** How many of those for whom nobody was asked there are, and how many of them carry a label. */
export interface Quiet {
  readonly all: number;
  readonly labelled: number;
}

/**
 * Precision is also said at these base rates: it falls with the share of tickets that need a person, whoever judges.
 * 59 %: in a sample of 1,535 graded Microsoft incidents so many were true positives (32 % benign, 9 % false positives);
 * those are incidents, already correlated and filtered, so it is the other end of the scale from raw alerts.
 */
export const baseRates = [
  { baseRate: 0.1, of: "escalated tickets of the generator" },
  { baseRate: 0.59, of: "true positives among 1,535 graded Microsoft incidents" },
] as const;

/** Whether a person was asked; `review`: a case left to review, or handed over by a failed role, counts too. */
export function wasAsked({ asked }: Pick<Row, "asked">, { review }: { readonly review: boolean }): boolean {
  return review ? asked.length > 0 : asked.includes("proposal");
}

export function isLabelled(row: Row): row is Row & { human: NonNullable<Row["human"]> } {
  return row.human !== undefined && row.unworked === undefined;
}

/** Both ways of counting, of the labelled rows among these. */
export function scoredOf(rows: readonly Row[], draws: BootstrapOptions): Scored {
  const labelled = rows.filter(isLabelled);
  const escalated = labelled.filter(({ human }) => human.escalated).length;
  const counted = (review: boolean): Escalation => {
    const judged = labelled.map((row) => ({ asked: wasAsked(row, { review }), human: row.human.escalated }));
    return escalationOf(judged, { draws, quiet: quietOf(rows, { review }) });
  };
  return {
    n: labelled.length,
    baseRate: rateOf(escalated, labelled.length),
    withReview: counted(true),
    withoutReview: counted(false),
  };
}

export function quietOf(rows: readonly Row[], way: { readonly review: boolean }): Quiet {
  const quiet = rows.filter((row) => row.unworked === undefined && !wasAsked(row, way));
  return { all: quiet.length, labelled: quiet.filter(isLabelled).length };
}

/** Nobody looked at what was not asked about: recall would be 100 % by construction. */
export function isBlind({ all, labelled }: Quiet): boolean {
  return all > 0 && labelled === 0;
}

/**
 * Recall, and what rests on it, is not measured where nobody looked at what was not asked about.
 *
 * @param quiet default: as many as the labelled ones say
 */
export function escalationOf(
  judged: readonly Judged[],
  { draws, quiet }: { readonly draws: BootstrapOptions; readonly quiet?: Quiet },
): Escalation {
  const confusion = confusionOf(judged);
  const { tp, fp, fn, tn } = confusion;
  const blind = quiet !== undefined && isBlind(quiet);
  const recall = blind ? rateOf(0, 0) : rateOf(tp, tp + fn);
  const falseAlarms = blind ? rateOf(0, 0) : rateOf(fp, fp + tn);
  return {
    ...{ confusion, precision: rateOf(tp, tp + fp), recall, falseAlarms },
    f1: blind ? rateOf(0, 0) : f1Rate(judged, confusion, draws),
    precisionAt: baseRates.map(({ baseRate, of }) => {
      const precision = precisionAt(baseRate, { recall: recall.value, falseAlarms: falseAlarms.value });
      return { baseRate, of, precision: precision === null ? null : rounded(precision) };
    }),
  };
}

export function confusionOf(judged: readonly Judged[]): Confusion {
  const count = (asked: boolean, human: boolean): number =>
    judged.filter((one) => one.asked === asked && one.human === human).length;
  return { tp: count(true, true), fp: count(true, false), fn: count(false, true), tn: count(false, false) };
}

/** F1 is no share of independent trials: its interval is a bootstrap's. */
function f1Rate(judged: readonly Judged[], confusion: Confusion, draws: BootstrapOptions): Rate {
  const value = f1Of(confusion);
  if (value === null) return rateOf(0, 0);
  const codes = codesOf(judged);
  const interval = bootstrap([codes.length], ([sample]) => f1Of(countsOf(codes, sample)), draws);
  const [low, high] = interval === null ? [null, null] : [rounded(interval.low), rounded(interval.high)];
  return { value: rounded(value), low, high, n: judged.length };
}

/** 3 both, 2 asked only, 1 the person only, 0 neither. */
export function codesOf(judged: readonly Judged[]): Uint8Array {
  return Uint8Array.from(judged, ({ asked, human }) => (asked ? 2 : 0) + (human ? 1 : 0));
}

/** The confusion of the items drawn; without a draw, of all. */
export function countsOf(codes: Uint8Array, sample: Uint32Array = Uint32Array.from(codes.keys())): Confusion {
  const counts = new Uint32Array(4);
  for (const i of sample) {
    const code = codes[i] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  const [tn = 0, fn = 0, fp = 0, tp = 0] = counts;
  return { tp, fp, fn, tn };
}
