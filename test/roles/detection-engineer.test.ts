import { afterEach, describe, expect, it } from "vitest";
import detectionEngineer from "../../roles/detection-engineer.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { cannedModels } from "../../src/models/canned-model.ts";
import { caseOf, hour, investigated, received, said, triaged } from "../memory/saying.ts";
import { atWork, noModel, window, type AtWork } from "./calendar.ts";

const open: AtWork[] = [];
async function onDuty(events: readonly KnownEvent[], model = noModel): Promise<AtWork> {
  const work = await atWork(detectionEngineer, events, model);
  open.push(work);
  return work;
}
afterEach(async () => {
  for (const work of open.splice(0)) await work.close();
});

const program = String.raw`C:\Program Files\NorthVault\nvagent.exe`;
const agent = { rule: "Hive save", user: "svc-backup", process: { path: program } };
const cleared = (name: string, at: number): KnownEvent[] => [
  received(name, { ...agent, host: `SRV-${name}`, time: hour(at) }),
  triaged(name, "benign", hour(at)),
];
const noisy = [
  ...cleared("a", 1),
  ...cleared("b", 2),
  received("c", { ...agent, host: "SRV-c", time: hour(3) }),
  triaged("c", "suspicious", hour(3)),
  investigated("c", "false_positive", hour(4)),
  received("d", { rule: "Hive save", host: "WS-1", user: "j.doe", time: hour(5) }),
  triaged("d", "true_positive", hour(5)),
  received("e", { rule: "Quiet", time: hour(5) }),
  triaged("e", "benign", hour(5)),
];

const facts = {
  window,
  rules: [
    {
      ...{ rule: "Hive save", alerts: 4, falsePositives: 1, benign: 2 },
      proposal: `Exclude program ${program} with user svc-backup: that covers all 3 cleared alerts and none of the rule's others.`,
      caseIds: ["a", "b", "c"].map(caseOf),
      tuningId: expect.stringMatching(/^TUNE-[0-9A-Z]{10}$/) as unknown,
      filter: { covers: 3, yaml: expect.stringContaining("condition: 'not selection'") as unknown },
    },
  ],
};

const plain = {
  words:
    `Hive save: 1 false positives and 2 benign of 4 alerts. ${facts.rules[0]?.proposal ?? ""}\n` +
    "Nothing has been changed: a person accepts or declines each.",
  wordedBy: "code",
};

describe("the Detection Engineer", () => {
  it("reports the noisy rule, its numbers and one proposal, without a model", async () => {
    const reports = await (await onDuty(noisy)).fire();

    expect(reports).toMatchObject([{ type: "tuning.reported", subject: "calendar:detection-engineer" }]);
    expect(reports[0]?.data).toEqual({ ...facts, ...plain });
  });

  it("adds a model's words to the same facts", async () => {
    const words = "Hive save was wrong 3 times; a person may exclude the backup agent.";
    const models = cannedModels({ "detection-engineer": [{ text: words }] });
    const reports = await (await onDuty(noisy, models.modelOf)).fire();

    expect(reports[0]?.data).toEqual({ ...facts, words, wordedBy: "model" });
    models.assertDone();
  });

  it("says nothing, and asks no model, when no rule is noisy", async () => {
    const models = cannedModels({ "detection-engineer": [] });
    const reports = await (await onDuty(noisy.slice(0, 4), models.modelOf)).fire();

    expect(reports).toEqual([]);
    models.assertDone();
  });

  it("looks at its own window", async () => {
    const work = await onDuty(noisy);

    expect(await work.fire({ start: hour(-24), end: hour(0) })).toEqual([]);
    expect(await work.fire()).toHaveLength(1);
  });

  it("reports a rule again only when it has become noisier, and never what a person has answered", async () => {
    const work = await onDuty(noisy);
    const next = (hours: number) => ({ start: hour(hours - 12), end: hour(hours + 12) });
    const [report] = await work.fire();
    const tuningId = report?.type === "tuning.reported" ? report.data.rules[0]?.tuningId : undefined;

    expect(await work.fire(next(1))).toEqual([]);
    await work.bus.publish(cleared("f", 6));
    expect(await work.fire(next(2))).toMatchObject([{ data: { rules: [{ tuningId, alerts: 5 }] } }]);

    const by = { team: "T1", user: "U1" };
    const answer = {
      tuningId: tuningId ?? "",
      outcome: "declined",
      rule: "Hive save",
      reportId: "r",
      by,
    } as const;
    await work.bus.publish([said("tuning.decided", "system", { data: answer }), ...cleared("g", 7)]);
    expect(await work.fire(next(3))).toEqual([]);
  });

  it("counts what does not fit into one event", async () => {
    const events = Array.from({ length: 150 }, (_, i) =>
      ["x", "y", "z"].flatMap((n) => [
        received(`${n}${i}`, { rule: `Rule ${i}`, time: hour(1) }),
        triaged(`${n}${i}`, "benign", hour(1)),
      ]),
    ).flat();
    const [report] = await (await onDuty(events)).fire();

    expect(report).toMatchObject({ data: { rules: { length: 100 }, omitted: 50 } });
  });
});
