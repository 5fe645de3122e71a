import { describe, expect, it } from "vitest";
import { scorecardText } from "../../bin/scorecard-text.ts";
import { scorecardOf, type Played } from "../../src/replay/scorecard.ts";
import type { Result } from "../../src/replay/scorecard-schema.ts";
import type { WorkedTicket } from "../../src/replay/worked-ticket.ts";
import { no, played, worked, yes } from "./worked.ts";

const resultOf = (tickets: readonly WorkedTicket[], given: Partial<Played> = {}): Result =>
  scorecardOf(played(tickets, given)).result;

describe("a dry run", () => {
  const dry = { run: { mode: "dry-run", seed: 1, dataHash: "d".repeat(64), recall: "on" } } as const;
  const tickets = [worked(0, { human: yes, asked: ["proposal"] }), worked(1, { human: no })];

  it("is stamped, and its numbers are not shown as a result (lesson 23)", () => {
    const card = scorecardOf(played(tickets, dry));
    expect(card.result.isResult).toBe(false);
    expect(card.result.headline).toBe(
      "Dry run: 2 of 2 tickets went from start to finish on canned answers. No number here is a result.",
    );
    const text = scorecardText(card);
    expect(text).toContain("No number here is a result");
    expect(text).not.toMatch(/recall \d|precision|F1|MISSED|right|Brier|calibration|\d %/);
  });
});

describe("the headline", () => {
  /** 40 tickets, every fourth escalated; the run asks about the first `caught` of each eight. */
  const many = (caught: number): WorkedTicket[] =>
    Array.from({ length: 40 }, (_, n) =>
      worked(n, {
        human: n % 4 === 0 ? yes : no,
        alertSeverity: n % 3 === 0 ? "high" : "low",
        ...(n % 8 < caught && n % 4 === 0 ? { asked: ["proposal"] as const } : {}),
      }),
    );

  it("is computed: what was caught, missed, asked for nothing, and against the best simple answer", () => {
    expect(resultOf(many(8)).headline).toBe(
      "Played by rules (baseline): of 20 tickets of the test part people escalated 5; a human was asked for 5 of them (recall 100.0 %, 56.5 to 100.0), 0 were missed. It asked about 5 of 20, 0 for nothing (precision 100.0 %, 56.5 to 100.0). F1 1.00, 1.00 to 1.00. Better than asking about everything (F1 0.40).",
    );
  });

  it("says that nobody was asked where that was so", () => {
    expect(resultOf(many(0)).headline).toContain("5 were missed. Nobody was ever asked.");
  });

  it("says of two arms that there is no measurable difference, when there is none", () => {
    const run = { mode: "replay", seed: 1, dataHash: "d".repeat(64), recall: "both" } as const;
    const { headline, recall, arms } = resultOf(many(8), {
      run,
      without: many(8).map((one) => ({ ...one, arm: "off", precedents: 0 }) as const),
    });
    expect(headline).toContain(
      "With recall against without recall: no measurable difference at n = 40; F1 +0.000 (95 % interval +0.000 to +0.000; no ticket judged differently).",
    );
    expect(recall?.flipped).toEqual([]);
    expect(arms.map(({ arm, precedents }) => [arm, precedents])).toEqual([
      ["off", 0],
      ["on", 40],
    ]);
  });
});

describe("the scorecard on a terminal", () => {
  it("shows what was missed before any number, and obeys nothing an alert wrote", () => {
    const tickets = [
      worked(0, { human: yes, title: "Bad\u001b[2J\u202eeman" }),
      worked(1, { human: no, asked: ["review"] }),
      worked(2, { human: yes, asked: ["proposal"] }),
      worked(3, { human: no }),
    ];
    const text = scorecardText(scorecardOf(played(tickets)));
    expect(text.indexOf("MISSED  1 of 2 that people escalated")).toBeGreaterThan(0);
    expect(text.indexOf("MISSED")).toBeLessThan(text.indexOf("precision  "));
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text.split("\n").length).toBeLessThan(45);
  });
});
