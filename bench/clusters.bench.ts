/** Do clusters and recall find the campaigns that really were? Against linking on any value that two cases share. */
import { noLists } from "../src/indicators/benign.ts";
import { connectedComponents } from "graphology-components";
import { UndirectedGraph } from "graphology";
import type { MemoryState } from "../src/memory/memory-state.ts";
import { shippedBenign } from "../src/memory/shipped-benign.ts";
import { campaignMemory, clusterScore, pairScore, recallScore, type Score } from "./campaign-cases.ts";
import { alone, compared, type Row } from "./row.ts";

/** The whole time the cases span. */
const days = 150;

/** Two cases that share anything but host and user belong together. */
function anyShared(state: MemoryState): Score {
  const byValue = new Map<string, string[]>();
  for (const { caseId, seen } of state.cases.values()) {
    for (const { type, value } of seen) {
      if (type === "host" || type === "user" || type === "rule") continue;
      const key = `${type} ${value}`;
      byValue.set(key, [...(byValue.get(key) ?? []), caseId]);
    }
  }
  const graph = new UndirectedGraph();
  for (const [first = "", ...others] of byValue.values())
    for (const other of others) graph.mergeEdge(first, other);
  return pairScore(connectedComponents(graph));
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

export function run(): Promise<Row[]> {
  const state = campaignMemory(shippedBenign());
  const bare = campaignMemory(noLists);
  const ours = clusterScore(state, days);
  const naive = anyShared(state);
  const unlisted = clusterScore(bare, days);
  const recalled = recallScore(state);
  const against = (what: string, value: number, peer: number): Row =>
    compared(alone(what, rounded(value), "of pairs"), {
      name: "any shared value",
      value: rounded(peer),
    });
  return Promise.resolve([
    against("clusters: pairwise precision", ours.precision, naive.precision),
    against("clusters: pairwise recall", ours.recall, naive.recall),
    alone("clusters without any list: pairwise precision", rounded(unlisted.precision), "of pairs"),
    alone("clusters without any list: pairwise recall", rounded(unlisted.recall), "of pairs"),
    alone("recall@5 of a case's true siblings", rounded(recalled.recall), "of siblings"),
    alone("precision@5 of what is recalled", rounded(recalled.precision), "of cases"),
  ]);
}
