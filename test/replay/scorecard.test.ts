import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scorecardText } from "../../bin/scorecard-text.ts";
import { Verdict, Sev, Severity } from "../../src/events/vocabulary.ts";
import { scorecardOf, type Played } from "../../src/replay/scorecard.ts";
import { Scorecard, type Result } from "../../src/replay/scorecard-schema.ts";
import type { WorkedTicket } from "../../src/replay/worked-ticket.ts";
import { no, played, role, sentinel, worked, yes } from "./worked.ts";

/** As a reader gets it: out of JSON, through the schema. */
function scored(tickets: readonly WorkedTicket[], given: Partial<Played> = {}): Scorecard {
  const card = scorecardOf(played(tickets, given));
  const read = Scorecard.parse(JSON.parse(JSON.stringify(card)));
  expect(read).toEqual(card);
  return read;
}

const resultOf = (tickets: readonly WorkedTicket[], given: Partial<Played> = {}): Result =>
  scored(tickets, given).result;

describe("what a scorecard counts", () => {
  const some = [
    worked(0, { human: yes, asked: ["proposal"] }),
    worked(1, { human: no }),
    worked(2, { human: yes, asked: ["review"] }),
    worked(3, { human: no, asked: ["review"] }),
    worked(4, { human: yes }),
    worked(5, { human: no, asked: ["proposal", "review"] }),
    worked(6, { human: no, asked: ["failure"] }),
    worked(7),
  ];

  it("is whether a human was asked, against whether a person escalated, review counted both ways", () => {
    const { all } = resultOf(some).escalation;
    expect(all.n).toBe(7);
    expect(all.withReview.confusion).toEqual({ tp: 2, fp: 3, fn: 1, tn: 1 });
    expect(all.withoutReview.confusion).toEqual({ tp: 1, fp: 1, fn: 2, tn: 3 });
    expect(all.withReview.precision.value).toBe(0.4);
    expect(all.withReview.recall.value).toBe(0.6667);
    expect(all.withReview.f1.value).toBe(0.5);
    expect(all.baseRate.value).toBe(0.4286);
  });

  it("says what precision would be at other base rates", () => {
    const { precisionAt } = resultOf(some).escalation.all.withReview;
    // Recall 2/3, false alarms 3/4.
    expect(precisionAt.map(({ baseRate, precision }) => [baseRate, precision])).toEqual([
      [0.1, 0.0899],
      [0.59, 0.5612],
    ]);
  });

  it("lists first what it missed, then what it asked for nothing, each with its trace", () => {
    const result = resultOf(some);
    expect(Object.keys(result).slice(0, 5)).toEqual([
      "run",
      "isResult",
      "headline",
      "missed",
      "askedForNothing",
    ]);
    expect(result.missed.map(({ ticketId, trace }) => [ticketId, trace[0]?.eventIds])).toEqual([
      ["T-4", ["sentinel-said", "sentinel-trace"]],
    ]);
    expect(result.askedForNothing.map(({ ticketId }) => ticketId)).toEqual(["T-3", "T-5", "T-6"]);
  });

  it("splits development from test by time, whatever the order they were worked in", () => {
    const { escalation, tickets, rows } = resultOf([...some].reverse());
    expect([escalation.development.n, escalation.test.n]).toEqual([4, 3]);
    expect(tickets.splitAt).toBe(some[4]?.createdAt);
    expect(rows.map(({ ticketId }) => ticketId)).toEqual(some.map(({ ticketId }) => ticketId));
  });

  it("counts what was not worked as missing and scores none of it, though a person was asked", () => {
    const result = resultOf([
      ...some,
      worked(8, { human: yes, unworked: "model unavailable" }),
      worked(9, { human: yes, unworked: "model unavailable", asked: ["failure"] }),
    ]);
    expect(result.escalation.all.n).toBe(7);
    expect(result.tickets).toMatchObject({ worked: 8, labelled: 7, unlabelled: 1 });
    expect(result.tickets.unworked).toEqual({ "model unavailable": 2 });
    expect(result.missing).toContain("2 tickets not worked: model unavailable.");
    // What its roles said until then is not held against them either.
    expect(result.roles[0]).toMatchObject({ role: "sentinel", runs: 10, right: { n: 7 } });
  });

  it("says which lines were left out, and which tickets had no readable alert", () => {
    const problem = {
      line: 3,
      code: "broken_json",
      message: "expected one JSON object a line",
      kept: false,
    } as const;
    const result = resultOf(some, {
      file: { lines: 9, problems: [problem, { ...problem, line: 4 }] },
      refused: [{ ticketId: "T-X", why: "ticket T-X: timestamp: expected RFC 3339" }],
    });
    expect(result.tickets.problems).toEqual({ broken_json: 2 });
    expect(result.missing).toContain("Lines left out: 2 no JSON object.");
    expect(result.missing).toContain("1 ticket not worked: no alert could be read in it.");
  });

  it("lists whom a shadow would have asked for what, and how often a day", () => {
    const asked = [{ role: "ir-lead-oncall", what: "isolate host", times: 7 }];
    const run = { mode: "shadow", days: 2, seed: 1, dataHash: "d".repeat(64), recall: "on" } as const;
    expect(scorecardOf(played(some, { run, asked })).result.wouldHaveAsked).toEqual([
      { ...asked[0], perDay: 3.5 },
    ]);
    expect(scored(some).result.wouldHaveAsked).toBeUndefined();
  });

  it("puts model and prompt versions, data, seed and mode in both halves, and time in one", () => {
    const { result, measured } = scored(some);
    expect(measured.run).toEqual(result.run);
    expect(result.run).toMatchObject({
      seed: 1,
      mode: "replay",
      models: ["baseline"],
      dataHash: "d".repeat(64),
    });
    expect(result.run.promptVersions).toEqual({ sentinel: ["a".repeat(64)] });
    expect(JSON.stringify(result)).not.toContain("milliseconds");
    const slower = some.map((one) => ({
      ...one,
      roles: one.roles.map((each) => ({ ...each, milliseconds: 999, tokens: { input: 1, output: 1 } })),
    }));
    expect(JSON.stringify(scored(slower).result)).toBe(JSON.stringify(result));
  });
});

