/** What a hunter looks for between cases: hosts and indicators that come back, and attacks nobody was told of. */
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { strengthOf } from "../indicators/classify.ts";
import { mayLink, standing, type CaseRecord } from "./case-record.ts";
import { isFamiliar } from "./links.ts";
import { earlierFirst, recordsOf, type MemoryState } from "./memory-state.ts";
import type { Window } from "./window.ts";
import { hubCases } from "./worth.ts";

export type HuntFinding = EventData<"hunt.reported">["findings"][number];

/** How far back the hunter looks, days before the end of its window. */
export const huntDays = 14;
const alertsOfAHost = 3;
const casesOfAnIndicator = 2;
/** Cases that a finding names: the latest; `cases` counts them all. */
const shownCases = 25;

/** All there is to find in the days before the window's end; missed escalations first, then what stands in most cases. Pure. */
export function hunt(state: MemoryState, window: Pick<Window, "end">): HuntFinding[] {
  const end = Date.parse(window.end);
  const from = end - huntDays * 86_400_000;
  const inTime = (at: number): boolean => at >= from && at < end;
  const recent = [...state.cases.values()].filter(({ openedAt }) => inTime(openedAt));
  const missed = [...state.cases.values()].filter((record) => isMissed(record, inTime));
  return [
    ...byOpening(missed).map(missedEscalation),
    ...recurringHosts(recent),
    ...sharedIndicators(state, recent),
  ];
}

function isMissed(record: CaseRecord, inTime: (at: number) => boolean): boolean {
  const judged = standing(record);
  if (judged?.verdict !== "true_positive" || record.escalated) return false;
  return inTime(judged.at) || inTime(record.openedAt);
}

function missedEscalation(record: CaseRecord): HuntFinding {
  const by = { person: "a person", source: "its console", tier2: "Tier 2", sentinel: "Sentinel" }[
    standing(record)?.by ?? "sentinel"
  ];
  const where = record.alert?.host === undefined ? "" : ` on ${record.alert.host}`;
  const what = `True positive by ${by}, and nobody was asked: ${record.alert?.rule ?? record.caseId}${where}`;
  return { kind: "missed_escalation", what: what.slice(0, 600), caseIds: [record.caseId], cases: 1 };
}

function recurringHosts(recent: readonly CaseRecord[]): HuntFinding[] {
  const byHost = Map.groupBy(recent, ({ alert }) => alert?.host?.toLowerCase());
  return [...byHost]
    .flatMap(([host, cases]) => (host === undefined || cases.length < alertsOfAHost ? [] : [{ host, cases }]))
    .sort((a, b) => b.cases.length - a.cases.length || (a.host < b.host ? -1 : 1))
    .map(({ host, cases }) => {
      const rules = [...new Set(cases.flatMap(({ alert }) => alert?.rule ?? []))].sort();
      const what = `${cases[0]?.alert?.host ?? ""} stands in ${cases.length} alerts: ${rules.join(", ")}`;
      return finding("recurring_host", what, { about: { type: "host", value: host }, cases });
    });
}

/** Benign infrastructure is not in the index at all; what only cleared cases share is no finding either. */
function sharedIndicators(state: MemoryState, recent: readonly CaseRecord[]): HuntFinding[] {
  const byId = new Map(recent.map((record) => [record.caseId, record]));
  const strong = [...state.index].filter(([type]) => strengthOf(type) === "strong");
  return strong
    .flatMap(([, ofType]) => [...ofType.values()])
    .filter((held) => held.size >= casesOfAnIndicator && !isFamiliar(state, held))
    .map((held) => ({
      about: { type: held.type, value: held.value },
      cases: recordsOf(state, held)
        .flatMap(({ caseId }) => byId.get(caseId) ?? [])
        .filter((record) => mayLink(record, held)),
    }))
    .filter(({ cases }) => cases.length >= casesOfAnIndicator)
    .sort((a, b) => b.cases.length - a.cases.length || (a.about.value < b.about.value ? -1 : 1))
    .map(({ about, cases }) => {
      const hub = cases.length > hubCases ? ": too many to link them, so look at what it is" : "";
      const what = `${about.type} ${about.value.slice(0, 400)} stands in ${cases.length} cases${hub}`;
      return finding("shared_indicator", what, { about, cases });
    });
}

function finding(
  kind: HuntFinding["kind"],
  what: string,
  { about, cases }: { about: NonNullable<HuntFinding["about"]>; cases: readonly CaseRecord[] },
): HuntFinding {
  const caseIds = byOpening(cases).map(({ caseId }) => caseId);
  return { kind, what: what.slice(0, 600), caseIds: caseIds.slice(-shownCases), about, cases: cases.length };
}

function byOpening<R extends CaseRecord>(records: readonly R[]): R[] {
  return records.toSorted(earlierFirst);
}

/** What was reported before: of each finding all cases it was ever reported with, and how many it last had. */
export type KnownFindings = ReadonlyMap<
  string,
  { readonly caseIds: ReadonlySet<string>; readonly cases: number }
>;

/** Folds what was reported, in log order. */
export function findingsIn(reports: readonly AnyEvent[]): KnownFindings {
  const known = new Map<string, { caseIds: Set<string>; cases: number }>();
  for (const event of reports) {
    if (!isEvent(event, "hunt.reported")) continue;
    for (const found of event.data.findings) {
      const { caseIds } = known.get(keyOf(found)) ?? { caseIds: new Set<string>() };
      for (const caseId of found.caseIds) caseIds.add(caseId);
      known.set(keyOf(found), { caseIds, cases: found.cases ?? found.caseIds.length });
    }
  }
  return known;
}

/** Findings with a case they were never reported with; `before` says in how many they stood. */
export function newFindings(found: readonly HuntFinding[], known: KnownFindings): HuntFinding[] {
  return found.flatMap((each): HuntFinding[] => {
    const last = known.get(keyOf(each));
    if (last === undefined) return [each];
    if (each.caseIds.every((caseId) => last.caseIds.has(caseId))) return [];
    return [{ ...each, before: last.cases }];
  });
}

/** What a finding is about: itself when it is reported again. */
function keyOf({ kind, about, caseIds }: HuntFinding): string {
  return about === undefined ? `${kind} ${caseIds[0] ?? ""}` : `${kind} ${about.type} ${about.value}`;
}
