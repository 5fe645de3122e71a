/**
 * Which past cases are like this one. Score = Σ weight × rarity of what is shared, × recency × confirmation; at
 * least one strong indicator must be shared. Pure.
 */
import { HatrackError } from "../errors.ts";
import type { Indicator, Verdict } from "../events/vocabulary.ts";
import { judges, type Judge } from "./case-record.ts";
import { judgesFrom0, reachFinds, reachWeak, verdictsFrom0, type Columns } from "./columns.ts";
import { holdersOf, type Holders, type MemoryState } from "./memory-state.ts";
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
  // Most cases hold nothing that would find another.
  if (asked.find.length === 0) return [];
  note(state.columns, asked);
  const best: Scored[] = [];
  for (const number of asked.find) searchBy(number, { state, self: asked.self, limit, asOf, best });
  const found = best.map((one) => recalled(state, one));
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

function askedByCase({ cases, columns }: MemoryState, caseId: string): Asked {
  const self = cases.get(caseId)?.n ?? -1;
  const { held: among, reach } = columns;
  const from = columns.from[self] ?? 0;
  const end = from + (columns.count[self] ?? 0);
  const find: number[] = [];
  for (let at = from; at < end; at += 1) {
    const number = among[at] ?? 0;
    if (reach[number] === reachFinds) find.push(number);
  }
  return { among, from, end, find, self };
}

function askedByName(
  state: MemoryState,
  { indicators, byName = false }: Exclude<Question, { self: string }>,
): Asked {
  const held = new Set(indicators.flatMap((indicator) => holdersOf(state, indicator) ?? []));
  const find = [...held].filter((one) => one.strong && mayFind(one, byName)).map(({ n }) => n);
  const weak = [...held].filter(({ strong }) => !strong).map(({ n }) => n);
  const among = Int32Array.from([...find, ...weak]);
  return { among, from: 0, end: among.length, find, self: -1 };
}

function mayFind({ size, most }: Holders, byName: boolean): boolean {
  if (most === 0) return false;
  return byName || size <= Math.min(hubCases, most);
}

/** Notes at each indicator that it is asked for: then a case's score is one walk through what it holds. */
function note({ asked: noted, reach }: Columns, { among, from, end, find }: Asked): void {
  for (let at = from; at < end; at += 1) {
    const number = among[at] ?? 0;
    if (reach[number] === reachWeak) noted[number] = 1;
  }
  for (const number of find) noted[number] = 1;
}

function forget({ asked: noted }: Columns, { among, from, end }: Asked): void {
  for (let at = from; at < end; at += 1) noted[among[at] ?? 0] = 0;
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
}

function searchBy(number: number, search: Search): void {
  const { columns, indicators } = search.state;
  const cases = indicators[number]?.cases ?? [];
  // The latest first: of cases that share as much they score highest, and the others need no second look.
  for (let at = cases.length - 1; at >= 0; at -= 1) {
    const n = cases[at] ?? -1;
    if (n !== search.self) consider(n, sharedWorth(columns, n, number), search);
  }
}

function consider(n: number, shared: number, search: Search): void {
  const { state, limit, asOf, best } = search;
  const age = asOf - (state.columns.opened[n] ?? 0);
  if (age < 0 || shared === 0) return;
  const halfLives = age / (halfLifeDays * day);
  const most = shared * confirmationOf(state.columns, n);
  const last = best.length < limit ? -1 : (best[limit - 1]?.score ?? 0);
  if (most * recencyAtMost(halfLives) < last - rounding) return;
  const score = Math.round(most * recencyOf(halfLives) * 10_000) / 10_000;
  if (score >= last) insert(search, { n, score });
}

function confirmationOf({ judge }: Columns, n: number): number {
  return confirmed[judge[n] ?? 0] ?? 1;
}

/** Scores are rounded to four places: by so much one may be above what it was computed as. */
const rounding = 0.0001;

/**
 * What a case holds of what is asked for, added up. What finds cases stands first in what it holds: 0 if it is found by
 * another that stands before this one, so that each case is looked at once.
 */
function sharedWorth({ from, count, held, asked, worth }: Columns, n: number, by: number): number {
  const first = from[n] ?? 0;
  const end = first + (count[n] ?? 0);
  let sum = 0;
  for (let at = first; at < end; at += 1) {
    const number = held[at] ?? 0;
    if (asked[number] !== 1) continue;
    if (sum === 0 && number !== by) return 0;
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
  const { verdict, judge } = state.columns;
  return {
    caseId: record.caseId,
    score,
    shared: sharedBy(state, n),
    verdict: verdictsFrom0[verdict[n] ?? 0] ?? null,
    confirmedBy: judgesFrom0[judge[n] ?? 0] ?? null,
  };
}

function sharedBy({ columns, indicators }: MemoryState, n: number): Indicator[] {
  const { from, count, held, asked, worth } = columns;
  const first = from[n] ?? 0;
  const shared: Holders[] = [];
  for (let at = first; at < first + (count[n] ?? 0); at += 1) {
    const one = indicators[held[at] ?? 0];
    if (one !== undefined && asked[one.n] === 1) shared.push(one);
  }
  if (shared.length > 1) {
    shared.sort((a, b) => (worth[b.n] ?? 0) - (worth[a.n] ?? 0) || (a.value < b.value ? -1 : 1));
  }
  return shared.map(({ type, value }) => ({ type, value }));
}
