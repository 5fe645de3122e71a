import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Verdict } from "../../src/events/vocabulary.ts";
import {
  accuracyOf,
  truthLabelled,
  truthSaid,
  type Accuracy,
  type AccuracyRow,
} from "../../src/memory/accuracy.ts";
import { missedShare, sampleOf, type Seen } from "../../src/memory/label-sample.ts";
import { calibrationOf, colourOf, wilson } from "../../src/memory/statistics.ts";
import {
  caseOf,
  closed,
  escalated,
  hour,
  investigated,
  labelled,
  received,
  said,
  triaged,
  unlabelled,
} from "./saying.ts";

async function measured(...events: readonly (readonly KnownEvent[])[]): Promise<Accuracy> {
  const bus = new LocalBus();
  await bus.open([]);
  await bus.publish(events.flat());
  return accuracyOf(bus);
}

function by(role: string, event: KnownEvent): KnownEvent {
  return { ...event, source: `/roles/${role}` };
}

function worked(name: string, role: string, recallArm: "on" | "off"): KnownEvent {
  return said("role.worked", caseOf(name), {
    data: {
      ...{
        role,
        promptVersion: "0".repeat(64),
        model: "baseline",
        leg: "embedded",
        steps: [],
        modelCalls: 1,
      },
      ...{ tokens: { input: 1, output: 1 }, milliseconds: 1, evidenceDropped: 0, recallArm, positions: {} },
    },
  });
}

/** One case: what Sentinel and Tier 2 said, what a person said, and the arm. */
function judged(name: string, sentinel: Verdict, label?: Verdict, arm: "on" | "off" = "off"): KnownEvent[] {
  return [
    received(name),
    by("sentinel", triaged(name, sentinel)),
    worked(name, "sentinel", arm),
    ...(label === undefined ? [] : [labelled(name, label, hour(1))]),
  ];
}

function row({ rows }: Accuracy, role: string, arm: AccuracyRow["arm"] = "all"): AccuracyRow | undefined {
  return rows.find((one) => one.role === role && one.arm === arm);
}

describe("accuracy", () => {
  it("compares in the truth's words: what was escalated agrees with what was an attack (lesson 22)", async () => {
    const accuracy = await measured(
      judged("a", "true_positive", "true_positive"),
      judged("b", "suspicious", "true_positive"),
      judged("c", "insufficient_data", "true_positive"),
      judged("d", "benign", "false_positive"),
      judged("e", "false_positive", "benign"),
    );
    expect(row(accuracy, "sentinel")).toMatchObject({
      ...{ n: 5, right: 5, rate: 1, models: ["baseline"] },
      confusion: { attack: { attack: 3, harmless: 0 }, harmless: { attack: 0, harmless: 2 } },
    });
  });

  it("maps every word of every role, and what a label does not settle to nothing (lesson 22)", () => {
    const attack = ["true_positive", "suspicious", "insufficient_data", "SEV-1", "SEV-2", "SEV-3"] as const;
    for (const word of attack) expect([word, truthSaid(word)]).toEqual([word, "attack"]);
    const harmless = ["false_positive", "benign", "SEV-4"] as const;
    for (const word of harmless) expect([word, truthSaid(word)]).toEqual([word, "harmless"]);
    expect(truthLabelled("true_positive")).toBe("attack");
    expect([truthLabelled("false_positive"), truthLabelled("benign")]).toEqual(["harmless", "harmless"]);
    expect([truthLabelled("suspicious"), truthLabelled("insufficient_data")]).toEqual([undefined, undefined]);
  });

  it("counts labelled cases alone, and no label that settles nothing", async () => {
    const accuracy = await measured(
      judged("a", "true_positive", "benign"),
      judged("b", "true_positive"),
      judged("c", "true_positive", "suspicious"),
      judged("d", "true_positive", "true_positive"),
      [unlabelled("d", hour(2))],
    );
    expect(accuracy).toMatchObject({ cases: 4, labelled: 2, unsettled: 1, origins: { slack: 2 } });
    expect(row(accuracy, "sentinel")).toMatchObject({ n: 1, right: 0, rate: 0 });
  });

  it("is told per role and per arm (lesson 24)", async () => {
    const accuracy = await measured(
      judged("a", "true_positive", "true_positive", "on"),
      judged("b", "true_positive", "benign", "off"),
      [by("tier2", investigated("b", "benign")), worked("b", "tier2", "off")],
    );
    expect(row(accuracy, "sentinel")).toMatchObject({ n: 2, right: 1 });
    expect(row(accuracy, "sentinel", "on")).toMatchObject({ n: 1, right: 1 });
    expect(row(accuracy, "sentinel", "off")).toMatchObject({ n: 1, right: 0 });
    expect(row(accuracy, "tier2")).toMatchObject({ n: 1, right: 1 });
    expect(row(accuracy, "ir-lead")).toBeUndefined();
  });

  it("takes how the console closed a case for the truth, unless a person of ours has said", async () => {
    const accuracy = await measured(
      [...judged("a", "true_positive"), closed("a", "true_positive")],
      [...judged("b", "true_positive", "benign"), closed("b", "true_positive", hour(2))],
      [...judged("c", "benign", "true_positive"), unlabelled("c", hour(2)), closed("c", "benign", hour(1))],
      [...judged("d", "benign"), closed("d", "insufficient_data")],
    );
    expect(row(accuracy, "sentinel")).toMatchObject({ n: 3, right: 2 });
    expect(accuracy).toMatchObject({ labelled: 4, unsettled: 1, origins: { slack: 1, test: 3 } });
  });

  it("is grey, and recall not measured, until there is enough", async () => {
    const accuracy = await measured(judged("a", "true_positive", "true_positive"));
    expect(row(accuracy, "sentinel")?.colour).toBe("grey");
    expect(accuracy.recall).toMatchObject({ measured: false });
    expect((await measured()).rows).toEqual([]);
  });

  it("weights what the random cases missed by how many cases they stand for", async () => {
    const caught = Array.from({ length: 10 }, (_, i) => [
      ...judged(`caught ${i}`, "true_positive", "true_positive"),
      escalated(`caught ${i}`),
    ]);
    // 40 days of 50 quiet cases; of each day's five random ones, on two days one turns out to be an attack.
    const days = Array.from({ length: 40 }, (_, d) =>
      Array.from({ length: 50 }, (__, i) => received(`quiet ${d} ${i}`, { time: hour(24 * (d + 1)) })),
    );
    const labels = days.flatMap((day, d) => {
      const cases = day.map(({ subject, time }) => ({
        caseId: subject,
        day: time.slice(0, 10),
        escalated: false,
      }));
      const sample = sampleOf(cases, cases[0]?.day ?? "", 5);
      const caseIds = sample.map(({ caseId }) => caseId);
      const asked = { day: cases[0]?.day ?? "", caseIds, of: cases.length };
      const requested = said("label.requested", "calendar:label-sample", {
        time: hour(24 * 59),
        data: asked,
      });
      const answers = sample.flatMap(({ caseId }, i) => {
        const data = { by: { team: "T", user: "U" }, reason: "Sampled.", origin: "slack" };
        const verdict: Verdict = d < 2 && i === 0 ? "true_positive" : "benign";
        const label = said("case.labelled", caseId, { time: hour(24 * 60), data: { verdict, ...data } });
        const to = { toRole: "tier2", why: "It was real.", priority: 9 };
        // Whom the sample found is taken up then: it had been missed all the same.
        return verdict === "benign" ? [label] : [label, said("case.escalated", caseId, { data: to })];
      });
      return [requested, ...answers];
    });
    const { recall } = await measured(...caught, ...days, labels);
    // 2 of 200 missed: 20 of 2,000. Ten were caught.
    expect(recall).toMatchObject({ measured: true, sampled: 200, of: 2000 });
    expect(recall.measured && recall.rate).toBeCloseTo(10 / 30);
  });
});

