/**
 * Which past cases are like this one. Score = Σ weight × rarity of what is shared, × recency × confirmation; at
 * least one strong indicator must be shared. Pure.
 */
import { HatrackError } from "../errors.ts";
import type { Indicator, Verdict } from "../events/vocabulary.ts";
import { judges, type Judge } from "./case-record.ts";
import { judgesFrom0, reachFinds, reachWeak, verdictsFrom0, type Columns } from "./columns.ts";
import type { Holders } from "./holders.ts";
import { holdersOf, type MemoryState } from "./memory-state.ts";
import { hubCases } from "./worth.ts";

export interface Recalled {
  readonly caseId: string;
  readonly score: number;
  /** Strong ones first, the rarest first. */
  readonly shared: readonly Indicator[];
  /** null: nobody has judged it yet. */
  readonly verdict: Verdict | null;
  readonly confirmedBy: Judge | null;
}

/** A case of the log that asks for others like it, or indicators that are asked for. */
export type Question =
  | { readonly self: string }
  | {
      readonly indicators: readonly Indicator[];
      /** Asked for by name: then even an indicator of very many cases counts as strong. */
      readonly byName?: boolean;
    };

/** Days after which an old case counts half, and what is left of it however old it is. */
const halfLifeDays = 60;
const recencyFloor = 0.25;
/** A person's label is worth twice the model's own past opinion (lesson 20); what a console was told, a little less. */
const confirmation: Readonly<Record<Judge, number>> = { person: 2, source: 1.7, tier2: 1.2, sentinel: 1 };
/** By the judge's place in the columns, 0 for nobody. */
const confirmed: readonly number[] = [1, ...judges.map((by) => confirmation[by])];
const day = 86_400_000;
/** Half-lives after which the floor is reached. */
const oldest = -Math.log2(recencyFloor);

/** The best `limit` cases opened until `asOf`, best first; equal scores in order of case id. */
export function recall(
  state: MemoryState,
  question: Question,
  { limit, asOf }: { readonly limit: number; readonly asOf: number },
): Recalled[] {
  const asked = "self" in question ? askedByCase(state, question.self) : askedByName(state, question);
  if (asked === undefined) return [];
  const left = noted(state.columns, asked);
  const readAhead = aheadOf(state, asked.find);
  const search: Search = { state, self: asked.self, limit, asOf, best: [], left, readAhead };
  for (const number of asked.find) searchBy(number, search);
  const found = search.best.map((one) => recalled(state, one));
  forget(state.columns, asked);
  return found;
}

/** Numbers of indicators stand in `among` from `from` to `end`. */
interface Asked {
  readonly among: Int32Array;
  readonly from: number;
  readonly end: number;
  /** Those of them that may find a case, each once. */
  readonly find: readonly number[];
  /** The case that asks; it does not recall itself. */
  readonly self: number;
}

/** Undefined where nothing can be found: most cases hold nothing that would find another. */
function askedByCase({ cases, columns }: MemoryState, caseId: string): Asked | undefined {
  const self = cases.get(caseId)?.n;
  if (self === undefined || !columns.finds(self)) return undefined;
  const { held: among, reach } = columns;
  const from = columns.from(self);
  const end = from + columns.count(self);
  let find: number[] | undefined;
  for (let at = from; at < end; at += 1) {
    const number = among[at] ?? 0;
    // What may link comes first.
    if (reach[number] === reachWeak) break;
    if (reach[number] !== reachFinds) continue;
    if (find === undefined) find = [number];
    else find.push(number);
  }
  return find === undefined ? undefined : { among, from, end, find, self };
}

function askedByName(
  state: MemoryState,
  { indicators, byName = false }: Exclude<Question, { self: string }>,
): Asked | undefined {
  const held = new Set(indicators.flatMap((indicator) => holdersOf(state, indicator) ?? []));
  const find = [...held].filter((one) => one.strong && mayFind(one, byName)).map(({ n }) => n);
  if (find.length === 0) return undefined;
  const weak = [...held].filter(({ strong }) => !strong).map(({ n }) => n);
  const among = Int32Array.from([...find, ...weak]);
  return { among, from: 0, end: among.length, find, self: -1 };
}

function mayFind({ size, most }: Holders, byName: boolean): boolean {
  if (most === 0) return false;
  return byName || size <= Math.min(hubCases, most);
}

/** Asked for; asked for, and all cases that hold it have been looked at. */
const [isAsked, isSearched] = [1, 2];

/**
 * Notes at each indicator that it is asked for: then a case's score is one walk through what it holds.
 * @returns what a case that holds all of them would share
 */
function noted({ asked, reach, worth }: Columns, { among, from, end, find }: Asked): number {
  let all = 0;
  for (let at = from; at < end; at += 1) {
    const number = among[at] ?? 0;
    if (reach[number] !== reachWeak) continue;
    asked[number] = isAsked;
    all += worth[number] ?? 0;
  }
  for (const number of find) {
    asked[number] = isAsked;
    all += worth[number] ?? 0;
  }
  return all;
}

