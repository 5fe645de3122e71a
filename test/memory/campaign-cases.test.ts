/** Real indicators of 168 vendor-reported campaigns over made-up cases, with distractors (test data, read in place). */
import { describe, expect, it } from "vitest";
import {
  campaignMemory,
  clusterScore,
  pairScore,
  recallScore,
  type Score,
} from "../../bench/campaign-cases.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { clusters } from "../../src/memory/clusters.ts";
import { shippedBenign } from "../../src/memory/shipped-benign.ts";
import { requires } from "../require.ts";

function show(what: string, { precision, recall: share }: Score): void {
  console.info(`campaign-cases, ${what}: precision ${precision.toFixed(4)}, recall ${share.toFixed(4)}`);
}

describe.runIf(requires("data"))("over campaigns that really were", () => {
  it("puts the right cases together, and no others", () => {
    const result = clusterScore(campaignMemory(shippedBenign()), 150);
    show("clusters of 150 days", result);

    expect(result.precision).toBeGreaterThanOrEqual(0.98);
    expect(result.recall).toBeGreaterThanOrEqual(0.98);
  });

  it("does so by cutting hubs alone, when no benign infrastructure is known", () => {
    const result = clusterScore(campaignMemory(noLists), 150);
    show("clusters of 150 days, no lists", result);

    expect(result.precision).toBeGreaterThanOrEqual(0.98);
    expect(result.recall).toBeGreaterThanOrEqual(0.98);
  });

  it("puts no strangers together in a window of a month", () => {
    const state = campaignMemory(shippedBenign());
    const start = Math.min(...[...state.cases.values()].map(({ openedAt }) => openedAt));
    const found = Array.from({ length: 4 }, (_, i) => {
      const asOf = start + (i + 1) * 30 * 86_400_000;
      return clusters(state, { days: 30, asOf }).map(({ cases }) => cases);
    });
    const result = pairScore(found.flat());
    console.info(
      `campaign-cases, windows of 30 days: ${found.flat().length} clusters, precision ${result.precision}`,
    );

    expect(found.flat().length).toBeGreaterThan(10);
    expect(result.precision).toBeGreaterThanOrEqual(0.98);
  });

  it("recalls for a case those that hold an indicator of it, before anything else", () => {
    const result = recallScore(campaignMemory(shippedBenign()));
    show("recall@5 of true siblings", result);

    expect(result.precision).toBeGreaterThanOrEqual(0.98);
    expect(result.recall).toBeGreaterThanOrEqual(0.98);
  });
});
