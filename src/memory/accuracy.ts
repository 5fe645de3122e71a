/**
 * How often each hat was right, by the labels people gave: per role and per arm of recall, with n, the rate, its
 * interval and calibration. Each role's words are mapped to the truth's before they are compared (lesson 22); a case
 * that nobody labelled counts for nothing.
 */
import type { Bus, Position } from "../bus/bus.ts";
import type { AnyEvent, KnownEvent } from "../events/envelope.ts";
import { isEvent } from "../events/envelope.ts";
import type { Verdict } from "../events/vocabulary.ts";
import { missedShare, type Recall, type Seen } from "./label-sample.ts";
import type { RecallArm } from "./precedents.ts";
import {
  calibrationOf,
  colourOf,
  wilson,
  type Calibration,
  type Colour,
  type Interval,
} from "./statistics.ts";

/** What a label settles, and what a role's answer says in the same words. */
export type Truth = "attack" | "harmless";

export interface AccuracyRow {
  readonly role: string;
  readonly arm: RecallArm | "all";
  readonly models: readonly string[];
  /** Labelled cases this role answered. */
  readonly n: number;
  readonly right: number;
  /** null: nothing to count. */
  readonly rate: number | null;
  readonly interval: Interval;
  readonly colour: Colour;
  /** Truth → what the role said. */
  readonly confusion: Readonly<Record<Truth, Readonly<Record<Truth, number>>>>;
  readonly calibration: Calibration;
}

export interface Accuracy {
  readonly cases: number;
  readonly labelled: number;
  /** Labelled "suspicious" or "insufficient data": they settle nothing. */
  readonly unsettled: number;
  /** Where labels came from: "slack", "crowdstrike". */
  readonly origins: Readonly<Record<string, number>>;
  readonly rows: readonly AccuracyRow[];
  /** Of real attacks, the share that was escalated. */
  readonly recall: Recall;
}

/** The only types accuracy reads. */
const accuracyTypes = [
  ...(["alert.received", "alert.triaged", "case.investigated", "response.planned"] as const),
  ...(["case.escalated", "handoff.requested", "case.labelled", "case.unlabelled", "role.worked"] as const),
];

/** Reads the log to `to`, inclusive; all of it without. */
export async function accuracyOf(
  bus: Pick<Bus, "read">,
  { to, sampleSize = 5 }: { readonly to?: Position; readonly sampleSize?: number } = {},
): Promise<Accuracy> {
  const fold = new AccuracyFold();
  const reading = { types: accuracyTypes, ...(to === undefined ? {} : { to }) };
  for await (const { event } of bus.read(reading)) fold.evolve(event);
  return fold.report(sampleSize);
}

interface Answer {
  said: Truth;
  /** Left out: the role does not say how sure it is. */
  confidence?: number;
}

interface Judged extends Seen {
  label?: { verdict: Verdict; origin: string };
  readonly answers: Map<string, Answer>;
  readonly runs: Map<string, { arm: RecallArm; model: string }>;
}

/** Folds events of `accuracyTypes` in log order; a case's last word of each kind counts. */
export class AccuracyFold {
  readonly #cases = new Map<string, Judged>();

  evolve(event: AnyEvent): void {
    if (!isEvent(event, ...accuracyTypes)) return;
    const before = this.#cases.get(event.subject);
    if (before === undefined && !isEvent(event, "alert.received")) return;
    const { subject: caseId, time } = event;
    const record = before ?? {
      caseId,
      day: time.slice(0, 10),
      escalated: false,
      answers: new Map(),
      runs: new Map(),
    };
    this.#cases.set(caseId, record);
    evolveJudged(record, event);
  }

