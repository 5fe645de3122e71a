/** What memory keeps of one case: when it opened, what it saw, what was said of it and by whom. A fold, JSON-sized. */
import type { Alert } from "../events/alert-events.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { Indicator, Verdict } from "../events/vocabulary.ts";
import { noActors, type Actors } from "../indicators/actors.ts";
import { normaliseIndicator } from "../indicators/normalise.ts";
import { isInstalledProgram, isSystemProgram } from "./system-program.ts";

/** The only types memory reads. */
export const recordTypes = [
  "alert.received",
  "alert.triaged",
  "case.escalated",
  "case.investigated",
  "case.labelled",
  "case.linked",
  "case.unlabelled",
  "handoff.requested",
  "intel.reported",
  "role.failed",
] as const;

/** `source`: how the people of its own console closed the alert. */
export type Judge = "person" | "source" | "tier2" | "sentinel";

/** Whose verdict counts, the highest first: the worst does not win (lesson 19). */
export const judges = ["person", "source", "tier2", "sentinel"] as const satisfies readonly Judge[];

export interface Opinion {
  readonly verdict: Verdict;
  /** When it was given, milliseconds since the epoch. */
  readonly at: number;
}

export interface CaseRecord {
  readonly caseId: string;
  /** When its alert was received, milliseconds since the epoch; of the first event seen, if the log was trimmed. */
  readonly openedAt: number;
  readonly alert?: {
    readonly rule: string;
    readonly host?: string;
    readonly user?: string;
    readonly program?: string;
  };
  /** Everything seen that may say something, each once. */
  readonly seen: readonly Indicator[];
  /** What says nothing here: the hash of a system program, what a lookup found clean. */
  readonly harmless: readonly Indicator[];
  /** The triggering program's hash, if it is installed software: it links nothing until somebody has judged. */
  readonly software?: Indicator;
  /** Named by threat intel, at least as likely as not. */
  readonly actors: readonly string[];
  readonly opinions: Readonly<Partial<Record<Judge, Opinion>>>;
  /** A role or a person was asked to go on with it. */
  readonly escalated: boolean;
  readonly failedRoles: readonly string[];
  /** Cases that a person said belong to it. */
  readonly linkedTo: readonly string[];
}

/** Whose word on a case stands, of all that were given; a source that itself does not know outranks nobody. */
export function whoStands<O extends { readonly verdict?: Verdict }>(
  given: Readonly<Partial<Record<Judge, O | undefined>>>,
): { readonly by: Judge; readonly said: O } | undefined {
  for (const by of judges) {
    const said = given[by];
    if (said === undefined || (by === "source" && said.verdict === "insufficient_data")) continue;
    return { by, said };
  }
  return undefined;
}

/** The verdict that counts, and whose it is. */
export function standing({ opinions }: CaseRecord): (Opinion & { readonly by: Judge }) | undefined {
  const found = whoStands(opinions);
  return found === undefined ? undefined : { ...found.said, by: found.by };
}

/** Somebody looked and found nothing wrong. */
export function isCleared({ opinions }: CaseRecord): boolean {
  const verdict = whoStands(opinions)?.said.verdict;
  return verdict === "false_positive" || verdict === "benign";
}

/** Whether an indicator of the case may join it to others: not once it was cleared, installed software not before. */
export function mayLink(record: CaseRecord, indicator: Indicator): boolean {
  if (isCleared(record)) return false;
  const { software } = record;
  return software === undefined || !isSame(software, indicator) || standing(record) !== undefined;
}

/** What tells an indicator from others of its type, however an actor's name is cased. */
export function keyOf({ type, value }: Indicator): string {
  return type === "actor" || type === "campaign" ? value.toLowerCase() : value;
}

function isSame(a: Indicator, b: Indicator): boolean {
  return a === b || (a.type === b.type && keyOf(a) === keyOf(b));
}

/** What of this case may link it or add to a score, benign infrastructure not yet taken out. */
export function indicatorsOf({ seen, harmless }: CaseRecord): readonly Indicator[] {
  if (harmless.length === 0) return seen;
  return seen.filter((indicator) => !isAmong(harmless, indicator));
}

export function isAmong(indicators: readonly Indicator[], indicator: Indicator): boolean {
  return indicators.some((one) => isSame(one, indicator));
}

/** Folds one event of the case, in log order. */
export function evolveRecord(
  before: CaseRecord | undefined,
  event: AnyEvent,
  actors: Pick<Actors, "canonical"> = noActors,
): CaseRecord {
  const record = before ?? emptyRecord(event.subject, Date.parse(event.time));
  if (isEvent(event, "alert.received")) return withAlert(record, event, actors);
  if (isEvent(event, "intel.reported")) return withIntel(record, event, actors);
  if (isEvent(event, "role.failed")) {
    return { ...record, failedRoles: [...new Set([...record.failedRoles, event.data.role])] };
  }
  if (isEvent(event, "case.linked")) {
    return { ...record, linkedTo: [...new Set([...record.linkedTo, event.data.to])] };
  }
  if (isEvent(event, "case.unlabelled")) {
    const { person: _, ...opinions } = record.opinions;
    return { ...record, opinions };
  }
  if (isEvent(event, "case.escalated", "handoff.requested")) return { ...record, escalated: true };
  return withOpinion(record, event);
}

