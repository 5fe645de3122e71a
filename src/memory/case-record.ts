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

export type Judge = "person" | "tier2" | "sentinel";

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
  /** Everything seen that may say something, by key. */
  readonly seen: ReadonlyMap<string, Indicator>;
  /** Keys that say nothing here: the hash of a system program, what a lookup found clean. */
  readonly harmless: ReadonlySet<string>;
  /** Key of the triggering program's hash, if it is installed software: it links nothing until somebody has judged. */
  readonly software?: string;
  /** Named by threat intel, at least as likely as not. */
  readonly actors: readonly string[];
  readonly opinions: Readonly<Partial<Record<Judge, Opinion>>>;
  /** A role or a person was asked to go on with it. */
  readonly escalated: boolean;
  readonly failedRoles: readonly string[];
  /** Cases that a person said belong to it. */
  readonly linkedTo: readonly string[];
}

/** The verdict that counts: a person's beats Tier 2's, which beats Sentinel's; the worst does not win (lesson 19). */
export function standing(record: CaseRecord): (Opinion & { readonly by: Judge }) | undefined {
  for (const by of ["person", "tier2", "sentinel"] as const) {
    const opinion = record.opinions[by];
    if (opinion !== undefined) return { ...opinion, by };
  }
  return undefined;
}

/** Somebody looked and found nothing wrong. */
export function isCleared(record: CaseRecord): boolean {
  const verdict = standing(record)?.verdict;
  return verdict === "false_positive" || verdict === "benign";
}

/** Whether an indicator of the case may join it to others: not once it was cleared, installed software not before. */
export function mayLink(record: CaseRecord, key: string): boolean {
  return !isCleared(record) && (record.software !== key || standing(record) !== undefined);
}

/** One key for one indicator, however an actor's name is cased. */
export function keyOf({ type, value }: Indicator): string {
  return `${type} ${type === "actor" || type === "campaign" ? value.toLowerCase() : value}`;
}

/** What of this case may link it or add to a score, benign infrastructure not yet taken out. */
export function indicatorsOf(record: CaseRecord): Map<string, Indicator> {
  return new Map([...record.seen].filter(([key]) => !record.harmless.has(key)));
}

/** Folds one event of the case, in log order. */
export function evolveRecord(
  before: CaseRecord | undefined,
  event: AnyEvent,
  actors: Pick<Actors, "canonical"> = noActors,
): CaseRecord {
  const record = before ?? emptyRecord(event.subject, Date.parse(event.time));
  if (isEvent(event, "alert.received")) return withAlert(record, event);
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
    ...{ caseId, openedAt, seen: new Map(), harmless: new Set(), actors: [] },
    ...{ opinions: {}, escalated: false, failedRoles: [], linkedTo: [] },
  };
}

function withOpinion(record: CaseRecord, event: AnyEvent): CaseRecord {
  const by = judgeOf(event);
  if (by === undefined || !isEvent(event, "case.labelled", "case.investigated", "alert.triaged"))
    return record;
  const opinion = { verdict: event.data.verdict, at: Date.parse(event.time) };
  return { ...record, opinions: { ...record.opinions, [by]: opinion } };
}

function judgeOf(event: AnyEvent): Judge | undefined {
  if (isEvent(event, "case.labelled")) return "person";
  if (isEvent(event, "case.investigated")) return "tier2";
  return isEvent(event, "alert.triaged") ? "sentinel" : undefined;
}

function withAlert(record: CaseRecord, { data }: KnownEvent<"alert.received">): CaseRecord {
  const software = hashWhere(data, isInstalledProgram);
  return {
    ...record,
    alert: record.alert ?? whatAndWhere(data),
    ...(software === undefined ? {} : { software }),
    seen: new Map([...record.seen, ...entries(seenIn(data))]),
    harmless: new Set(
      [...record.harmless, hashWhere(data, isSystemProgram)].filter((key) => key !== undefined),
    ),
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

function seenIn({ rule, host, user, process, techniques, indicators }: Alert): Value[] {
  return [
    ["rule", rule.name],
    ["host", host?.name],
    ["user", user?.name],
    ["sha256", process?.sha256],
    ...techniques.map((technique): Value => ["technique", technique]),
    ...indicators.map(({ type, value }): Value => [type, value]),
  ];
}

/** The key of the triggering program's hash, if its path is of this kind. */
function hashWhere({ process }: Alert, is: (path: string) => boolean): string | undefined {
  if (process?.path === undefined || !is(process.path)) return undefined;
  return entries([["sha256", process.sha256]])[0]?.[0];
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
  const named = entries([
    ["actor", actor],
    ...data.campaigns.map((campaign): Value => ["campaign", campaign]),
    ...data.techniques.map((technique): Value => ["technique", technique]),
  ]).filter(([, { value }]) => !saysNothing.test(value));
  const examined = (is: RegExp): [string, Indicator][] =>
    entries(data.indicators.filter((i) => is.test(i.reputation)).map((i): Value => [i.type, i.value]));
  // What intel merely mentions is no part of the case: "virustotal.com" once made a campaign of six (lesson 21).
  const bad = examined(badReputation);
  const clean = examined(cleanReputation).map(([key]) => key);
  const badKeys = new Set(bad.map(([key]) => key));
  return {
    ...record,
    seen: new Map([...record.seen, ...named, ...bad]),
    harmless: new Set([...record.harmless, ...clean].filter((key) => !badKeys.has(key))),
    actors: [
      ...new Set([...record.actors, ...named.flatMap(([, i]) => (i.type === "actor" ? [i.value] : []))]),
    ],
  };
}

const saysNothing = /^(?:unknown|none|n\/?a|unattributed|not known|-)$/i;
/** The first word of a reputation is the verdict, as in fixtures/README.md: "malicious", "suspicious", "clean". */
const badReputation = /^\W*(?:malicious|suspicious)\b/i;
const cleanReputation = /^\W*(?:clean|benign|harmless|legitimate)\b/i;

type Value = readonly [type: Indicator["type"], value: string | undefined];

function entries(values: readonly Value[]): [string, Indicator][] {
  return values.flatMap(([type, value]): [string, Indicator][] => {
    const indicator = value === undefined ? undefined : normaliseIndicator(type, value);
    return indicator === undefined ? [] : [[keyOf(indicator), indicator]];
  });
}
