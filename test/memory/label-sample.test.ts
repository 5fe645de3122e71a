/** Recall from samples of unlike days: the rate and its interval speak of the same share. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { missedShare, type Seen } from "../../src/memory/label-sample.ts";

describe("recall by random cases of several days", () => {
  interface Day {
    readonly escalated: number;
    readonly escalatedLabelled: readonly ("attack" | "harmless")[];
    readonly quiet: number;
    readonly sample: readonly ("attack" | "harmless")[];
  }
  const recallOfDays = (days: readonly Day[]) => {
    type Labelled = Seen & { readonly truth: "attack" | "harmless" | undefined };
    const cases = days.flatMap(({ escalated: asked, escalatedLabelled, quiet, sample }, d): Labelled[] => {
      const day = `day ${d}`;
      return [
        ...Array.from({ length: asked }, (_, i) => {
          return { caseId: `e${d} ${i}`, day, escalated: true, truth: escalatedLabelled[i] };
        }),
        ...Array.from({ length: quiet }, (_, i) => {
          return {
            caseId: `q${d} ${i}`,
            day,
            escalated: false,
            sampled: i < sample.length,
            truth: sample[i],
          };
        }),
      ];
    });
    return missedShare(cases, ({ truth }) => truth);
  };
  const labels = (attack: number, harmless: number): ("attack" | "harmless")[] => [
    ...Array.from({ length: attack }, () => "attack" as const),
    ...Array.from({ length: harmless }, () => "harmless" as const),
  ];

  it("is inside its own interval, however unlike the days are", () => {
    const day = fc
      .record({
        ...{ a: fc.nat({ max: 8 }), b: fc.nat({ max: 8 }), unlabelled: fc.nat({ max: 30 }) },
        ...{ c: fc.nat({ max: 8 }), d: fc.nat({ max: 8 }), unsampled: fc.nat({ max: 3000 }) },
      })
      .map(({ a, b, unlabelled: rest, c, d, unsampled }): Day => {
        const [escalatedLabelled, sample] = [labels(a, b), labels(c, d)];
        return { escalated: a + b + rest, escalatedLabelled, quiet: c + d + unsampled, sample };
      });
    fc.assert(
      fc.property(fc.array(day, { minLength: 2, maxLength: 8 }), (days) => {
        const recall = recallOfDays(days);
        if (!recall.measured) return;
        expect(recall.rate).toBeGreaterThanOrEqual(recall.interval.low - 1e-9);
        expect(recall.rate).toBeLessThanOrEqual(recall.interval.high + 1e-9);
      }),
      { numRuns: 60 },
    );
    // One sample of a big day is missed, none of 49 of a small one: 50 % of nearly all of it, not 1 in 51.
    const unlike = recallOfDays([
      { escalated: 100, escalatedLabelled: labels(100, 0), quiet: 1000, sample: labels(1, 1) },
      { escalated: 0, escalatedLabelled: [], quiet: 49, sample: labels(0, 49) },
    ]);
    expect(unlike.measured && unlike.rate).toBeCloseTo(100 / 600);
    expect(unlike.measured && unlike.interval.low < 100 / 600 && unlike.interval.high > 100 / 600).toBe(true);
  });

  it("scales what was caught too: not all that was escalated is labelled", () => {
    const recall = recallOfDays([
      { escalated: 100, escalatedLabelled: labels(20, 0), quiet: 1000, sample: labels(1, 49) },
    ]);
    expect(recall.measured && recall.rate).toBeCloseTo(100 / 120);
    const none = recallOfDays([
      { escalated: 100, escalatedLabelled: [], quiet: 1000, sample: labels(1, 49) },
    ]);
    expect(none).toEqual({ measured: false, why: "none of the 100 escalated cases has been labelled" });
  });
});
