/** Which indicators link which cases. An indicator that joins everything (a shared NAT address) joins nothing. */
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
export interface Link extends Pick<Holders, "indicator"> {
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
  const links = [...state.index].flatMap(([key, holders]): Link[] => {
    if (holders.cases.size < 2 || strengthOf(holders.indicator.type) === "weak") return [];
    const cases = recordsOf(state, holders.cases)
      .filter((record) => members.has(record.caseId) && mayLink(record, key))
      .map(({ caseId }) => caseId);
    if (cases.length < 2 || isHub(state, holders)) return [];
    return [{ indicator: holders.indicator, cases: inOrder(state, cases) }];
  });
  return withoutBridges(links);
}

/** By opening, then by id. */
export function inOrder(state: MemoryState, caseIds: readonly string[]): string[] {
  const opened = (caseId: string): number => state.cases.get(caseId)?.openedAt ?? 0;
  return [...caseIds].sort((a, b) => opened(a) - opened(b) || (a < b ? -1 : 1));
}

/**
 * Seen in at least two cases that turned out harmless, and in hardly more that did not: it says how this company
 * works, not who attacks it.
 */
export function isFamiliar(state: MemoryState, { cases }: Holders): boolean {
  const cleared = recordsOf(state, cases).filter(isCleared).length;
  return cleared >= 2 && cleared * 2 >= cases.size;
}

function isHub(state: MemoryState, holders: Holders): boolean {
  if (holders.cases.size > holders.most || isFamiliar(state, holders)) return true;
  if (holders.cases.size <= hubCases) return false;
  const confirmed = recordsOf(state, holders.cases).filter((record) => {
    const judged = standing(record);
    return judged?.verdict === "true_positive" && judged.by !== "sentinel";
  });
  return confirmed.length < holders.cases.size * outbreakShare;
}

function recordsOf(state: MemoryState, caseIds: ReadonlySet<string>): CaseRecord[] {
  return [...caseIds].flatMap((caseId) => state.cases.get(caseId) ?? []);
}

function withoutBridges(links: readonly Link[]): Link[] {
  const isWide = (link: Link): boolean => link.cases.length >= bridgeCases;
  const narrow = new Groups();
  for (const { cases } of links.filter((link) => !isWide(link))) narrow.join(cases);
  const joins = (link: Link): number => new Set(link.cases.flatMap((id) => narrow.groupOf(id) ?? [])).size;
  return links.filter((link) => !isWide(link) || joins(link) < 2);
}