describe("recall by random cases", () => {
  const seen = (n: number, escalatedFrom: number): (Seen & { attack: boolean; labelled: boolean })[] =>
    Array.from({ length: n }, (_, i) => ({
      ...{ caseId: caseOf(`c${i}`), day: "2026-03-02", escalated: i >= escalatedFrom },
      ...{ attack: i >= escalatedFrom, labelled: i >= escalatedFrom },
    }));

  it("scales what was missed in the sample to the day", () => {
    const cases = seen(130, 100);
    const sample = sampleOf(cases, "2026-03-02", 25);
    for (const [i, record] of sample.entries()) {
      Object.assign(record, { labelled: true, attack: i < 5, sampled: true });
    }
    const truth = (c: (typeof cases)[number]) =>
      c.labelled ? (c.attack ? ("attack" as const) : ("harmless" as const)) : undefined;
    const recall = missedShare(cases, truth);
    // 30 caught; 5 of 25 missed stand for 20 of 100: 30 of 50.
    expect(recall).toMatchObject({ measured: true, rate: 0.6, sampled: 25, of: 100 });
    expect(recall.measured && recall.interval.low < 0.6 && recall.interval.high > 0.6).toBe(true);
  });

  it("chooses the same cases in whatever order they come, and none that was escalated", () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.nat({ max: 10 }), (n, size) => {
        const cases = seen(n, Math.floor(n / 2));
        const chosen = sampleOf(cases, "2026-03-02", size);
        expect(sampleOf(cases.toReversed(), "2026-03-02", size)).toEqual(chosen);
        expect(chosen.some(({ escalated: was }) => was)).toBe(false);
        expect(chosen).toHaveLength(Math.min(size, Math.floor(n / 2)));
        expect(sampleOf(cases, "2026-03-03", size)).toEqual([]);
      }),
    );
  });
});

describe("the statistics", () => {
  it.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [81, 100, 0.7222, 0.8749],
    [1, 3, 0.0615, 0.7923],
  ])("give Wilson's interval of %i in %i", (right, n, low, high) => {
    const interval = wilson(right, n);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  it("colour by the lower bound: 90 of 100 is not green by luck", () => {
    expect(colourOf(wilson(90, 100), 100)).toBe("green");
    expect(colourOf(wilson(85, 100), 100)).toBe("amber");
    expect(colourOf(wilson(50, 100), 100)).toBe("red");
    expect(colourOf(wilson(19, 19), 19)).toBe("grey");
    expect(colourOf(wilson(20, 20), 20)).toBe("green");
  });

  it("tell how far what was said lies from what came", () => {
    const answers = [0.9, 0.9, 0.9, 0.9].map((confidence, i) => ({ confidence, right: i > 0 }));
    expect(calibrationOf(answers)).toMatchObject({ bins: [{ from: 0.9, to: 1, n: 4, rate: 0.75 }] });
    expect(calibrationOf(answers).error).toBeCloseTo(0.15);
    expect(calibrationOf([{ confidence: 1, right: true }]).error).toBe(0);
    expect(calibrationOf([])).toEqual({ bins: [], error: null });
  });
});
