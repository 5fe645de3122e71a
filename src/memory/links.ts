/** Which indicators link which cases. An indicator that joins everything (a shared NAT address) joins nothing. */
import type { Indicator } from "../events/vocabulary.ts";
import { strengthOf } from "../indicators/classify.ts";
import { isCleared, mayLink, type CaseRecord } from "./case-record.ts";
import { Groups } from "./groups.ts";
import { holdersOf, isHolders, type Holders, type MemoryState } from "./memory-state.ts";

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

/** When cases that are looked at were opened, milliseconds since the epoch, both inclusive. */
export interface Opened {
  readonly from: number;
  readonly to: number;
}

/** Cases that may be part of a campaign: opened in the time looked at, and not found harmless. */
export function isEligible(record: CaseRecord, { from, to }: Opened): boolean {
  return record.openedAt >= from && record.openedAt <= to && !isCleared(record);
}

/** All links among the eligible cases by strong indicators, hubs cut; cases in order of opening. */
export function linksAmong(state: MemoryState, opened: Opened): Link[] {
  const links: Link[] = [];
  const looked = new Set<Holders>();
  for (const record of state.cases.values()) {
    if (isEligible(record, opened)) collect(state, { record, opened, looked, links });
  }
  return withoutBridges(links);
}

/** The links of all times that can be reached from these cases, as `linksAmong` would give them. */
export function linksAround(state: MemoryState, caseIds: readonly string[], opened: Opened): Link[] {
  const links: Link[] = [];
  const looked = new Set<Holders>();
  const reached = new Set(caseIds);
  // A set hands out what is added while it is gone through.
  for (const caseId of reached) {
    const record = state.cases.get(caseId);
    if (record === undefined || !isEligible(record, opened)) continue;
    const before = links.length;
    collect(state, { record, opened, looked, links });
    for (const { cases } of links.slice(before)) for (const other of cases) reached.add(other);
  }
  return withoutBridges(links);
}

interface Collecting {
  readonly record: CaseRecord;
  readonly opened: Opened;
  readonly looked: Set<Holders>;
  readonly links: Link[];
}

/** The links by what this case holds that have not been looked at yet. */
function collect(state: MemoryState, { record, opened, looked, links }: Collecting): void {
  for (const indicator of record.seen) {
    if (strengthOf(indicator.type) === "weak") continue;
    const holders = isHolders(indicator) ? indicator : holdersOf(state, indicator);
    if (holders === undefined || holders.cases.length < 2 || looked.has(holders)) continue;
    looked.add(holders);
    const link = linkBy(state, holders, opened);
    if (link !== undefined) links.push(link);
  }
}

function linkBy(state: MemoryState, holders: Holders, opened: Opened): Link | undefined {
  const { type, value, cases, most } = holders;
  if (cases.length > most || (cases.length > hubCases && !isOutbreak(state, cases))) return undefined;
  const among: CaseRecord[] = [];
  for (const caseId of cases) {
    const record = state.cases.get(caseId);
    if (record !== undefined && isEligible(record, opened) && mayLink(record, holders)) among.push(record);
  }
  if (among.length < 2 || isFamiliar(state, holders)) return undefined;
  return { indicator: { type, value }, cases: byOpening(among).map(({ caseId }) => caseId) };
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
  const cleared = countOf(state, cases, isCleared);
  return cleared >= 2 && cleared * 2 >= cases.length;
}

/** Nearly all of these many cases are confirmed attacks: one attack on many, no hub. */
function isOutbreak(state: MemoryState, caseIds: readonly string[]): boolean {
  let others = caseIds.length * (1 - outbreakShare);
  for (const caseId of caseIds) {
    const record = state.cases.get(caseId);
    if (record !== undefined && !isConfirmed(record)) others -= 1;
    if (others < 0) return false;
  }
  return true;
}

/** A true positive, and not in Sentinel's eyes alone. */
function isConfirmed({ opinions }: CaseRecord): boolean {
  return (opinions.person ?? opinions.tier2)?.verdict === "true_positive";
}

function countOf(
  state: MemoryState,
  caseIds: readonly string[],
  is: (record: CaseRecord) => boolean,
): number {
  let count = 0;
  for (const caseId of caseIds) {
    const record = state.cases.get(caseId);
    if (record !== undefined && is(record)) count += 1;
  }
  return count;
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
