/** Real indicators of 168 vendor-reported campaigns over made-up cases, with distractors (test data, read in place). */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { noLists, type Benign } from "../../src/indicators/benign.ts";
import { clusters } from "../../src/memory/clusters.ts";
import { MemoryFold, type MemoryState } from "../../src/memory/memory-state.ts";
import { keysOf, recall } from "../../src/memory/recall.ts";
import { shippedBenign } from "../../src/memory/shipped-benign.ts";
import { dataPath, requires } from "../require.ts";
import { caseOf, logged, received } from "./saying.ts";

const CaseLine = z.object({
  case_id: z.string(),
  created_at: z.string(),
  host: z.string(),
  user: z.string(),
  observables: z.array(
    z.object({ type: z.enum(["ip", "domain", "url", "sha1", "sha256"]), value: z.string() }),
  ),
});
const TruthLine = z.object({ case_id: z.string(), component: z.string().nullable(), role: z.string() });

function lines<T>(file: string, shape: z.ZodType<T>): T[] {
  const text = gunzipSync(readFileSync(dataPath("campaign-cases", file))).toString("utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => shape.parse(JSON.parse(line)));
}

function alertOf(line: z.infer<typeof CaseLine>): KnownEvent {
  const indicators = line.observables.map(({ type, value }) => ({
    type: type === "ip" ? ("ipv4" as const) : type,
    value,
  }));
  return received(line.case_id, { time: line.created_at, host: line.host, user: line.user, indicators });
}

function memoryOf(benign: Benign): MemoryState {
  const events = lines("cases.jsonl.gz", CaseLine).map(alertOf);
  const fold = new MemoryFold(benign);
  for (const entry of logged(events)) fold.evolve(entry);
  return fold.state;
}

/** Two cases are together in truth if they are of one component of at least two. */
function truth(): Map<string, string> {
  return new Map(
    lines("truth.jsonl.gz", TruthLine).flatMap(({ case_id, component, role }) =>
      role === "linked" && component !== null ? [[caseOf(case_id), component] as const] : [],
    ),
  );
}

function pairsOf(groups: Iterable<readonly string[]>): Set<string> {
  const pairs = new Set<string>();
  for (const group of groups) {
    const sorted = group.toSorted();
    for (const [i, a] of sorted.entries()) for (const b of sorted.slice(i + 1)) pairs.add(`${a} ${b}`);
  }
  return pairs;
}

function compared(found: Set<string>, real: Set<string>): { precision: number; recall: number } {
  const right = [...found].filter((pair) => real.has(pair)).length;
  return { precision: right / found.size, recall: right / real.size };
}

function truePairs(within: ReadonlySet<string>): Set<string> {
  const members = [...truth()].filter(([caseId]) => within.has(caseId));
  return pairsOf([...Map.groupBy(members, ([, c]) => c).values()].map((them) => them.map(([id]) => id)));
}

function score(state: MemoryState, days: number): { precision: number; recall: number } {
  const found = clusters(state, { days, asOf: state.latest }).map(({ cases }) => cases);
  return compared(pairsOf(found), truePairs(new Set(state.cases.keys())));
}

function show(what: string, { precision, recall: share }: { precision: number; recall: number }): void {
  console.info(`campaign-cases, ${what}: precision ${precision.toFixed(4)}, recall ${share.toFixed(4)}`);
}

describe.runIf(requires("data"))("over campaigns that really were", () => {
  it("puts the right cases together, and no others", () => {
    const result = score(memoryOf(shippedBenign()), 150);
    show("clusters of 150 days", result);

    // Vendors list some addresses of Cloudflare's edge as indicators; here they link nothing, which costs recall.
    expect(result.precision).toBeGreaterThanOrEqual(0.98);
    expect(result.recall).toBeGreaterThanOrEqual(0.95);
  });

  it("does so by cutting hubs alone, when no benign infrastructure is known", () => {
    const result = score(memoryOf(noLists), 150);
    show("clusters of 150 days, no lists", result);

    expect(result.precision).toBeGreaterThanOrEqual(0.98);
    expect(result.recall).toBeGreaterThanOrEqual(0.98);
  });

  it("puts no strangers together in a window of a month", () => {
    const state = memoryOf(shippedBenign());
    const real = truePairs(new Set(state.cases.keys()));
    const start = Math.min(...[...state.cases.values()].map(({ openedAt }) => openedAt));
    const found = Array.from({ length: 4 }, (_, i) => {
      const asOf = start + (i + 1) * 30 * 86_400_000;
      return clusters(state, { days: 30, asOf }).map(({ cases }) => cases);
    });
    const result = compared(pairsOf(found.flat()), real);
    console.info(
      `campaign-cases, windows of 30 days: ${found.flat().length} clusters, precision ${result.precision}`,
    );

    expect(found.flat().length).toBeGreaterThan(10);
    expect(result.precision).toBeGreaterThanOrEqual(0.98);
  });

  it("recalls for a case those that hold an indicator of it, before anything else", () => {
    const state = memoryOf(shippedBenign());
    const components = truth();
    let asked = 0;
    let right = 0;
    let wrong = 0;
    let hit = 0;
    for (const [caseId, component] of components) {
      const record = state.cases.get(caseId);
      if (record === undefined) continue;
      const recalled = recall(
        state,
        { keys: keysOf(record), self: caseId },
        { limit: 5, asOf: state.latest },
      );
      const good = recalled.filter((r) => components.get(r.caseId) === component).length;
      asked += 1;
      right += good;
      wrong += recalled.length - good;
      hit += good > 0 ? 1 : 0;
    }
    const result = { precision: right / (right + wrong), recall: hit / asked };
    show("recall (share of cases that recall one of their own)", result);

    expect(result.precision).toBeGreaterThanOrEqual(0.98);
    expect(result.recall).toBeGreaterThanOrEqual(0.98);
  });
});
