/** The one sentence that is read when nothing else is; made of the numbers, never by a model. Pure. */
import type { Result, Run, Scored } from "./scorecard-schema.ts";
import type { Rate } from "./statistics.ts";

type Told = Pick<
  Result,
  "run" | "isResult" | "tickets" | "escalation" | "headlinePart" | "baselines" | "recall"
>;

/** The test part, where both halves hold tickets of both kinds; else all of them. */
export function headlinePartOf({ development, test }: Result["escalation"]): Result["headlinePart"] {
  const mixed = ({ n, withReview: { confusion } }: Scored): boolean => {
    const escalated = confusion.tp + confusion.fn;
    return escalated > 0 && escalated < n;
  };
  return mixed(development) && mixed(test) ? "test" : "all";
}

export function headlineOf(told: Told): string {
  const { isResult, tickets, recall } = told;
  if (!isResult) return dryRun(tickets);
  const who = whoOf(told.run);
  if (tickets.worked === 0) return `${who}: nothing was worked, so nothing is measured.`;
  if (tickets.labelled === 0) {
    return `${who}: ${plural(tickets.worked, "ticket")} worked, and none carries a label, so nothing is measured.`;
  }
  return [`${who}: ${caught(told)}`, askedForNothing(told), against(told), recall?.headline]
    .filter((sentence) => sentence !== undefined)
    .map((sentence) => `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`)
    .join(" ");
}

function dryRun({ worked, lines }: Result["tickets"]): string {
  return `Dry run: ${count(worked)} of ${count(lines)} tickets went from start to finish on canned answers. No number here is a result.`;
}

/** A run by rules alone is never taken for one by a model. */
function whoOf({ mode, days, models }: Run): string {
  const players = models.length === 0 ? "no model" : models.join(", ");
  const by = players === "baseline" ? "Played by rules (baseline)" : `Played by ${players}`;
  return mode === "shadow" ? `Shadow, ${plural(days ?? 0, "day")}. ${by}` : by;
}

function caught({ escalation, headlinePart }: Told): string {
  const part = escalation[headlinePart];
  const { tp, fn } = part.withReview.confusion;
  const { recall } = part.withReview;
  const of =
    headlinePart === "test" ? `${plural(part.n, "ticket")} of the test part` : plural(part.n, "ticket");
  if (recall.value === null) return `of ${of} people escalated ${tp + fn}; what was missed is not measured.`;
  return `of ${of} people escalated ${tp + fn}; a human was asked for ${tp} of them (recall ${percent(recall)}), ${fn} ${fn === 1 ? "was" : "were"} missed.`;
}

function askedForNothing({ escalation, headlinePart }: Told): string {
  const { n, withReview, withoutReview } = escalation[headlinePart];
  const { confusion, precision, f1 } = withReview;
  const { tp, fp } = confusion;
  if (precision.value === null) return "Nobody was ever asked.";
  const harmonic = f1.value === null ? "" : ` F1 ${figure(f1)}.`;
  const own = withoutReview.confusion;
  const reviews =
    own.tp + own.fp === tp + fp
      ? ""
      : ` By proposals alone, review not counted: ${count(own.tp)} caught, ${count(own.fp)} for nothing.`;
  return `It asked about ${count(tp + fp)} of ${count(n)}, ${count(fp)} for nothing (precision ${percent(precision)}).${harmonic}${reviews}`;
}

/** Against the best of the simple answers on the test part: whoever cannot beat that is not worth running. */
function against({ baselines, headlinePart }: Told): string | undefined {
  if (headlinePart !== "test") return undefined;
  const scored = baselines.flatMap(({ name, ours, test }) => {
    const f1 = test.withReview.f1.value;
    return f1 === null ? [] : [{ name, ours, f1 }];
  });
  const [best] = scored.sort((a, b) => b.f1 - a.f1);
  if (best === undefined) return undefined;
  const { low, high, delta } = best.ours;
  if (delta === null || low === null || high === null) return undefined;
  const than = `${simpleNames[best.name] ?? best.name} (F1 ${best.f1.toFixed(2)})`;
  if (low > 0) return `Better than ${than}.`;
  return high < 0 ? `Worse than ${than}.` : `No measurable difference to ${than}.`;
}

const simpleNames: Readonly<Record<string, string>> = {
  always: "asking about everything",
  never: "never asking",
  severity: "a severity threshold",
  baseline: "the same roles played by rules",
};

/** "87.3 %, 81.0 to 91.9". */
export function percent({ value, low, high }: Rate): string {
  if (value === null) return "not measured";
  const share = (of: number): string => (of * 100).toFixed(1);
  return low === null || high === null
    ? `${share(value)} %`
    : `${share(value)} %, ${share(low)} to ${share(high)}`;
}

/** "0.38, 0.34 to 0.42". */
export function figure({ value, low, high }: Rate): string {
  if (value === null) return "not measured";
  return low === null || high === null
    ? value.toFixed(2)
    : `${value.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)}`;
}

export const count = (n: number): string => n.toLocaleString("en-US");

export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}