function forget({ asked }: Columns, { among, from, end }: Asked): void {
  for (let at = from; at < end; at += 1) asked[among[at] ?? 0] = 0;
}

interface Scored {
  readonly n: number;
  readonly score: number;
}

interface Search {
  readonly state: MemoryState;
  readonly self: number;
  readonly limit: number;
  readonly asOf: number;
  /** The best so far, best first. */
  readonly best: Scored[];
  /** What a case that was not looked at yet can share at most. */
  left: number;
  readonly readAhead: number;
}

/**
 * Reads one number of what each case holds that will be looked at: asked for at once, memory answers side by side,
 * and one after the other each would be waited for. The sum says nothing; unused, the reading would be left out.
 */
function aheadOf({ columns, indicators }: MemoryState, find: readonly number[]): number {
  let sum = 0;
  for (const number of find) {
    for (const n of indicators[number]?.cases ?? []) sum += columns.held[columns.from(n)] ?? 0;
  }
  return sum;
}

function searchBy(number: number, search: Search): void {
  const { columns, indicators } = search.state;
  const cases = indicators[number]?.cases ?? [];
  // The latest first: of cases that share as much they score highest, and the others need no second look.
  for (let at = cases.length - 1; at >= 0; at -= 1) {
    const n = cases[at] ?? -1;
    if (n !== search.self) consider(n, search);
  }
  columns.asked[number] = isSearched;
  search.left -= columns.worth[number] ?? 0;
}

function consider(n: number, search: Search): void {
  const { state, limit, asOf, best, left } = search;
  const { columns } = state;
  const age = asOf - columns.opened(n);
  if (age < 0) return;
  const halfLives = age / (halfLifeDays * day);
  const sure = confirmed[columns.judge(n)] ?? 1;
  const last = best.length < limit ? -1 : (best[limit - 1]?.score ?? 0);
  const atMost = sure * recencyAtMost(halfLives);
  if (left * atMost < last - rounding) return;
  const shared = sharedWorth(columns, n);
  if (shared === 0 || shared * atMost < last - rounding) return;
  const score = Math.round(shared * sure * recencyOf(halfLives) * 10_000) / 10_000;
  if (score >= last) insert(search, { n, score });
}

/** Scores are rounded to four places: by so much one may be above what it was computed as. */
const rounding = 0.0001;

/** What a case holds of what is asked for, added up; 0 if it was looked at before. */
function sharedWorth(columns: Columns, n: number): number {
  const { held, asked, worth } = columns;
  const from = columns.from(n);
  const end = from + columns.count(n);
  let sum = 0;
  for (let at = from; at < end; at += 1) {
    const number = held[at] ?? 0;
    if (asked[number] === 0) continue;
    if (asked[number] === isSearched) return 0;
    sum += worth[number] ?? 0;
  }
  return sum;
}

function recencyOf(halfLives: number): number {
  return halfLives < oldest ? 0.5 ** halfLives : recencyFloor;
}

/** Never less than `recencyOf`, and without a power: the straight lines above its curve. */
function recencyAtMost(halfLives: number): number {
  return Math.max(1 - halfLives / 2, 0.75 - halfLives / 4, recencyFloor);
}

function insert({ state, limit, best }: Search, one: Scored): void {
  let at = best.length;
  for (let above = best[at - 1]; above !== undefined; above = best[at - 1]) {
    if (!comesBefore(state, one, above)) break;
    at -= 1;
  }
  if (at >= limit) return;
  best.splice(at, 0, one);
  if (best.length > limit) best.pop();
}

function comesBefore({ all }: MemoryState, one: Scored, other: Scored): boolean {
  if (one.score !== other.score) return one.score > other.score;
  return (all[one.n]?.caseId ?? "") < (all[other.n]?.caseId ?? "");
}

function recalled(state: MemoryState, { n, score }: Scored): Recalled {
  const record = state.all[n];
  if (record === undefined) throw new HatrackError("memory_broken", `recall: no case has the number ${n}`);
  return {
    caseId: record.caseId,
    score,
    shared: sharedBy(state, n),
    verdict: verdictsFrom0[state.columns.verdict(n)] ?? null,
    confirmedBy: judgesFrom0[state.columns.judge(n)] ?? null,
  };
}

function sharedBy({ columns, indicators }: MemoryState, n: number): Indicator[] {
  const { held, asked, worth } = columns;
  const from = columns.from(n);
  const end = from + columns.count(n);
  const shared: Holders[] = [];
  for (let at = from; at < end; at += 1) {
    const number = held[at] ?? 0;
    const one = asked[number] === 0 ? undefined : indicators[number];
    if (one !== undefined) shared.push(one);
  }
  if (shared.length > 1) {
    shared.sort((a, b) => (worth[b.n] ?? 0) - (worth[a.n] ?? 0) || (a.value < b.value ? -1 : 1));
  }
  return shared.map(({ type, value }) => ({ type, value }));
}
