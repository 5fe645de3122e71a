import { describe, expect, it } from "vitest";
import type { Severity } from "../../src/events/vocabulary.ts";
import { bestThreshold } from "../../src/replay/baselines.ts";
import { rowsOf, scorecardOf } from "../../src/replay/scorecard.ts";
import type { Baseline } from "../../src/replay/scorecard-schema.ts";
import type { WorkedTicket } from "../../src/replay/worked-ticket.ts";
import { no, played, worked, yes } from "./worked.ts";

/** Severities in order of time; escalated where the second letter says so. */
function tickets(...list: readonly (readonly [Severity, "yes" | "no"])[]): WorkedTicket[] {
  return list.map(([alertSeverity, human], n) =>
    worked(n, { alertSeverity, human: human === "yes" ? yes : no }),
  );
}

const thresholdOf = (list: readonly WorkedTicket[]): Severity | undefined =>
  bestThreshold(rowsOf(list).map((row, n) => ({ row, alertSeverity: list[n]?.alertSeverity ?? "low" })));

const byName = (list: readonly WorkedTicket[], byRules?: readonly WorkedTicket[]): Map<string, Baseline> => {
  const given = byRules === undefined ? {} : { byRules };
  const { baselines } = scorecardOf(played(list, given)).result;
  return new Map(baselines.map((baseline) => [baseline.name, baseline]));
};

describe("the severity threshold", () => {
  const development = tickets(["low", "no"], ["medium", "no"], ["high", "yes"], ["critical", "yes"]);

  it("is the one with the best F1 on the development part", () => {
    expect(
      thresholdOf([
        ...development,
        ...development.map((one, n) => ({ ...worked(n + 4), human: no, alertSeverity: one.alertSeverity })),
      ]),
    ).toBe("high");
  });

  it("does not look at the test part, whatever is there", () => {
    const choose = (test: WorkedTicket[]): Severity | undefined =>
      thresholdOf([
        ...development,
        ...test.map((one, n) => ({ ...worked(n + 4), human: yes, alertSeverity: one.alertSeverity })),
      ]);
    expect(choose(tickets(["low", "yes"], ["low", "yes"], ["low", "yes"], ["low", "yes"]))).toBe("high");
    expect(choose(tickets(["critical", "yes"], ["low", "no"], ["low", "no"], ["low", "no"]))).toBe("high");
  });

  it("is the higher of two as good, and none where nobody escalated anything", () => {
    expect(thresholdOf([...tickets(["low", "no"], ["critical", "yes"]), worked(8), worked(9)])).toBe(
      "critical",
    );
    expect(thresholdOf(tickets(["low", "no"], ["high", "no"]))).toBeUndefined();
    expect(thresholdOf([])).toBeUndefined();
  });
});

describe("the baselines beside a result", () => {
  const list = tickets(
    ...([
      ["low", "no"],
      ["high", "yes"],
      ["high", "no"],
      ["low", "no"],
    ] as const),
    ...([
      ["low", "no"],
      ["high", "yes"],
      ["high", "no"],
      ["low", "yes"],
    ] as const),
  );

  it("are always, never and the threshold, each scored as the run is", () => {
    const found = byName(list);
    expect([...found.keys()]).toEqual(["always", "never", "severity"]);
    expect(found.get("always")?.test.withReview).toMatchObject({
      recall: { value: 1 },
      precision: { value: 0.5 },
    });
    expect(found.get("never")?.test.withReview).toMatchObject({
      recall: { value: 0 },
      precision: { value: null },
    });
    expect(found.get("severity")?.what).toContain("severity high on; chosen on the development part");
    expect(found.get("severity")?.test.withReview.confusion).toEqual({ tp: 1, fp: 1, fn: 1, tn: 1 });
  });

  it("hold the run by rules where there is one, and the difference to this run", () => {
    const perfect = list.map((one) => ({
      ...one,
      asked: one.human?.escalated === true ? (["proposal"] as const) : [],
    }));
    const found = byName(perfect, list);
    expect(found.get("baseline")?.test.withReview.confusion).toEqual({ tp: 0, fp: 0, fn: 2, tn: 2 });
    expect(found.get("baseline")?.ours).toMatchObject({ a: 0, b: 1, delta: 1 });
    expect(found.get("always")?.ours.delta).toBeCloseTo(1 / 3, 4);
  });
});
