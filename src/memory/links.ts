/** Which indicators link which cases. An indicator that joins everything (a shared NAT address) joins nothing. */
import { isCleared, mayLink, type CaseRecord } from "./case-record.ts";
import { isAttackBit, isClearedBit, isUnjudgedBit } from "./columns.ts";
import { Groups } from "./groups.ts";
import { earlierFirst, type Holders, type MemoryState } from "./memory-state.ts";
import { hubCases } from "./worth.ts";

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

/** All links among the eligible cases by strong indicators, hubs cut. */
export function linksAmong(state: MemoryState, opened: Opened): Link[] {
  const looking = lookingAt(state, opened);
  const { inOrder } = state;
  for (let at = firstIn(state, opened.from); at < inOrder.length; at += 1) lookAt(looking, inOrder[at] ?? -1);
  return withoutBridges(looking);
}

/** The links of all times that can be reached from these cases, as `linksAmong` would give them. */
export function linksAround(state: MemoryState, cases: readonly number[], opened: Opened): Link[] {
  const looking = lookingAt(state, opened);
  const reached = [...cases];
  const seen = new Uint8Array(state.all.length);
  for (const n of reached) seen[n] = 1;
  for (let at = 0; at < reached.length; at += 1) {
    const before = looking.links.length;
    lookAt(looking, reached[at] ?? -1);
    for (let i = before; i < looking.links.length; i += 1)
      addNew(reached, looking.links[i]?.cases ?? [], seen);
  }
  return withoutBridges(looking);
}

function addNew(reached: number[], cases: readonly number[], seen: Uint8Array): void {
  for (const n of cases) {
    if (seen[n] === 0) reached.push(n);
    seen[n] = 1;
  }
}

interface Looking {
  readonly state: MemoryState;
  readonly opened: Opened;
  /** By an indicator's number: it has been looked at. */
  readonly looked: Uint8Array;
  readonly links: Link[];
}

function lookingAt(state: MemoryState, opened: Opened): Looking {
  return { state, opened, looked: new Uint8Array(state.indicators.length), links: [] };
}

/** Where the window begins in the order of opening. */
function firstIn({ inOrder, columns: { opened } }: MemoryState, from: number): number {
  let [low, high] = [0, inOrder.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((opened[inOrder[middle] ?? 0] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The links by what this case holds that have not been looked at yet. */
function lookAt(looking: Looking, n: number): void {
  const { state, opened } = looking;
  const { columns } = state;
  if (!isOpen(state, n, opened)) return;
  const from = columns.from[n] ?? 0;
  const end = from + (columns.count[n] ?? 0);
  for (let at = from; at < end; at += 1) {
    const held = state.indicators[columns.held[at] ?? -1];
    // What may link comes first.
    if (held?.strong !== true) return;
    if (held.size > 1) addLink(looking, held);
  }
}

function addLink({ state, opened, looked, links }: Looking, held: Holders): void {
  if (looked[held.n] !== 0) return;
  looked[held.n] = 1;
  const link = linkBy(state, held, opened);
  if (link !== undefined) links.push(link);
}

/** `isEligible`, from the columns. */
function isOpen({ columns: { opened, bits } }: MemoryState, n: number, { from, to }: Opened): boolean {
  const at = opened[n] ?? NaN;
  return at >= from && at <= to && ((bits[n] ?? 0) & isClearedBit) === 0;
}

function linkBy(state: MemoryState, held: Holders, opened: Opened): Link | undefined {
  const { cases, size, most } = held;
  if (size > most || (size > hubCases && !isOutbreak(state, held))) return undefined;
  const among: number[] = [];
  for (const n of cases) if (isOpen(state, n, opened) && isLinkedBy(state, n, held)) among.push(n);
  return among.length < 2 || isFamiliar(state, held) ? undefined : { held, cases: among };
}

/** Whose software nobody has judged yet must be asked which it is; there are few. */
function isLinkedBy({ columns: { bits }, all }: MemoryState, n: number, held: Holders): boolean {
  if (((bits[n] ?? 0) & isUnjudgedBit) === 0) return true;
  const record = all[n];
  return record !== undefined && mayLink(record, held);
}

/** By opening, then by id. */
export function inOrder(records: Iterable<CaseRecord>): string[] {
  return [...records].sort(earlierFirst).map(({ caseId }) => caseId);
}

/**
 * Seen in at least two cases that turned out harmless, and in hardly more that did not: it says how this company
 * works, not who attacks it.
 */
export function isFamiliar(state: MemoryState, held: Holders): boolean {
  const cleared = countOf(state, held, isClearedBit);
  return cleared >= 2 && cleared * 2 >= held.size;
}

/** Nearly all of these many cases are confirmed attacks: one attack on many, no hub. */
function isOutbreak(state: MemoryState, held: Holders): boolean {
  return countOf(state, held, isAttackBit) >= held.size * outbreakShare;
}

function countOf({ columns: { bits } }: MemoryState, { cases }: Holders, bit: number): number {
  let count = 0;
  for (const n of cases) if (((bits[n] ?? 0) & bit) !== 0) count += 1;
  return count;
}

function withoutBridges({ links, state }: Looking): Link[] {
  const isWide = ({ cases }: Link): boolean => cases.length >= bridgeCases;
  if (!links.some(isWide)) return links;
  const narrow = new Groups(state.all.length);
  for (const link of links) if (!isWide(link)) narrow.join(link.cases);
  return links.filter((link) => !isWide(link) || groupsAmong(link.cases, narrow) < 2);
}

function groupsAmong(cases: readonly number[], groups: Groups): number {
  const among = new Set(cases.map((n) => groups.groupOf(n)));
  among.delete(undefined);
  return among.size;
}
