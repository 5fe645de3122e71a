/**
 * How often each hat was right, by the labels people gave: per role and per arm of recall, with n, the rate, its
 * interval and calibration. Each role's words are mapped to the truth's before they are compared (lesson 22); a case
 * that nobody labelled counts for nothing.
 */
import type { Bus, Position } from "../bus/bus.ts";
import type { AnyEvent, KnownEvent } from "../events/envelope.ts";
import { isEvent } from "../events/envelope.ts";
import type { Sev, Verdict } from "../events/vocabulary.ts";
import { isCanary } from "../events/ids.ts";
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
  "label.requested" as const,
];

/** Reads the log to `to`, inclusive; all of it without. */
export async function accuracyOf(
  bus: Pick<Bus, "read">,
  { to }: { readonly to?: Position } = {},
): Promise<Accuracy> {
  const fold = new AccuracyFold();
  const reading = { types: accuracyTypes, ...(to === undefined ? {} : { to }) };
  for await (const { event } of bus.read(reading)) fold.evolve(event);
  return fold.report();
}

interface Answer {
  said: Truth;
  /** Left out: the role does not say how sure it is. */
  confidence?: number;
}

interface Label {
  verdict: Verdict;
  origin: string;
}

interface Judged extends Seen {
  /** A person's, by hand; it counts before the source's. */
  byHand?: Label;
  bySource?: Label;
  readonly answers: Map<string, Answer>;
  readonly runs: Map<string, { arm: RecallArm; model: string }>;
}

/** Folds events of `accuracyTypes` in log order; a case's last word of each kind counts. */
export class AccuracyFold {
  readonly #cases = new Map<string, Judged>();

  evolve(event: AnyEvent): void {
    if (!isEvent(event, ...accuracyTypes) || isCanary(event.subject)) return;
    if (isEvent(event, "label.requested")) {
      this.#sampled(event.data.caseIds);
      return;
    }
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

  #sampled(caseIds: readonly string[]): void {
    for (const caseId of caseIds) {
      const record = this.#cases.get(caseId);
      if (record !== undefined && !record.escalated) record.sampled = true;
    }
  }

  report(): Accuracy {
    const cases = [...this.#cases.values()];
    const labels = cases.map(labelOf).filter((label) => label !== undefined);
    const settled = cases.filter((record) => truthOf(record) !== undefined);
    const origins = Map.groupBy(labels, ({ origin }) => origin);
    return {
      cases: cases.length,
      labelled: labels.length,
      unsettled: labels.length - settled.length,
      origins: Object.fromEntries([...origins].sort().map(([origin, them]) => [origin, them.length])),
      rows: rowsOf(settled),
      recall: missedShare(cases, truthOf),
    };
  }
}

type Heard = KnownEvent<(typeof accuracyTypes)[number]>;

function evolveJudged(record: Judged, event: Heard): void {
  if (isEvent(event, "case.labelled")) {
    const { from, verdict, origin } = event.data;
    record[from === "source" ? "bySource" : "byHand"] = { verdict, origin };
  } else if (isEvent(event, "case.unlabelled")) {
    delete record.byHand;
  } else if (isEvent(event, "case.escalated", "handoff.requested")) {
    record.escalated ||= record.sampled !== true;
  } else if (isEvent(event, "role.worked")) {
    const { role, recallArm: arm, model } = event.data;
    record.runs.set(role, { arm, model });
  } else {
    const answer = answerOf(event);
    if (answer !== undefined)
      record.answers.set(event.source.slice(event.source.lastIndexOf("/") + 1), answer);
  }
}

function answerOf(event: Heard): Answer | undefined {
  if (isEvent(event, "alert.triaged", "case.investigated")) {
    return { said: truthSaid(event.data.verdict), confidence: event.data.confidence };
  }
  if (!isEvent(event, "response.planned")) return undefined;
  return { said: truthSaid(event.data.sev) };
}

const asTruth: Readonly<Record<Verdict | Sev, Truth>> = {
  ...{ true_positive: "attack", suspicious: "attack", insufficient_data: "attack" },
  ...{ false_positive: "harmless", benign: "harmless" },
  ...{ "SEV-1": "attack", "SEV-2": "attack", "SEV-3": "attack", "SEV-4": "harmless" },
};

/** Each role's own words in the truth's: what must be looked at counts as an attack, as it does when it is escalated. */
export function truthSaid(word: Verdict | Sev): Truth {
  return asTruth[word];
}

/** A label that itself does not know settles nothing. */
export function truthLabelled(verdict: Verdict): Truth | undefined {
  return verdict === "suspicious" || verdict === "insufficient_data" ? undefined : asTruth[verdict];
}

function labelOf({ byHand, bySource }: Judged): Label | undefined {
  return byHand ?? bySource;
}

function truthOf(record: Judged): Truth | undefined {
  const label = labelOf(record);
  return label === undefined ? undefined : truthLabelled(label.verdict);
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
