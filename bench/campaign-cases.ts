/** Real indicators of 168 vendor-reported campaigns over made-up cases, with distractors: read, folded and scored. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { Benign } from "../src/indicators/benign.ts";
import { clusters } from "../src/memory/clusters.ts";
import { MemoryFold, type MemoryState } from "../src/memory/memory-state.ts";
import { recall } from "../src/memory/recall.ts";
import { caseOf, logged, received } from "../test/memory/saying.ts";
import { dataPath } from "../test/require.ts";

const CaseLine = z.object({
  case_id: z.string(),
  created_at: z.string(),
  host: z.string(),
  user: z.string(),
  observables: z.array(
    z.object({ type: z.enum(["ip", "domain", "url", "sha1", "sha256"]), value: z.string() }),
  ),
});
const TruthLine = z.object({
  case_id: z.string(),
  component: z.string().nullable(),
  role: z.string(),
  /** What joins it to its neighbours, "sha256:…". */
  linking: z.array(z.string()),
});

export interface Score {
  readonly precision: number;
  readonly recall: number;
}

function lines<T>(file: string, shape: z.ZodType<T>): T[] {
  const text = gunzipSync(readFileSync(dataPath("campaign-cases", file))).toString("utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => shape.parse(JSON.parse(line)));
}

export function campaignMemory(benign: Benign): MemoryState {
  const events = lines("cases.jsonl.gz", CaseLine).map((line) => {
    const indicators = line.observables.map(({ type, value }) => ({
      type: type === "ip" ? ("ipv4" as const) : type,
      value,
    }));
    return received(line.case_id, { time: line.created_at, host: line.host, user: line.user, indicators });
  });
  const fold = new MemoryFold(benign);
  for (const entry of logged(events)) fold.evolve(entry);
  return fold.state;
}

function linkedLines(): (z.infer<typeof TruthLine> & { component: string })[] {
  return lines("truth.jsonl.gz", TruthLine).flatMap((line) =>
    line.role === "linked" && line.component !== null ? [{ ...line, component: line.component }] : [],
  );
}

/** Case → its component: two cases are together in truth if they are of one component of at least two. */
export function campaignTruth(): Map<string, string> {
  return new Map(linkedLines().map(({ case_id, component }) => [caseOf(case_id), component]));
}

function pairsOf(groups: Iterable<readonly string[]>): Set<string> {
  const pairs = new Set<string>();
  for (const group of groups) {
    const sorted = group.toSorted();
    for (const [i, a] of sorted.entries()) for (const b of sorted.slice(i + 1)) pairs.add(`${a} ${b}`);
  }
  return pairs;
}

function truePairs(): Set<string> {
  const byComponent = Map.groupBy(campaignTruth(), ([, component]) => component);
  return pairsOf([...byComponent.values()].map((them) => them.map(([caseId]) => caseId)));
}

/** Over pairs of cases that are together. */
export function pairScore(groups: Iterable<readonly string[]>): Score {
  const [found, real] = [pairsOf(groups), truePairs()];
  const right = [...found].filter((pair) => real.has(pair)).length;
  return { precision: right / found.size, recall: right / real.size };
}

export function clusterScore(state: MemoryState, days: number): Score {
  return pairScore(clusters(state, { days, asOf: state.latest }).map(({ cases }) => cases));
}

/** Case → the cases it was made to share a value with. */
function siblings(): Map<string, Set<string>> {
  const linked = linkedLines();
  const holders = Map.groupBy(
    linked.flatMap(({ case_id, linking }) => linking.map((value) => ({ value, caseId: caseOf(case_id) }))),
    ({ value }) => value,
  );
  const of = (caseId: string, linking: readonly string[]): string[] =>
    linking
      .flatMap((value) => holders.get(value) ?? [])
      .flatMap((h) => (h.caseId === caseId ? [] : h.caseId));
  return new Map(
    linked.map(({ case_id, linking }) => [caseOf(case_id), new Set(of(caseOf(case_id), linking))]),
  );
}

/**
 * Of the first five recalled for each case: how many are of its campaign (precision), and how many of its siblings
 * are among them (recall; of more than five, five).
 */
export function recallScore(state: MemoryState): Score {
  const truth = campaignTruth();
  let [right, shown, found, wanted] = [0, 0, 0, 0];
  for (const [caseId, others] of siblings()) {
    const at = { limit: 5, asOf: state.latest };
    const recalled = recall(state, { self: caseId }, at).map((r) => r.caseId);
    right += recalled.filter((other) => truth.get(other) === truth.get(caseId)).length;
    shown += recalled.length;
    found += recalled.filter((other) => others.has(other)).length;
    wanted += Math.min(5, others.size);
  }
  return { precision: right / shown, recall: found / wanted };
}