  report(sampleSize: number): Accuracy {
    const cases = [...this.#cases.values()];
    const labelled = cases.filter(({ label }) => label !== undefined);
    const settled = labelled.filter((record) => truthOf(record) !== undefined);
    const origins = Map.groupBy(labelled, ({ label }) => label?.origin ?? "");
    return {
      cases: cases.length,
      labelled: labelled.length,
      unsettled: labelled.length - settled.length,
      origins: Object.fromEntries([...origins].sort().map(([origin, them]) => [origin, them.length])),
      rows: rowsOf(settled),
      recall: missedShare(cases, (record) => truthOf(record), sampleSize),
    };
  }
}

type Heard = KnownEvent<(typeof accuracyTypes)[number]>;

function evolveJudged(record: Judged, event: Heard): void {
  if (isEvent(event, "case.labelled")) {
    record.label = { verdict: event.data.verdict, origin: event.data.origin };
  } else if (isEvent(event, "case.unlabelled")) {
    delete record.label;
  } else if (isEvent(event, "case.escalated", "handoff.requested")) {
    record.escalated = true;
  } else if (isEvent(event, "role.worked")) {
    const { role, recallArm: arm, model } = event.data;
    record.runs.set(role, { arm, model });
  } else {
    const answer = answerOf(event);
    if (answer !== undefined)
      record.answers.set(event.source.slice(event.source.lastIndexOf("/") + 1), answer);
  }
}

/** Each role's own words in the truth's: what must be looked at counts as an attack, as it does when it is escalated. */
function answerOf(event: Heard): Answer | undefined {
  if (isEvent(event, "alert.triaged", "case.investigated")) {
    return { said: asTruth[event.data.verdict], confidence: event.data.confidence };
  }
  if (!isEvent(event, "response.planned")) return undefined;
  return { said: event.data.sev === "SEV-4" ? "harmless" : "attack" };
}

const asTruth: Readonly<Record<Verdict, Truth>> = {
  ...{ true_positive: "attack", suspicious: "attack", insufficient_data: "attack" },
  ...{ false_positive: "harmless", benign: "harmless" },
};

/** A label that itself does not know settles nothing. */
function truthOf({ label }: Judged): Truth | undefined {
  if (label?.verdict === "suspicious" || label?.verdict === "insufficient_data") return undefined;
  return label === undefined ? undefined : asTruth[label.verdict];
}

interface Counted extends Answer {
  readonly role: string;
  readonly truth: Truth;
  readonly arm: RecallArm;
  readonly model: string;
}

function rowsOf(settled: readonly Judged[]): AccuracyRow[] {
  const counted = settled.flatMap((record) =>
    [...record.answers].flatMap(([role, answer]): Counted[] => {
      const truth = truthOf(record);
      const { arm, model } = record.runs.get(role) ?? { arm: "off", model: "unknown" };
      return truth === undefined ? [] : [{ role, truth, arm, model, ...answer }];
    }),
  );
  return [...Map.groupBy(counted, ({ role }) => role)].sort(byName).flatMap(([role, answers]) => {
    const arms = [...Map.groupBy(answers, ({ arm }) => arm)].sort(byName);
    return [rowOf(role, "all", answers), ...arms.map(([arm, them]) => rowOf(role, arm, them))];
  });
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function rowOf(role: string, arm: AccuracyRow["arm"], answers: readonly Counted[]): AccuracyRow {
  const n = answers.length;
  const right = answers.filter(({ said, truth }) => said === truth).length;
  const interval = wilson(right, n);
  const cell = (truth: Truth, said: Truth): number =>
    answers.filter((answer) => answer.truth === truth && answer.said === said).length;
  const confident = answers.flatMap(({ confidence, said, truth }) =>
    confidence === undefined ? [] : [{ confidence, right: said === truth }],
  );
  return {
    ...{ role, arm, n, right, interval },
    models: [...new Set(answers.map(({ model }) => model))].sort(),
    rate: n === 0 ? null : right / n,
    colour: colourOf(interval, n),
    confusion: {
      attack: { attack: cell("attack", "attack"), harmless: cell("attack", "harmless") },
      harmless: { attack: cell("harmless", "attack"), harmless: cell("harmless", "harmless") },
    },
    calibration: calibrationOf(confident),
  };
}