function emptyRecord(caseId: string, openedAt: number): CaseRecord {
  return {
    ...{ caseId, openedAt, seen: none, harmless: none, actors: none },
    ...{ opinions: {}, escalated: false, failedRoles: none, linkedTo: none },
  };
}

/** Most cases have none of most things: they share one empty list. */
const none: readonly never[] = [];

function withOpinion(record: CaseRecord, event: AnyEvent): CaseRecord {
  if (!isEvent(event, "case.labelled", "case.investigated", "alert.triaged")) return record;
  const by = judgeOf(event);
  // It outranks nobody: nothing of it is kept, and what it said before is taken back.
  if (by === "source" && event.data.verdict === "insufficient_data") {
    const { source: _, ...opinions } = record.opinions;
    return { ...record, opinions };
  }
  const opinion = { verdict: event.data.verdict, at: Date.parse(event.time) };
  return { ...record, opinions: { ...record.opinions, [by]: opinion } };
}

function judgeOf(event: KnownEvent<"case.labelled" | "case.investigated" | "alert.triaged">): Judge {
  if (isEvent(event, "case.labelled")) return event.data.from === "source" ? "source" : "person";
  return isEvent(event, "case.investigated") ? "tier2" : "sentinel";
}

function withAlert(
  record: CaseRecord,
  { data }: KnownEvent<"alert.received">,
  actors: Pick<Actors, "canonical">,
): CaseRecord {
  const [software] = hashWhere(data, isInstalledProgram) ?? none;
  return {
    ...record,
    alert: record.alert ?? whatAndWhere(data),
    ...(software === undefined ? {} : { software }),
    seen: together(record.seen, known(seenIn(data, actors))),
    harmless: together(record.harmless, hashWhere(data, isSystemProgram) ?? none),
  };
}

function whatAndWhere({ rule, host, user, process }: Alert): NonNullable<CaseRecord["alert"]> {
  const program = process?.path ?? process?.fileName;
  return {
    rule: rule.name,
    ...(host === undefined ? {} : { host: host.name }),
    ...(user === undefined ? {} : { user: user.name }),
    ...(program === undefined ? {} : { program }),
  };
}

function seenIn(alert: Alert, { canonical }: Pick<Actors, "canonical">): Value[] {
  const { rule, host, user, process, techniques, indicators } = alert;
  return [
    ["rule", rule.name],
    ["host", host?.name],
    ["user", user?.name],
    ["sha256", process?.sha256],
    ...techniques.map((technique): Value => ["technique", technique]),
    ...indicators.map(({ type, value }): Value => [type, type === "actor" ? canonical(value) : value]),
  ];
}

/** The hash of the triggering program, if its path is of this kind. */
function hashWhere({ process }: Alert, is: (path: string) => boolean): Indicator[] | undefined {
  if (process?.path === undefined || !is(process.path)) return undefined;
  return known([["sha256", process.sha256]]);
}

/** An attribution less sure than a coin names nobody. */
const likely = 0.5;

function withIntel(
  record: CaseRecord,
  { data }: KnownEvent<"intel.reported">,
  { canonical }: Pick<Actors, "canonical">,
): CaseRecord {
  const { name, confidence } = data.actor ?? { name: "", confidence: 0 };
  const actor = confidence >= likely ? canonical(name) : undefined;
  const named = known([
    ["actor", actor],
    ...data.campaigns.map((campaign): Value => ["campaign", campaign]),
    ...data.techniques.map((technique): Value => ["technique", technique]),
  ]).filter(({ value }) => !saysNothing.test(value));
  const examined = (is: RegExp): Indicator[] =>
    known(data.indicators.filter((i) => is.test(i.reputation)).map((i): Value => [i.type, i.value]));
  // What intel merely mentions is no part of the case: "virustotal.com" once made a campaign of six (lesson 21).
  const bad = examined(badReputation);
  const clean = together(record.harmless, examined(cleanReputation));
  return {
    ...record,
    seen: together(record.seen, [...named, ...bad]),
    harmless: bad.length === 0 ? clean : clean.filter((indicator) => !isAmong(bad, indicator)),
    actors: [...new Set([...record.actors, ...named.flatMap((i) => (i.type === "actor" ? [i.value] : []))])],
  };
}

const saysNothing = /^(?:unknown|none|n\/?a|unattributed|not known|-)$/i;
/** The first word of a reputation is the verdict, as in fixtures/README.md: "malicious", "suspicious", "clean". */
const badReputation = /^\W*(?:malicious|suspicious)\b/i;
const cleanReputation = /^\W*(?:clean|benign|harmless|legitimate)\b/i;

type Value = readonly [type: Indicator["type"], value: string | undefined];

function known(values: readonly Value[]): Indicator[] {
  return values.flatMap(([type, value]) => {
    const indicator = value === undefined ? undefined : normaliseIndicator(type, value);
    return indicator ?? [];
  });
}

/** Both, each indicator once; the list itself where nothing is new. */
function together(before: readonly Indicator[], more: readonly Indicator[]): readonly Indicator[] {
  let all = before;
  for (const indicator of more) if (!isAmong(all, indicator)) all = [...all, indicator];
  return all;
}
