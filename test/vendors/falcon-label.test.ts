import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { falconAlert } from "../../vendors/falcon-alert.ts";
import { falconLabel } from "../../vendors/falcon-label.ts";
import { closingLabelOf } from "../../vendors/normalise.ts";
import { readAlert } from "../../vendors/read-alerts.ts";
import { dataPath, requires } from "../require.ts";

const alert = {
  ...{ composite_id: "c:ind:1", timestamp: "2026-11-16T08:14:07Z", name: "Rule" },
  ...{ created_timestamp: "2026-11-16T08:14:08.5Z", updated_timestamp: "2026-11-16T10:00:00Z" },
};
const closed = { ...alert, status: "closed" };

describe("the label of a closed Falcon alert", () => {
  it.each([
    [{ resolution: "true_positive" }, "true_positive"],
    [{ resolution: "false_positive", tags: ["true_positive"] }, "false_positive"],
    [{ tags: ["SensorGroupingTags/Finance", "False Positive"] }, "false_positive"],
    [{ tags: ["true_positive", "FC-TP-No Remediation Required - PUP"] }, "true_positive"],
    [{ tags: ["FC-FP-Expected admin activity"] }, "false_positive"],
    [{ tags: ["ignored"] }, "insufficient_data"],
  ])("is what it was closed as: %j", (how, verdict) => {
    expect(falconLabel({ ...closed, ...how })).toMatchObject({ verdict, sourceId: "c:ind:1" });
  });

  it.each([
    ["it is open", { ...alert, status: "in_progress", tags: ["true_positive"] }],
    ["it was reopened", { ...alert, status: "reopened", resolution: "true_positive" }],
    ["nothing says as what", closed],
    ["its tags contradict each other", { ...closed, tags: ["true_positive", "false_positive"] }],
    ["only a comment says so", { ...closed, comment: "true_positive", comments: [{ value: "ignored" }] }],
    ["its fields are of other types", { ...closed, resolution: 7, tags: "true_positive" }],
    ["nobody knows when", { ...closed, updated_timestamp: "soon", tags: ["ignored"] }],
    ["it is no alert", "closed"],
  ])("is none when %s", (_, raw) => {
    expect(falconLabel(raw)).toBeUndefined();
  });

  it("is of the status itself where older alerts say it there", () => {
    expect(falconLabel({ ...alert, status: "false_positive" })?.verdict).toBe("false_positive");
  });

  it("has the time of closing, which a later comment does not move, and whom Falcon names", () => {
    const worked = {
      resolution: "true_positive",
      assigned_to_uid: "ana@soc.example",
      seconds_to_resolved: 90,
    };
    expect(falconLabel({ ...closed, ...worked })).toEqual({
      ...{ source: "crowdstrike", sourceId: "c:ind:1", verdict: "true_positive", person: "ana@soc.example" },
      reason: 'Closed in the console as "true_positive".',
      closedAt: "2026-11-16T08:15:38.500Z",
    });
    expect(falconLabel({ ...closed, resolution: "ignored" })?.closedAt).toBe("2026-11-16T10:00:00.000Z");
  });

  it("comes with the alert, which itself no longer says how it was closed", () => {
    const raw = {
      ...{ ...closed, tags: ["SensorGroupingTags/Finance", "true_positive"], resolution: "true_positive" },
      ...{ comment: "Real. Isolated.", assigned_to_name: "Ana", seconds_to_resolved: 90, severity: 70 },
    };
    const read = readAlert({ source: "crowdstrike", raw }, 1);
    expect("label" in read && read.label.verdict).toBe("true_positive");
    expect(falconAlert(raw).raw).toEqual({ ...alert, severity: 70, tags: ["SensorGroupingTags/Finance"] });
    expect(closingLabelOf({ class_uid: 2004 })).toBeUndefined();
  });

  it.skipIf(!requires("data"))("is found on a real closed alert", () => {
    const lines = readFileSync(
      dataPath("elastic-integrations-crowdstrike", "alerts_v2_resources.jsonl"),
      "utf8",
    );
    const labels = lines
      .trim()
      .split("\n")
      .flatMap((line) => falconLabel(JSON.parse(line)) ?? []);
    expect(labels).toMatchObject([
      { verdict: "true_positive", closedAt: "2024-08-20T09:11:33.311Z", person: "eppteam@crowdstrike.com" },
    ]);
  });
});
