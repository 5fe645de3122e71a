/** Which indicators link which cases. An indicator that joins everything (a shared NAT address) joins nothing. */
import type { Indicator } from "../events/vocabulary.ts";
import { strengthOf } from "../indicators/classify.ts";
import { isCleared, mayLink, standing, type CaseRecord } from "./case-record.ts";
import { Groups } from "./groups.ts";
import type { Holders, MemoryState } from "./memory-state.ts";

/** An indicator of more cases than this is a hub, unless nearly all of them are confirmed attacks. */
export const hubCases = 20;
/** From here on an indicator that would join groups which stand without it is a hub too. */
const bridgeCases = 8;
/** Of a hub's cases, how many must be true positives by Tier 2 or a person: one outbreak, not one address. */
const outbreakShare = 0.9;

/** An indicator and the cases among those looked at that it links; at least two. */
export interface Link {
  readonly indicator: Indicator;
  readonly cases: readonly string[];
}

/** Cases that may be part of a campaign: opened in the time looked at, and not found harmless. */
export function eligible(state: MemoryState, from: number, to: number): Set<string> {
  const cases = [...state.cases.values()];
  const inTime = cases.filter(({ openedAt }) => openedAt >= from && openedAt <= to);
  return new Set(inTime.filter((record) => !isCleared(record)).map(({ caseId }) => caseId));
}

/** All links among these cases by strong indicators, hubs cut; cases in order of opening. */
export function linksAmong(state: MemoryState, members: ReadonlySet<string>): Link[] {
  const links: Link[] = [];
  for (const [type, ofType] of state.index) {
    if (strengthOf(type) === "weak") continue;
    for (const holders of ofType.values()) {
      const link = holders.cases.length < 2 ? undefined : linkBy(state, holders, members);
      if (link !== undefined) links.push(link);
    }
  }
  return withoutBridges(links);
}

function linkBy(state: MemoryState, holders: Holders, members: ReadonlySet<string>): Link | undefined {
  const { type, value } = holders;
  const among = holders.cases.filter((caseId) => members.has(caseId));
  if (among.length < 2) return undefined;
  const cases = recordsOf(state, among).filter((record) => mayLink(record, holders));
  if (cases.length < 2 || isHub(state, holders)) return undefined;
  return { indicator: { type, value }, cases: byOpening(cases).map(({ caseId }) => caseId) };
}

/** By opening, then by id. */
export function inOrder(state: MemoryState, caseIds: readonly string[]): string[] {
  return byOpening(recordsOf(state, caseIds)).map(({ caseId }) => caseId);
}

function byOpening(records: CaseRecord[]): CaseRecord[] {
  return records.sort((a, b) => a.openedAt - b.openedAt || (a.caseId < b.caseId ? -1 : 1));
}

/**
 * Seen in at least two cases that turned out harmless, and in hardly more that did not: it says how this company
 * works, not who attacks it.
 */
export function isFamiliar(state: MemoryState, { cases }: Holders): boolean {
  const cleared = recordsOf(state, cases).filter(isCleared).length;
  return cleared >= 2 && cleared * 2 >= cases.length;
}

function isHub(state: MemoryState, holders: Holders): boolean {
  if (holders.cases.length > holders.most || isFamiliar(state, holders)) return true;
  if (holders.cases.length <= hubCases) return false;
  const confirmed = recordsOf(state, holders.cases).filter((record) => {
    const judged = standing(record);
    return judged?.verdict === "true_positive" && judged.by !== "sentinel";
  });
  return confirmed.length < holders.cases.length * outbreakShare;
}

function recordsOf(state: MemoryState, caseIds: readonly string[]): CaseRecord[] {
  const records: CaseRecord[] = [];
  for (const caseId of caseIds) {
    const record = state.cases.get(caseId);
    if (record !== undefined) records.push(record);
  }
  return records;
}

function withoutBridges(links: readonly Link[]): Link[] {
  const isWide = (link: Link): boolean => link.cases.length >= bridgeCases;
  const narrow = new Groups();
  for (const { cases } of links.filter((link) => !isWide(link))) narrow.join(cases);
  const joins = (link: Link): number => new Set(link.cases.flatMap((id) => narrow.groupOf(id) ?? [])).size;
  return links.filter((link) => !isWide(link) || joins(link) < 2);
}
