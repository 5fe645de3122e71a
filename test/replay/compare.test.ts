import { describe, expect, it } from "vitest";
import { comparisonText } from "../../bin/comparison-text.ts";
import { compareScorecards } from "../../src/replay/compare.ts";
import { scorecardOf, type Played } from "../../src/replay/scorecard.ts";
import { Comparison, type Scorecard } from "../../src/replay/scorecard-schema.ts";
import type { WorkedTicket } from "../../src/replay/worked-ticket.ts";
import { no, played, role, sentinel, worked, yes } from "./worked.ts";

const card = (tickets: readonly WorkedTicket[], given: Partial<Played> = {}): Scorecard =>
  scorecardOf(played(tickets, given));

function compared(a: Scorecard, b: Scorecard): Comparison {
  const comparison = compareScorecards(a, b);
  expect(Comparison.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
  return comparison;
}

/** 60 tickets, every third escalated; asked are those whose number is in the list. */
function run(asked: (n: number) => boolean): WorkedTicket[] {
  return Array.from({ length: 60 }, (_, n) =>
    worked(n, {
      human: n % 3 === 0 ? yes : no,
      ...(asked(n) ? { asked: ["proposal"] as const, roles: [sentinel("true_positive", 0.9)] } : {}),
    }),
  );
}

function unlabelled({ human: _, ...ticket }: WorkedTicket): WorkedTicket {
  return ticket;
}

describe("two scorecards against each other", () => {
  it.each([
    ["tickets", { dataHash: "e".repeat(64) }],
    ["seed", { seed: 2 }],
    ["mode", { mode: "dry-run" }],
  ] as const)("are refused when they are of another %s", (what, other) => {
    const own = played([worked(0, { human: yes })]);
    const a = scorecardOf(own);
    const b = scorecardOf({ ...own, run: { ...own.run, ...other } });
    expect(() => compareScorecards(a, b)).toThrow(expect.objectContaining({ code: "compare_mismatch" }));
    expect(() => compareScorecards(a, b)).toThrow(what);
  });

  it("say that there is no measurable difference, when there is none", () => {
    const half = card(run((n) => n % 6 === 0));
    const other = card(run((n) => n % 6 === 0 || n === 3));
    const { headline, withReview, flipped } = compared(half, other);
    expect(headline).toMatch(
      /no measurable difference at n = 60; F1 \+0\.0\d\d \(95 % interval \+0\.000 to \+0\.\d{3}; McNemar p = 1\.000\)\.$/,
    );
    expect(withReview.mcnemar).toEqual({ n: 60, onlyA: 0, onlyB: 1, p: 1 });
    expect(flipped.map(({ ticketId, right }) => [ticketId, right])).toEqual([["T-3", "b"]]);
  });

  it("say what F1 does not show: one of them left more alone that needed nobody", () => {
    const loud = card(run((n) => n === 0 || (n % 3 !== 0 && n < 20)));
    const quiet = card(run((n) => n === 0));
    const { headline, withReview } = compared(loud, quiet);
    expect(withReview.f1.low).toBeLessThanOrEqual(0);
    expect(withReview.mcnemar).toMatchObject({ onlyA: 0, onlyB: 13 });
    expect(headline).toMatch(
      /no measurable difference of F1 at n = 60, and .+ was right about more tickets: 13 that .+ was wrong about, 0 the other way; F1 .*McNemar p < 0\.001\)\.$/,
    );
  });

  it("say which is better when the interval leaves out nothing, with McNemar's p per role", () => {
    const { headline, withReview, roles, flipped } = compared(
      card(run((n) => n % 6 === 0)),
      card(run((n) => n % 3 === 0)),
    );
    expect(headline).toMatch(
      /: better at n = 60; F1 \+0\.333 .*McNemar p = 0\.002\), recall \+0\.500 \(\+0\.\d{3} to \+0\.\d{3}\)\.$/,
    );
    expect(withReview.f1).toMatchObject({ a: 0.6667, b: 1, delta: 0.3333 });
    expect(roles).toEqual([{ role: "sentinel", n: 60, onlyA: 0, onlyB: 10, p: 0.002 }]);
    expect(flipped).toHaveLength(10);
    expect(flipped[0]).toMatchObject({
      right: "b",
      human: { escalated: true },
      a: { asked: [], trace: [{ role: "sentinel", verdict: "benign" }] },
      b: {
        asked: ["proposal"],
        trace: [{ role: "sentinel", verdict: "true_positive", confidence: 0.9 }],
      },
    });
  });

  it("are worse the other way round by as much", () => {
    const [few, many] = [card(run((n) => n % 6 === 0)), card(run((n) => n % 3 === 0))];
    const { headline, withReview } = compared(many, few);
    expect(headline).toContain(": worse at n = 60");
    expect(withReview.f1.delta).toBe(-0.3333);
  });

  it("are called mixed where F1 gains what recall loses: fewer questions do not make up for missed attacks", () => {
    const everything = card(run(() => true));
    const choosy = card(run((n) => n % 3 === 0 && n % 5 !== 0));
    const { headline, withReview } = compared(everything, choosy);
    expect(withReview.f1.delta).toBeGreaterThan(0);
    expect(withReview.recall.delta).toBeLessThan(0);
    expect(headline).toMatch(
      /: mixed at n = 60; F1 \+0\.\d{3} .*, recall −0\.200 \(−0\.\d{3} to −0\.\d{3}\)\.$/,
    );
  });

  it("measure no recall where nobody labelled what one of them did not ask about", () => {
    const shadow = (asked: (n: number) => boolean): Scorecard =>
      card(run(asked).map((ticket) => (ticket.asked.length > 0 ? ticket : unlabelled(ticket))));
    const [a, b] = [shadow((n) => n % 3 === 0), shadow((n) => n % 2 === 0)];
    expect(a.result.escalation.all.withReview.recall.value).toBeNull();
    const { headline, withReview } = compared(a, b);
    expect(withReview.recall).toEqual({ a: null, b: null, delta: null, low: null, high: null });
    expect(withReview.f1.delta).toBeNull();
    expect(withReview.precision.delta).not.toBeNull();
    expect(headline).toMatch(/not measured at n = 10, of one of them no ticket .* carries a label\.$/);
    const looked = compared(card(run((n) => n % 3 === 0)), card(run((n) => n % 2 === 0)));
    expect(looked.withReview.recall.delta).not.toBeNull();
  });

  it("compare only what both worked and somebody labelled, and say what stands alone", () => {
    const both = [worked(2), worked(3, { human: no })];
    const a = card([worked(0, { human: yes }), worked(1, { human: no }), ...both]);
    const b = card([
      worked(0, { human: yes, asked: ["review"] }),
      worked(1, { human: no, unworked: "model unavailable" }),
      ...both,
    ]);
    const { n, onlyInA, onlyInB, withReview, withoutReview } = compared(a, b);
    expect([n, onlyInA, onlyInB]).toEqual([2, 1, 0]);
    expect(withReview.recall).toMatchObject({ a: 0, b: 1, delta: 1 });
    expect(withoutReview.recall).toMatchObject({ a: 0, b: 0, delta: 0 });
    expect(withReview.precision.delta).toBeNull();
  });

  it("measure nothing of nothing", () => {
    expect(compared(card([]), card([])).headline).toContain(
      "not measured, no labelled ticket was worked by both",
    );
    const unasked = card([worked(0, { human: no })]);
    expect(compared(unasked, unasked).headline).toContain("not measured at n = 1");
  });

  it("count a role that failed as wrong, and name models and prompts", () => {
    const broken = card([worked(0, { human: yes, roles: [role("sentinel", { failed: "empty_output" })] })]);
    const sound = card([
      worked(0, {
        human: yes,
        roles: [role("sentinel", { verdict: "suspicious", model: "qwen", promptVersion: "b".repeat(64) })],
      }),
    ]);
    const { roles, b } = compared(broken, sound);
    expect(roles).toEqual([{ role: "sentinel", n: 1, onlyA: 0, onlyB: 1, p: 1 }]);
    expect(b).toBe("qwen, sentinel bbbbbbbb");
  });

  it("of dry runs are never called a result", () => {
    const dry = { run: { mode: "dry-run", seed: 1, dataHash: "d".repeat(64), recall: "on" } } as const;
    const one = card([worked(0, { human: yes })], dry);
    expect(compared(one, one).headline).toMatch(/^Dry run: canned answers, nothing here is a result\./);
  });

  it("are shown on a terminal with both sides of each flipped ticket", () => {
    const text = comparisonText(compared(card(run((n) => n % 6 === 0)), card(run((n) => n % 3 === 0))));
    expect(text).toContain("FLIPPED  10 tickets");
    expect(text).toContain("    a asked nobody; sentinel benign 0.80: It is so");
    expect(text).toContain("    b asked (proposal); sentinel true_positive 0.90: It is so");
    expect(text).not.toMatch(/NaN|undefined|null/);
  });
});