describe("what a scorecard says of roles", () => {
  it("compares in the truth's words: true positive, suspicious and escalate are one side (lesson 22)", () => {
    const [score] = resultOf([
      worked(0, { human: yes, roles: [sentinel("suspicious", 0.6)] }),
      worked(1, { human: yes, roles: [sentinel("true_positive", 0.9)] }),
      worked(2, { human: no, roles: [sentinel("false_positive", 0.9)] }),
      worked(3, { human: no, roles: [sentinel("insufficient_data", 0.5)] }),
      worked(4, { human: { escalated: false, verdict: "insufficient_data" }, roles: [sentinel("benign")] }),
    ]).roles;
    expect(score?.right).toMatchObject({ value: 0.75, n: 4 });
    expect(score?.confusion).toEqual({
      attack: { attack: 2, harmless: 0 },
      harmless: { attack: 1, harmless: 1 },
    });
    expect(score?.verdicts).toEqual({
      benign: { false_positive: 1, insufficient_data: 1 },
      insufficient_data: { benign: 1 },
      true_positive: { suspicious: 1, true_positive: 1 },
    });
    // Right at 0.6, 0.9 and 0.9, wrong at 0.5.
    expect(score?.brier).toBeCloseTo((0.16 + 0.01 + 0.01 + 0.25) / 4, 4);
  });

  it("takes the IR Lead by its SEV, and says how near the person's it was", () => {
    const plan = (n: number, sev: Sev, severity: Sev): WorkedTicket =>
      worked(n, {
        human: { ...yes, severity },
        roles: [sentinel("true_positive"), role("ir-lead", { sev })],
      });
    const { severity, roles } = resultOf([
      plan(0, "SEV-1", "SEV-1"),
      plan(1, "SEV-2", "SEV-3"),
      plan(2, "SEV-4", "SEV-1"),
    ]);
    expect(severity.person).toMatchObject({ n: 3, same: { value: 0.3333 }, withinOne: { value: 0.6667 } });
    expect(severity.person.matrix).toEqual({ "SEV-1": { "SEV-1": 1, "SEV-4": 1 }, "SEV-3": { "SEV-2": 1 } });
    expect(severity.alert.matrix).toEqual({ "SEV-3": { "SEV-1": 1, "SEV-2": 1, "SEV-4": 1 } });
    expect(roles.find((one) => one.role === "ir-lead")).toMatchObject({
      right: { value: 0.6667 },
      brier: null,
    });
  });

  it("counts abstentions, and failures by reason", () => {
    const [score] = resultOf([
      worked(0, { human: no, roles: [role("tier2", { verdict: "insufficient_data", abstained: true })] }),
      worked(1, { human: no, roles: [role("tier2", { failed: "invalid_output" })] }),
      worked(2, { human: no, roles: [role("tier2", { failed: "tool_failed" })] }),
      worked(3, { human: no, roles: [role("tier2", { failed: "tool_failed" })] }),
    ]).roles;
    expect(score).toMatchObject({
      runs: 4,
      answered: 1,
      abstained: 1,
      failed: { invalid_output: 1, tool_failed: 2 },
    });
  });

  it("costs a role what its runs took", () => {
    const times = [10, 20, 60];
    const { measured } = scored(
      times.map((milliseconds, n) => worked(n, { roles: [role("tier2", { milliseconds })] })),
    );
    expect(measured.roles).toEqual([
      {
        ...{ role: "tier2", runs: 3, toolCalls: 6, tokens: { input: 30, output: 15 } },
        milliseconds: { total: 90, median: 20, p95: 56 },
      },
    ]);
    expect(measured.tokens).toEqual({ input: 30, output: 15 });
  });
});

