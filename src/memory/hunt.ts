/** What a hunter looks for between cases: hosts and indicators that come back, and attacks nobody was told of. Pure. */
import { strengthOf } from "../indicators/classify.ts";
import { mayLink, standing, type CaseRecord } from "./case-record.ts";
import { hubCases, inOrder, isFamiliar } from "./links.ts";
import type { MemoryState } from "./memory-state.ts";
import { within, type Window } from "./window.ts";

export interface HuntFinding {
  readonly kind: "recurring_host" | "shared_indicator" | "missed_escalation";
  readonly what: string;
  /** The latest of them, at most 25; `what` says how many there are. */
  readonly caseIds: readonly string[];
}

/** How far back a host or an indicator of the window is followed, days before its end. */
export const huntDays = 14;
const alertsOfAHost = 3;
const casesOfAnIndicator = 2;
const shownCases = 25;

/** Findings with at least one case of the window; missed escalations first, then what stands in most cases. */
export function hunt(state: MemoryState, window: Window): HuntFinding[] {
  const end = Date.parse(window.end);
  const from = end - huntDays * 86_400_000;
  const recent = [...state.cases.values()].filter(({ openedAt }) => openedAt >= from && openedAt < end);
  return [
    ...missedEscalations(state, window),
    ...recurringHosts(state, recent, window),
    ...sharedIndicators(state, recent, window),
  ];
}

function missedEscalations(state: MemoryState, window: Window): HuntFinding[] {
  const missed = [...state.cases.values()].filter((record) => {
    const judged = standing(record);
    if (judged?.verdict !== "true_positive" || record.escalated) return false;
    return within(window, judged.at) || within(window, record.openedAt);
  });
  return inOrder(
    state,
    missed.map(({ caseId }) => caseId),
  ).flatMap((caseId) => {
    const record = state.cases.get(caseId);
    if (record === undefined) return [];
    const by = { person: "a person", tier2: "Tier 2", sentinel: "Sentinel" }[
      standing(record)?.by ?? "sentinel"
    ];
    const where = record.alert?.host === undefined ? "" : ` on ${record.alert.host}`;
    const what = `True positive by ${by}, and nobody was asked: ${record.alert?.rule ?? caseId}${where}`;
    return [finding("missed_escalation", what, [caseId])];
  });
}

function recurringHosts(state: MemoryState, recent: readonly CaseRecord[], window: Window): HuntFinding[] {
  const byHost = Map.groupBy(recent, ({ alert }) => alert?.host?.toLowerCase());
  return [...byHost]
    .filter(([host, cases]) => host !== undefined && cases.length >= alertsOfAHost && touches(cases, window))
    .sort(([a = "", ofA], [b = "", ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1))
    .map(([, cases]) => {
      const rules = [...new Set(cases.flatMap(({ alert }) => alert?.rule ?? []))].sort();
      const what = `${cases[0]?.alert?.host ?? ""} stands in ${cases.length} alerts: ${rules.join(", ")}`;
      return finding("recurring_host", what, ids(state, cases));
    });
}

/** Benign infrastructure is not in the index at all; what only cleared cases share is no finding either. */
function sharedIndicators(state: MemoryState, recent: readonly CaseRecord[], window: Window): HuntFinding[] {
  const inTime = new Set(recent);
  const strong = [...state.index].filter(([type]) => strengthOf(type) === "strong");
  return strong
    .flatMap(([, ofType]) => [...ofType.values()])
    .filter((held) => held.cases.length >= casesOfAnIndicator && !isFamiliar(state, held))
    .map((held) => ({
      indicator: held,
      cases: held.cases
        .flatMap((caseId) => state.cases.get(caseId) ?? [])
        .filter((record) => inTime.has(record) && mayLink(record, held)),
    }))
    .filter(({ cases }) => cases.length >= casesOfAnIndicator && touches(cases, window))
    .sort((a, b) => b.cases.length - a.cases.length || (a.indicator.value < b.indicator.value ? -1 : 1))
    .map(({ indicator: { type, value }, cases }) => {
      const hub = cases.length > hubCases ? ": too many to link them, so look at what it is" : "";
      const what = `${type} ${value.slice(0, 400)} stands in ${cases.length} cases${hub}`;
      return finding("shared_indicator", what, ids(state, cases));
    });
}

function touches(cases: readonly CaseRecord[], window: Window): boolean {
  return cases.some(({ openedAt }) => within(window, openedAt));
}

function ids(state: MemoryState, cases: readonly CaseRecord[]): string[] {
  return inOrder(
    state,
    cases.map(({ caseId }) => caseId),
  ).slice(-shownCases);
}

function finding(kind: HuntFinding["kind"], what: string, caseIds: readonly string[]): HuntFinding {
  return { kind, what: what.slice(0, 600), caseIds };
}
