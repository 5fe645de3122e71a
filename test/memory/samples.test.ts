/** The sample alerts as memory sees them, before anybody has judged one: what is joined must be an attack. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { clusters } from "../../src/memory/clusters.ts";
import { MemoryFold, type MemoryState } from "../../src/memory/memory-state.ts";
import { recall } from "../../src/memory/recall.ts";
import { shippedBenign } from "../../src/memory/shipped-benign.ts";
import { readLine } from "../../vendors/read-alerts.ts";

const lines = readFileSync(new URL("../../fixtures/alerts.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const alerts = lines
  .flatMap((line, i) => readLine(line, i + 1))
  .map((read) => {
    if ("rejected" in read) throw new Error(read.rejected.reason);
    return read.alert;
  });

function memory(): MemoryState {
  const fold = new MemoryFold(shippedBenign());
  for (const [i, alert] of alerts.entries()) {
    const event = makeEvent({
      ...{ id: naturalId("sample", i), source: "/sources/crowdstrike", type: "alert.received" },
      ...{ subject: alert.caseId, time: alert.time, data: alert },
    });
    fold.evolve({ event, partition: 0, position: `1-${i}` });
  }
  return fold.state;
}

/** As fixtures/README.md numbers them. */
function numbers(caseIds: readonly string[]): number[] {
  return caseIds.map((id) => alerts.findIndex(({ caseId }) => caseId === id) + 1).sort((a, b) => a - b);
}

describe("memory of the sample alerts", () => {
  it("joins the two intrusions, and neither PowerShell's hash nor the backup agent makes a third", () => {
    const state = memory();
    const found = clusters(state, { days: 60, asOf: state.latest });

    expect(found.map(({ cases }) => numbers(cases))).toEqual(
      expect.arrayContaining([
        [1, 3, 4, 5],
        [8, 20, 21, 22],
      ]),
    );
    expect(found).toHaveLength(2);
  });

  it("recalls the backup agent's other alerts: that it was harmless before is the precedent", () => {
    const state = memory();
    const recalled = recall(state, { self: alerts[18]?.caseId ?? "" }, { limit: 5, asOf: state.latest });

    expect(numbers(recalled.map(({ caseId }) => caseId))).toEqual([10, 11, 12]);
  });
});
