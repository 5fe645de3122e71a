/**
 * Which past cases are like this one. Score = Σ weight × rarity of what is shared, × recency × confirmation; at
 * least one strong indicator must be shared. Pure.
 */
import type { Indicator, IndicatorType, Verdict } from "../events/vocabulary.ts";
import { strengthOf } from "../indicators/classify.ts";
import { indicatorsOf, standing, type CaseRecord, type Judge } from "./case-record.ts";
import { hubCases } from "./links.ts";
import type { Holders, MemoryState } from "./memory-state.ts";

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
  /** Keys to look for; a case's own, or those of one indicator. */
  readonly keys: readonly string[];
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
  const asked = question.keys.flatMap((key) => state.index.get(key) ?? []);
  const strong = asked.filter((held) => isStrong(held, question.byName === true));
  const weak = asked.filter((held) => strengthOf(held.indicator.type) === "weak");
  const candidates = new Set(strong.flatMap(({ cases }) => [...cases]));
  if (question.self !== undefined) candidates.delete(question.self);
  return [...candidates]
    .flatMap((caseId) => state.cases.get(caseId) ?? [])
    .filter((record) => record.openedAt <= asOf)
    .map((record) => score(record, sharedWith(record, [...strong, ...weak]), asOf))
    .sort((a, b) => b.score - a.score || (a.caseId < b.caseId ? -1 : 1))
    .slice(0, limit);
}

/** The keys under which a case looks for others. */
export function keysOf(record: CaseRecord): string[] {
  return [...indicatorsOf(record).keys()];
}

function isStrong({ indicator, cases, most }: Holders, byName: boolean): boolean {
  return strengthOf(indicator.type) === "strong" && (byName || cases.size <= Math.min(hubCases, most));
}

function sharedWith(record: CaseRecord, held: readonly Holders[]): Holders[] {
  return held
    .filter(({ cases }) => cases.has(record.caseId))
    .sort((a, b) => worth(b) - worth(a) || (a.indicator.value < b.indicator.value ? -1 : 1));
}

function score(record: CaseRecord, shared: readonly Holders[], asOf: number): Recalled {
  const judged = standing(record);
  const sum = shared.reduce((total, held) => total + worth(held), 0);
  const age = Math.max(0, asOf - record.openedAt) / day;
  const recency = Math.max(recencyFloor, 0.5 ** (age / halfLifeDays));
  const confirmed = judged === undefined ? 1 : confirmation[judged.by];
  return {
    caseId: record.caseId,
    score: Math.round(sum * recency * confirmed * 10_000) / 10_000,
    shared: shared.map(({ indicator }) => indicator),
    verdict: judged?.verdict ?? null,
    confirmedBy: judged?.by ?? null,
  };
}

/** Weight × rarity: what ten cases share says a third of what two do. */
function worth({ indicator, cases }: Holders): number {
  return weights[indicator.type] / (1 + Math.log(Math.max(1, cases.size)));
}
