/**
 * Which detection rules cry wolf, and the narrowest exclusion that would have kept the cleared alerts quiet; and what
 * of that is news: neither answered before nor as it was last reported. Pure but for reading.
 */
import type { Bus, Position } from "../bus/bus.ts";
import type { Alert } from "../events/alert-events.ts";
import { canonicalJson } from "../events/canonical.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { caseIdOf } from "../events/ids.ts";
import { isCleared, standing, type CaseRecord } from "./case-record.ts";
import { earlierFirst } from "./memory-state.ts";
import { filterFor, type Exclusion, type Trait } from "./sigma/propose.ts";
import { isSystemProgram } from "./system-program.ts";
import { within, type Window } from "./window.ts";

/** A rule with its cases that came in or were judged in the window, in order of opening. */
export interface Noisy {
  readonly rule: string;
  readonly quiet: readonly CaseRecord[];
  /** Not cleared. */
  readonly others: readonly CaseRecord[];
}

export type NoisyRule = EventData<"tuning.reported">["rules"][number] & { readonly tuningId: string };

/** False positives and benign together from which a rule is worth a person's time. */
const noisyFrom = 3;

/** The worst first: most cleared, then the largest share, then by name. */
export function noisyRules(records: readonly CaseRecord[], window: Window): Noisy[] {
  const touched = records.filter((record) => {
    const judged = standing(record);
    return within(window, record.openedAt) || (judged !== undefined && within(window, judged.at));
  });
  const byRule = Map.groupBy(touched, ({ alert }) => alert?.rule);
  return [...byRule]
    .flatMap(([rule, cases]) => (rule === undefined ? [] : [split(rule, cases)]))
    .filter(({ quiet }) => quiet.length >= noisyFrom)
    .sort(
      (a, b) =>
        b.quiet.length - a.quiet.length || a.others.length - b.others.length || (a.rule < b.rule ? -1 : 1),
    );
}

function split(rule: string, cases: readonly CaseRecord[]): Noisy {
  const sorted = cases.toSorted(earlierFirst);
  return { rule, quiet: sorted.filter(isCleared), others: sorted.filter((record) => !isCleared(record)) };
}

/** The alerts of these rules' cases, up to `to`. */
export async function alertsOf(
  bus: Pick<Bus, "read">,
  noisy: readonly Noisy[],
  to: Position,
): Promise<Map<string, Alert>> {
  const wanted = new Set(
    noisy.flatMap(({ quiet, others }) => [...quiet, ...others].map(({ caseId }) => caseId)),
  );
  const alerts = new Map<string, Alert>();
  if (wanted.size === 0) return alerts;
  for await (const { event } of bus.read({ types: ["alert.received"], to })) {
    if (isEvent(event, "alert.received") && wanted.has(event.subject)) alerts.set(event.subject, event.data);
  }
  return alerts;
}

/** @param asOf RFC 3339: the end of the window */
export function tuningOf(noisy: Noisy, alerts: ReadonlyMap<string, Alert>, asOf: string): NoisyRule {
  const { rule, quiet, others } = noisy;
  const exclusion = exclusionOf(noisy, alerts);
  const hidden = exclusion === undefined ? [] : others.filter((record) => covers(exclusion, record, alerts));
  const tuningId = tuningIdOf(rule, exclusion);
  const falsePositives = quiet.filter((record) => standing(record)?.verdict === "false_positive").length;
  const alertsAmong = (records: readonly CaseRecord[]): Alert[] =>
    records.flatMap(({ caseId }) => alerts.get(caseId) ?? []);
  return {
    ...{ rule, alerts: quiet.length + others.length, falsePositives, benign: quiet.length - falsePositives },
    proposal:
      exclusion === undefined ? widest(quiet, others.length) : inWords(exclusion, quiet.length, hidden),
    caseIds: quiet.map(({ caseId }) => caseId),
    tuningId,
    ...filterOf(exclusion, hidden.length, (known) =>
      filterFor({
        ...{ rule, tuningId, exclusion: known, day: asOf.slice(0, 10) },
        ...{ quiet: alertsAmong(quiet), others: alertsAmong(others) },
      }),
    ),
  };
}

function filterOf(
  exclusion: Exclusion | undefined,
  hidden: number,
  make: (exclusion: Exclusion) => ReturnType<typeof filterFor>,
): Pick<NoisyRule, "filter" | "noFilter"> {
  if (exclusion === undefined) return { noFilter: "Nothing is common to all the cleared alerts." };
  if (hidden > 0) return { noFilter: `A filter would hide ${hidden} alerts that nobody cleared.` };
  const made = make(exclusion);
  return "none" in made ? { noFilter: made.none } : { filter: made };
}

/** The same rule and the same exclusion are the same tuning, however many alerts there are of it by then. */
function tuningIdOf(rule: string, exclusion: Exclusion | undefined): string {
  const sourceId = canonicalJson([rule, exclusion ?? null]);
  return caseIdOf({ source: "tuning", sourceId }).replace(/^CASE-/, "TUNE-");
}

