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
  /** Put before a person for a label (`label.requested`) before it was escalated, if it ever was. */
  sampled?: boolean;
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

/**
 * Attacks that were escalated, as a share of those and of the ones the samples say were missed. Both sides are scaled
 * to all of their cases, day by day: nobody labels everything that was escalated either. A case that people took up
 * because it was in a sample had been missed: it counts as it was when it was drawn.
 */
export function missedShare<C extends Seen>(
  cases: readonly C[],
  truthOf: (record: C) => "attack" | "harmless" | undefined,
): Recall {
  const looked = (records: readonly C[], all: number): Stratum => {
    const n = records.filter((record) => truthOf(record) !== undefined).length;
    const attacks = records.filter((record) => truthOf(record) === "attack").length;
    return { all, n, attacks };
  };
  const days = [...Map.groupBy(cases, ({ day }) => day).values()];
  const quiet = days.map((ofDay) =>
    looked(
      ofDay.filter(({ sampled }) => sampled === true),
      ofDay.filter(({ escalated }) => !escalated).length,
    ),
  );
  const taken = days.map((ofDay) => ofDay.filter(({ escalated }) => escalated));
  const escalated = taken.map((ofDay) => looked(ofDay, ofDay.length));
  return recallOf(quiet, escalated);
}

function recallOf(quiet: readonly Stratum[], escalated: readonly Stratum[]): Recall {
  const [sampled, of] = [sum(quiet, "n"), sum(quiet, "all")];
  if (sampled < enough) {
    const why = `${sampled} random cases that were not escalated have been labelled, expected at least ${enough}`;
    return { measured: false, why };
  }
  const [known, labelled, asked] = [sum(escalated, "attacks"), sum(escalated, "n"), sum(escalated, "all")];
  if (labelled === 0 && asked > 0) {
    return { measured: false, why: `none of the ${asked} escalated cases has been labelled` };
  }
  const missed = shareOf(quiet);
  // What was labelled is known; the rest of a day is like what was labelled of it.
  const unlabelled = asked - labelled;
  const rest = shareOf(escalated.map((day) => ({ ...day, all: day.all - day.n })));
  const recallAt = (caughtShare: number, missedShare: number): number => {
    const caught = known + (unlabelled === 0 ? 0 : unlabelled * caughtShare);
    return caught / (caught + of * missedShare);
  };
  const rate = recallAt(rest.share, missed.share);
  if (Number.isNaN(rate)) return { measured: false, why: "no attack among the labelled cases" };
  const interval = {
    low: recallAt(rest.interval.low, missed.interval.high),
    high: recallAt(rest.interval.high, missed.interval.low),
  };
  return { measured: true, rate, interval, sampled, of };
}

/** Cases of one day: how many there are, how many of them were labelled, and how many of those were attacks. */
interface Stratum {
  readonly all: number;
  readonly n: number;
  readonly attacks: number;
}

const sum = (days: readonly Stratum[], what: keyof Stratum): number =>
  days.reduce((total, day) => total + day[what], 0);

/**
 * The share of attacks, each day by how many cases it stands for, and the interval of that same share: with unequal
 * weights n labels are worth no more than so many drawn evenly (Kish's effective sample size). A day without a label
 * is taken to be like the others.
 */
function shareOf(days: readonly Stratum[]): { readonly share: number; readonly interval: Interval } {
  const seen = days.filter(({ n }) => n > 0);
  const all = sum(seen, "all");
  if (all === 0) {
    const [attacks, n] = [sum(seen, "attacks"), sum(seen, "n")];
    return { share: n === 0 ? 0 : attacks / n, interval: wilson(attacks, n) };
  }
  const share = seen.reduce((total, day) => total + (day.all * day.attacks) / day.n, 0) / all;
  const worth = all ** 2 / seen.reduce((total, day) => total + day.all ** 2 / day.n, 0);
  return { share, interval: wilson(share * worth, worth) };
}
