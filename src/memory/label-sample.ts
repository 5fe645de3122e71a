/**
 * Labels come where somebody looked, and nobody looks at what was not escalated: recall measured on labelled cases
 * alone is flattery. So each day a few random cases that were not escalated are put before a person, and what they
 * find is weighted by how many such cases there were. Pure, and the same sample from the same log.
 */
import { sha256 } from "../events/canonical.ts";
import { enough, wilson, type Interval } from "./statistics.ts";

export interface Seen {
  readonly caseId: string;
  /** The day its alert was received, "2026-03-02". */
  readonly day: string;
  escalated: boolean;
}

export type Recall =
  | { readonly measured: false; readonly why: string }
  | {
      readonly measured: true;
      readonly rate: number;
      readonly interval: Interval;
      /** Labelled cases of the samples, and how many they stand for. */
      readonly sampled: number;
      readonly of: number;
    };

/** `size` cases of this day that nobody was asked about, in an order nobody can steer. */
export function sampleOf<C extends Seen>(cases: readonly C[], day: string, size: number): C[] {
  return cases
    .filter((record) => record.day === day && !record.escalated)
    .map((record) => ({ record, rank: sha256(`label sample ${day} ${record.caseId}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, size)
    .map(({ record }) => record);
}

/** Attacks that were escalated, as a share of those and of the ones the samples say were missed. */
export function missedShare<C extends Seen>(
  cases: readonly C[],
  truthOf: (record: C) => "attack" | "harmless" | undefined,
  sampleSize: number,
): Recall {
  const days = [...Map.groupBy(cases, ({ day }) => day)].map(([day, ofDay]) => {
    const sampled = sampleOf(ofDay, day, sampleSize).filter((record) => truthOf(record) !== undefined);
    const missed = sampled.filter((record) => truthOf(record) === "attack").length;
    const quiet = ofDay.filter(({ escalated }) => !escalated).length;
    const caught = ofDay.filter((record) => record.escalated && truthOf(record) === "attack").length;
    return { sampled: sampled.length, missed, quiet, caught };
  });
  const sum = (of: (day: (typeof days)[number]) => number): number =>
    days.reduce((total, day) => total + of(day), 0);
  const [sampled, quiet, caught] = [sum((d) => d.sampled), sum((d) => d.quiet), sum((d) => d.caught)];
  if (sampled < enough) {
    const why = `${sampled} random cases that were not escalated have been labelled, expected at least ${enough}`;
    return { measured: false, why };
  }
  // A day without a labelled sample is taken to be like the others.
  const usual = sum((day) => day.missed) / sampled;
  const missed = sum((day) => day.quiet * (day.sampled === 0 ? usual : day.missed / day.sampled));
  if (caught + missed === 0) return { measured: false, why: "no attack among the labelled cases" };
  const share = wilson(
    sum((day) => day.missed),
    sampled,
  );
  const interval = {
    low: caught / (caught + quiet * share.high),
    high: caught / (caught + quiet * share.low),
  };
  return { measured: true, rate: caught / (caught + missed), interval, sampled, of: quiet };
}
