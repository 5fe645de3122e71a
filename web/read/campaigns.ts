/** Campaigns with what each of their cases is: memory's clusters beside the list of cases. */
import type { Indicator, Verdict } from "../../src/events/vocabulary.ts";
import type { Cluster } from "../../src/memory/clusters.ts";
import { holdersOf, recordsOf, type MemoryState } from "../../src/memory/memory-state.ts";
import { verdictOf, type CaseLine, type CaseList } from "./case-list.ts";

export interface CampaignCase {
  readonly caseId: string;
  readonly line: CaseLine | undefined;
  readonly verdict: Verdict | undefined;
}

export interface Join {
  readonly type: string;
  readonly value: string;
  readonly cases: number;
  /** Those of this campaign. */
  readonly caseIds: readonly string[];
}

export interface Campaign {
  readonly id: string;
  /** In order of opening. */
  readonly cases: readonly CampaignCase[];
  readonly joins: readonly Join[];
  readonly actors: readonly string[];
  /** When the first and the last of its cases opened, milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
}

export interface Campaigns {
  readonly days: number;
  /** End of the window: the latest event's time. */
  readonly asOf: number;
  readonly campaigns: readonly Campaign[];
  readonly cases: number;
}

export function campaignsOf(
  clusters: readonly Cluster[],
  { state, list, days }: { readonly state: MemoryState; readonly list: CaseList; readonly days: number },
): Campaigns {
  return {
    days,
    asOf: state.latest,
    cases: state.cases.size,
    campaigns: clusters.map((cluster) => campaignOf(cluster, state, list)),
  };
}

function campaignOf(
  { id, cases, indicators, actors }: Cluster,
  state: MemoryState,
  list: CaseList,
): Campaign {
  const opened = cases.map((caseId) => state.cases.get(caseId)?.openedAt ?? 0);
  return {
    id,
    actors,
    cases: cases.map((caseId) => {
      const line = list.get(caseId);
      return { caseId, line, verdict: line === undefined ? undefined : verdictOf(line)?.verdict };
    }),
    joins: indicators.map((indicator) => ({ ...indicator, caseIds: heldBy(indicator, cases, state) })),
    first: Math.min(...opened),
    last: Math.max(...opened),
  };
}

function heldBy({ type, value }: Indicator, cases: readonly string[], state: MemoryState): readonly string[] {
  const holders = holdersOf(state, { type, value });
  const held = new Set(holders && recordsOf(state, holders).map(({ caseId }) => caseId));
  return cases.filter((caseId) => held.has(caseId));
}
