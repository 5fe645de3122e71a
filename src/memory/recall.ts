/**
 * Which past cases are like this one. Score = Σ weight × rarity of what is shared, × recency × confirmation; at
 * least one strong indicator must be shared. Pure.
 */
import type { Indicator, IndicatorType, Verdict } from "../events/vocabulary.ts";
import { strengthOf } from "../indicators/classify.ts";
import { indicatorsOf, standing, type CaseRecord, type Judge } from "./case-record.ts";
import { hubCases } from "./links.ts";
import { holdersOf, isHolders, type Holders, type MemoryState } from "./memory-state.ts";

export interface Recalled {
  readonly caseId: string;
  readonly score: number;
  /** Strong ones first, the rarest first. */
  readonly shared: readonly Indicator[];
  /** null: nobody has judged it yet. */
  readonly verdict: Verdict | null;
  readonly confirmedBy: Judge | null;
}

export interface Question {
  /** What to look for: a case's own, or the one that is asked for. */
  readonly indicators: readonly Indicator[];
  /** The case that asks; it does not recall itself. */
  readonly self?: string;
  /** Asked for by name: then even an indicator of very many cases counts as strong. */
  readonly byName?: boolean;
}

const weights: Readonly<Record<IndicatorType, number>> = {
  ...{ actor: 3, campaign: 3, md5: 3, sha1: 3, sha256: 3, sha512: 3 },
  ...{ cve: 2, domain: 2, ipv4: 2, ipv6: 2, url: 2 },
  ...{ email: 1, host: 1, registry_key: 1, technique: 1, user: 1 },
  rule: 0.5,
};

/** Days after which an old case counts half, and what is left of it however old it is. */
const halfLifeDays = 60;
const recencyFloor = 0.25;
/** A person's label is worth twice the model's own past opinion (lesson 20). */
const confirmation: Readonly<Record<Judge, number>> = { person: 2, tier2: 1.2, sentinel: 1 };
const day = 86_400_000;

/** The best `limit` cases opened until `asOf`, best first; equal scores in order of case id. */
export function recall(
  state: MemoryState,
  question: Question,
  { limit, asOf }: { readonly limit: number; readonly asOf: number },
): Recalled[] {
  const asked = question.indicators.flatMap((indicator) => holdersIn(state, indicator) ?? []);
  const strong = asked.filter((held) => isStrong(held, question.byName === true));
  const candidates = new Set<string>();
  for (const { cases } of strong) for (const caseId of cases) candidates.add(caseId);
  if (question.self !== undefined) candidates.delete(question.self);
  // Most cases share nothing that could link them.
  if (candidates.size === 0) return [];
  const weak = asked.filter(({ type }) => strengthOf(type) === "weak");
  const worths = new Map([...strong, ...weak].map((held): [Indicator, number] => [held, worth(held)]));
  const best: Scored[] = [];
  for (const caseId of candidates) {
    const record = state.cases.get(caseId);
    if (record !== undefined && record.openedAt <= asOf) best.push(scored(record, worths, asOf));
  }
  best.sort((a, b) => b.score - a.score || (a.record.caseId < b.record.caseId ? -1 : 1));
  return best.slice(0, limit).map((one) => recalled(one, worths));
}

/** A case of this very memory holds the index's own objects. */
function holdersIn(state: MemoryState, indicator: Indicator): Holders | undefined {
  return isHolders(indicator) ? indicator : holdersOf(state, indicator);
}

/** What a case looks for others by. */
export function sought(record: CaseRecord): readonly Indicator[] {
  return indicatorsOf(record);
}

function isStrong({ type, cases, most }: Holders, byName: boolean): boolean {
  if (strengthOf(type) === "weak" || most === 0) return false;
  return byName || cases.length <= Math.min(hubCases, most);
}

interface Scored {
  readonly record: CaseRecord;
  readonly score: number;
}

/** What the question asks for, with what sharing it is worth. */
type Worths = ReadonlyMap<Indicator, number>;

/** A fold keeps one object for each indicator: what both hold is found by identity. */
function sharedWith(record: CaseRecord, worths: Worths): Indicator[] {
  return indicatorsOf(record).filter((indicator) => worths.has(indicator));
}

function scored(record: CaseRecord, worths: Worths, asOf: number): Scored {
  const judged = standing(record);
  let sum = 0;
  for (const indicator of sharedWith(record, worths)) sum += worths.get(indicator) ?? 0;
  const age = Math.max(0, asOf - record.openedAt) / day;
  const recency = Math.max(recencyFloor, 0.5 ** (age / halfLifeDays));
  const confirmed = judged === undefined ? 1 : confirmation[judged.by];
  return { record, score: Math.round(sum * recency * confirmed * 10_000) / 10_000 };
}

function recalled({ record, score }: Scored, worths: Worths): Recalled {
  const judged = standing(record);
  const of = (indicator: Indicator): number => worths.get(indicator) ?? 0;
  const shared = sharedWith(record, worths).sort((a, b) => of(b) - of(a) || (a.value < b.value ? -1 : 1));
  return {
    caseId: record.caseId,
    score,
    shared: shared.map(({ type, value }) => ({ type, value })),
    verdict: judged?.verdict ?? null,
    confirmedBy: judged?.by ?? null,
  };
}

/** Weight × rarity: what ten cases share says a third of what two do. */
function worth({ type, cases }: Holders): number {
  return weights[type] / (1 + Math.log(Math.max(1, cases.length)));
}