const traits: readonly Trait[] = ["program", "user", "host"];

type Valued = (record: CaseRecord, trait: Trait) => string | undefined;

function valuesFrom(alerts: ReadonlyMap<string, Alert>): Valued {
  return ({ alert, caseId }, trait) =>
    trait === "command line" ? alerts.get(caseId)?.process?.commandLine : alert?.[trait];
}

/** What all cleared alerts have in common, and their command line where it takes that to spare the others. */
function exclusionOf({ quiet, others }: Noisy, alerts: ReadonlyMap<string, Alert>): Exclusion | undefined {
  const valueOf = valuesFrom(alerts);
  const common = (names: readonly Trait[]): Exclusion =>
    Object.fromEntries(
      names.flatMap((trait) => {
        const [first] = quiet;
        const value = first === undefined ? undefined : valueOf(first, trait);
        return value !== undefined && quiet.every((record) => valueOf(record, trait) === value)
          ? [[trait, value]]
          : [];
      }),
    );
  const found = common(traits);
  const [one, more] = Object.values(found);
  if (one === undefined || (more === undefined && isSystemProgram(one))) {
    // A system's own program is excluded with the command it ran, never alone.
    const exact = common([...traits, "command line"]);
    return one !== undefined && exact["command line"] !== undefined ? exact : undefined;
  }
  const isWide = others.some((record) => covers(found, record, alerts));
  return isWide ? common([...traits, "command line"]) : found;
}

function covers(exclusion: Exclusion, record: CaseRecord, alerts: ReadonlyMap<string, Alert>): boolean {
  const valueOf = valuesFrom(alerts);
  return named(exclusion).every(([trait, value]) => valueOf(record, trait) === value);
}

function named(exclusion: Exclusion): [Trait, string][] {
  return [...traits, "command line" as const].flatMap((trait): [Trait, string][] => {
    const value = exclusion[trait];
    return value === undefined ? [] : [[trait, value]];
  });
}

function inWords(exclusion: Exclusion, cleared: number, hidden: readonly CaseRecord[]): string {
  const what = named(exclusion).map(([trait, value]) => `${trait} ${value.slice(0, 800)}`);
  const all = `Exclude ${what.join(" with ")}: that covers all ${cleared} cleared alerts`;
  if (hidden.length === 0) return `${all} and none of the rule's others.`;
  const shown = hidden.slice(0, 5).map(({ caseId }) => caseId);
  return `${all}, but would hide ${hidden.length} not cleared too (${shown.join(", ")}): narrow it first.`;
}

/** Nothing is common to all: the value that most of them share, if two do. A system's own program names nobody. */
function widest(quiet: readonly CaseRecord[], others: number): string {
  const values = (["program", "user", "host"] as const).flatMap((trait) =>
    quiet.flatMap(({ alert }) => {
      const value = alert?.[trait];
      return value === undefined || isSystemProgram(value) ? [] : [`${trait} ${value}`];
    }),
  );
  const counted = [...Map.groupBy(values, (value) => value)].map(([value, all]) => ({
    value,
    n: all.length,
  }));
  const [most] = counted.sort((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1));
  const nothing = `No program, user or host is common to all ${quiet.length} cleared alerts (${others} others)`;
  if (most === undefined || most.n < 2)
    return `${nothing}: lower the rule's severity or ask for more context in it.`;
  return `${nothing}; ${most.n} of them are ${most.value}: exclude that, or lower the rule's severity.`;
}

/** What was reported and answered before: by tuning. */
export interface KnownTunings {
  /** The cleared cases it was last reported with. */
  readonly reported: ReadonlyMap<string, readonly string[]>;
  readonly answered: ReadonlySet<string>;
}

/** Folds what was reported and answered, in log order. */
export function tuningsIn(events: readonly AnyEvent[]): KnownTunings {
  const reported = new Map<string, readonly string[]>();
  const answered = new Set<string>();
  for (const event of events) {
    if (isEvent(event, "tuning.decided")) answered.add(event.data.tuningId);
    if (!isEvent(event, "tuning.reported")) continue;
    for (const { tuningId, caseIds } of event.data.rules) {
      if (tuningId !== undefined) reported.set(tuningId, caseIds);
    }
  }
  return { reported, answered };
}

/** Those nobody has answered, and of which a cleared case is not in their last report. */
export function newTunings<T extends Pick<NoisyRule, "tuningId" | "caseIds">>(
  tunings: readonly T[],
  { reported, answered }: KnownTunings,
): T[] {
  return tunings.filter(({ tuningId, caseIds }) => {
    if (answered.has(tuningId)) return false;
    const before = reported.get(tuningId);
    return before === undefined || caseIds.some((caseId) => !before.includes(caseId));
  });
}