describe("a scorecard of too little", () => {
  it("says of no ticket at all that nothing is measured", () => {
    const { escalation, missing, headline } = resultOf([]);
    expect(escalation.all.withReview.recall).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(missing).toContain("No ticket was there to be worked.");
    expect(headline).toBe("Played by no model: nothing was worked, so nothing is measured.");
  });

  it("says of no labels that nothing is scored", () => {
    const { headline, missing, escalation, baselines } = resultOf([worked(0), worked(1)]);
    expect(headline).toContain("2 tickets worked, and none carries a label");
    expect(missing).toContain("No ticket carries a label: nothing is scored.");
    expect(escalation.all.withReview.f1.value).toBeNull();
    expect(baselines.map(({ name }) => name)).toEqual(["always", "never"]);
  });

  it("says of roles that all failed that they never answered", () => {
    const failing = [0, 1].map((n) =>
      worked(n, {
        human: n === 0 ? yes : no,
        asked: ["failure"],
        roles: [role("sentinel", { failed: "empty_output" })],
      }),
    );
    const result = resultOf(failing);
    expect(result.missing).toContain("Never answered: sentinel.");
    expect(result.roles[0]?.right.value).toBeNull();
    expect(result.escalation.all.withoutReview.confusion).toEqual({ tp: 0, fp: 0, fn: 1, tn: 1 });
  });

  it("says of one kind of ticket alone what cannot be measured", () => {
    const onlyNo = resultOf([worked(0, { human: no }), worked(1, { human: no })]);
    expect(onlyNo.escalation.all.withReview.recall.value).toBeNull();
    expect(onlyNo.escalation.all.withReview.f1.value).toBeNull();
    expect(onlyNo.missing).toContain("Recall and F1 are not measured: no person escalated any ticket.");
    expect(onlyNo.missing).toContain("Precision is not measured: nobody was ever asked.");
    const onlyYes = resultOf([worked(0, { human: yes, asked: ["proposal"] })]);
    expect(onlyYes.escalation.all.withReview.falseAlarms.value).toBeNull();
    expect(onlyYes.missing).toContain("False alarms are not measured: people escalated every ticket.");
  });

  it("does not call it a recall of 100 % when nobody looked at what was not asked about", () => {
    const blind = [worked(0, { human: yes, asked: ["proposal"] }), worked(1), worked(2)];
    const result = resultOf(blind, {
      run: { mode: "shadow", days: 3, seed: 1, dataHash: "d".repeat(64), recall: "on" },
    });
    expect(result.escalation.all.withReview.recall.value).toBeNull();
    expect(result.missing).toContain(
      "Recall is not measured: no ticket for which nobody was asked carries a label.",
    );
    expect(result.headline).toContain("Shadow, 3 days. ");
    const looked = resultOf([...blind, worked(3, { human: no })]);
    expect(looked.escalation.all.withReview.recall.value).toBe(1);
    expect(looked.missing).toContain(
      "Recall counts 1 of 3 tickets for which nobody was asked: the others carry no label.",
    );
  });

  it("never holds what JSON cannot say, and prints on one screen, whatever was played", () => {
    const ticket = fc.record({
      human: fc.option(fc.record({ escalated: fc.boolean(), verdict: fc.constantFrom(...Verdict.options) }), {
        nil: undefined,
      }),
      asked: fc.subarray(["proposal", "review", "failure"] as const),
      alertSeverity: fc.constantFrom(...Severity.options),
      verdict: fc.option(fc.constantFrom(...Verdict.options), { nil: undefined }),
      sev: fc.option(fc.constantFrom(...Sev.options), { nil: undefined }),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      unworked: fc.option(fc.constant("model unavailable"), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(ticket, { maxLength: 12 }), (tickets) => {
        const list = tickets.map(({ human, unworked, verdict, sev, confidence, ...rest }, n) =>
          worked(n, {
            ...rest,
            ...(human && { human }),
            ...(unworked === undefined ? {} : { unworked }),
            roles: [role("any", { ...(verdict && { verdict }), ...(sev && { sev }), confidence })],
          }),
        );
        const card = scored(list, { without: list, byRules: list });
        const again = scorecardOf(played(list, { without: list, byRules: list }));
        expect(again).toEqual(card);
        const text = scorecardText(card);
        expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
        expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
      }),
      { numRuns: 12 },
    );
  });
});
