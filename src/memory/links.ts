/** Which indicators link which cases. An indicator that joins everything (a shared NAT address) joins nothing. */
import { isCleared, mayLink, type CaseRecord } from "./case-record.ts";
import {
  isAttackBit,
  isClearedBit,
  isUnjudgedBit,
  reachHub,
  reachNobody,
  reachWeak,
  type Columns,
} from "./columns.ts";
import { Groups } from "./groups.ts";
import type { Holders } from "./holders.ts";
import { earlierFirst, type MemoryState } from "./memory-state.ts";

/** From here on an indicator that would join groups which stand without it is a hub too. */
const bridgeCases = 8;
/** Of a hub's cases, how many must be true positives, not in Sentinel's eyes alone: one outbreak, not one address. */
const outbreakShare = 0.9;

/** An indicator and the cases among those looked at that it links, by number; at least two. */
export interface Link {
  readonly held: Holders;
  readonly cases: readonly number[];
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

/** All links among the eligible cases by strong indicators, hubs cut; the cases of each in order of opening. */
export function linksAmong(state: MemoryState, opened: Opened): Link[] {
  const { inOrder, columns } = state;
  const meeting: Meeting = { state, met: new Int32Array(state.indicators.length), links: [] };
  for (let at = firstFrom(inOrder, opened.from, columns); at < inOrder.length; at += 1) {
    const n = inOrder[at] ?? -1;
    if (columns.opened(n) > opened.to) break;
    if (((columns.bits[n] ?? 0) & isClearedBit) === 0) meet(meeting, n);
  }
  return withoutBridges(state, meeting.links);
}

/** Of cases in order of opening, where those begin that were opened from then on. */
export function firstFrom(cases: readonly number[], from: number, columns: Columns): number {
  let [low, high] = [0, cases.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns.opened(cases[middle] ?? -1) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Meeting {
  readonly state: MemoryState;
  /** By an indicator's number: 0, no case so far holds it; n + 1: case n does; -1 - i: link i is of it. */
  readonly met: Int32Array;
  readonly links: { readonly held: Holders; readonly cases: number[] }[];
}

/** Instead of a link: it links nothing, being a hub or familiar. */
const linksNothing = -(2 ** 31);

/** Each case with those before it that hold the same: most indicators are met once, and cost one number. */
function meet(meeting: Meeting, n: number): void {
  const { columns } = meeting.state;
  const end = columns.from(n) + columns.count(n);
  for (let at = columns.from(n); at < end; at += 1) {
    const number = columns.held[at] ?? 0;
    const reach = columns.reach[number];
    // What may link comes first.
    if (reach === reachWeak) return;
    if (reach !== reachNobody && isLinkedBy(meeting.state, n, number)) meetBy(meeting, n, number);
  }
}

function meetBy({ state, met, links }: Meeting, n: number, number: number): void {
  const before = met[number] ?? 0;
  if (before === linksNothing) return;
  if (before === 0) met[number] = n + 1;
  else if (before < 0) links[-1 - before]?.cases.push(n);
  else {
    const held = state.indicators[number];
    const isLink = held !== undefined && mayLinkAny(state, held);
    met[number] = isLink ? -links.push({ held, cases: [before - 1, n] }) : linksNothing;
  }
}

/** The cases opened until then that an indicator links, whenever that was; undefined for fewer than two. */
export function linkedUntil(state: MemoryState, number: number, until: number): number[] | undefined {
  const { columns, indicators } = state;
  const held = indicators[number];
  if (held === undefined || columns.reach[number] === reachNobody || !mayLinkAny(state, held))
    return undefined;
  const linked = held.cases.filter(
    (n) =>
      columns.opened(n) <= until &&
      ((columns.bits[n] ?? 0) & isClearedBit) === 0 &&
      isLinkedBy(state, n, number),
  );
  return linked.length < 2 ? undefined : linked;
}

/** Whose software nobody has judged yet must be asked which it is; there are few. */
export function isLinkedBy(
  { columns: { bits }, all, indicators }: MemoryState,
  n: number,
  by: number,
): boolean {
  if (((bits[n] ?? 0) & isUnjudgedBit) === 0) return true;
  const [record, held] = [all[n], indicators[by]];
  return record !== undefined && held !== undefined && mayLink(record, held);
}

/** By opening, then by id. */
export function inOrder(records: Iterable<CaseRecord>): string[] {
  return [...records].sort(earlierFirst).map(({ caseId }) => caseId);
}

function mayLinkAny(state: MemoryState, held: Holders): boolean {
  if (state.columns.reach[held.n] === reachHub && !isOutbreak(state, held)) return false;
  return !isFamiliar(state, held);
}

/**
 * Seen in at least two cases that turned out harmless, and in hardly more that did not: it says how this company
 * works, not who attacks it.
 */
export function isFamiliar({ columns: { bits } }: MemoryState, { cases, size }: Holders): boolean {
  let cleared = 0;
  for (const n of cases) if (((bits[n] ?? 0) & isClearedBit) !== 0) cleared += 1;
  return cleared >= 2 && cleared * 2 >= size;
}

/** Nearly all of these many cases are confirmed attacks: one attack on many, no hub. Of most hubs a few cases show it. */
function isOutbreak({ columns: { bits } }: MemoryState, { cases, size }: Holders): boolean {
  const needed = size * outbreakShare;
  let possible = size;
  for (const n of cases) {
    if (((bits[n] ?? 0) & isAttackBit) === 0) possible -= 1;
    if (possible < needed) return false;
  }
  return true;
}

/** So many cases that it must not join groups which stand without it. */
export function isWide(cases: readonly number[]): boolean {
  return cases.length >= bridgeCases;
}

function withoutBridges({ all }: MemoryState, links: Link[]): Link[] {
  if (!links.some(({ cases }) => isWide(cases))) return links;
  const narrow = new Groups(all.length);
  for (const { cases } of links) if (!isWide(cases)) narrow.join(cases);
  return links.filter(({ cases }) => !isWide(cases) || !joinsGroups(cases, (n) => narrow.groupOf(n)));
}

/** Two of the cases are of different groups; undefined: of none. */
export function joinsGroups(cases: readonly number[], groupOf: (n: number) => number | undefined): boolean {
  let group: number | undefined;
  for (const n of cases) {
    const other = groupOf(n);
    if (other === undefined) continue;
    if (group !== undefined && group !== other) return true;
    group = other;
  }
  return false;
}
