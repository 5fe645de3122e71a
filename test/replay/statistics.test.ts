import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrationOf, wilson } from "../../src/memory/statistics.ts";
import { random } from "../../src/replay/random.ts";
import {
  bootstrap,
  brier,
  drawsOf,
  mcnemar,
  precisionAt,
  quantile,
  rateOf,
  weightedKappa,
} from "../../src/replay/statistics.ts";

const mean = (list: readonly number[], at: Uint32Array): number =>
  at.reduce((sum, i) => sum + (list[i] ?? NaN), 0) / at.length;

describe("statistics say what published worked examples say", () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])(
    "Wilson's interval of %i of %i (Newcombe, Statistics in Medicine 17, 1998, table I)",
    (right, n, low, high) => {
      expect(wilson(right, n).low).toBeCloseTo(low, 4);
      expect(wilson(right, n).high).toBeCloseTo(high, 4);
      expect(rateOf(right, n)).toEqual({ value: Math.round((right / n) * 1e4) / 1e4, low, high, n });
    },
  );

  it("exact McNemar p of 1 against 7 (Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13:91, 2013: 0.070)", () => {
    expect(mcnemar(1, 7)).toBeCloseTo(0.0703, 4);
    expect(mcnemar(7, 1)).toBeCloseTo(0.0703, 4);
  });

  it("Brier's score of four forecasts (scikit-learn, brier_score_loss: 0.0375)", () => {
    const said = [0.1, 0.9, 0.8, 0.3];
    const was = [false, true, true, false];
    expect(brier(said.map((confidence, i) => ({ confidence, right: was[i] ?? false })))).toBeCloseTo(
      0.0375,
      6,
    );
  });

  it("a test right in 99 of 100 for what one in 10,000 has (Axelsson, ACM TISSEC 3, 2000: 0.98 %)", () => {
    expect(precisionAt(1 / 10_000, { recall: 0.99, falseAlarms: 0.01 })).toBeCloseTo(0.0098, 5);
  });

  it("the paired bootstrap's standard error of the law-school correlation (Efron and Tibshirani 1993, table 6.1: 0.132)", () => {
    const lsat = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594];
    const gpa = [3.39, 3.3, 2.81, 3.03, 3.44, 3.07, 3.0, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96];
    const correlation = (at: Uint32Array): number | null => {
      const [x, y] = [mean(lsat, at), mean(gpa, at)];
      let [xy, xx, yy] = [0, 0, 0];
      for (const i of at) {
        const [dx, dy] = [(lsat[i] ?? NaN) - x, (gpa[i] ?? NaN) - y];
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
      }
      return xx * yy === 0 ? null : xy / Math.sqrt(xx * yy);
    };
    expect(correlation(Uint32Array.from(lsat.keys()))).toBeCloseTo(0.776, 3);
    const found = bootstrap([15], ([at]) => correlation(at ?? new Uint32Array()), { seed: 1, rounds: 3_200 });
    expect(found?.error).toBeGreaterThan(0.127);
    expect(found?.error).toBeLessThan(0.139);
  });

  it("the unpaired bootstrap's standard error of the mouse data's difference (the same, tables 2.1 and 2.2)", () => {
    const treated = [94, 197, 16, 38, 99, 141, 23];
    const control = [52, 104, 146, 10, 51, 30, 40, 27, 46];
    const none = new Uint32Array();
    const options = { seed: 2, rounds: 4_000 };
    // With endlessly many rounds the treated mean's is 23.36; the two together are the root of their squares.
    const one = bootstrap([7], ([a = none]) => mean(treated, a), options);
    expect(one?.error).toBeGreaterThan(22.6);
    expect(one?.error).toBeLessThan(24.1);
    const both = bootstrap([7, 9], ([a = none, b = none]) => mean(treated, a) - mean(control, b), options);
    expect(both?.error).toBeGreaterThan(Math.hypot(22.6, 12.8));
    expect(both?.error).toBeLessThan(Math.hypot(24.1, 13.9));
    expect(both?.low).toBeLessThan(30.63);
    expect(both?.high).toBeGreaterThan(30.63);
  });

  it("Cohen's kappa with quadratic weights is 1 for full and -1 for opposite agreement, and near 0 for none", () => {
    const full = [0, 1, 2, 3].map((rank) => [rank, rank] as const);
    expect(weightedKappa(full, 4)).toBe(1);
    expect(
      weightedKappa(
        full.map(([a]) => [a, 3 - a] as const),
        4,
      ),
    ).toBe(-1);
    expect(
      weightedKappa(
        full.flatMap(([a]) => full.map(([b]) => [a, b] as const)),
        4,
      ),
    ).toBeCloseTo(0, 10);
  });

  it("Murphy's decomposition: Brier = reliability - resolution + uncertainty, over the bins' own forecasts", () => {
    const forecast = fc.record({
      confidence: fc.constantFrom(0.2, 0.55, 0.65, 0.75, 0.85, 0.95),
      right: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(forecast, { minLength: 1, maxLength: 60 }), (answers) => {
        const { bins } = calibrationOf(answers);
        const n = answers.length;
        const rate = answers.filter(({ right }) => right).length / n;
        const over = (of: (bin: (typeof bins)[number]) => number): number =>
          bins.reduce((sum, bin) => sum + (bin.n / n) * of(bin), 0);
        const reliability = over((bin) => (bin.confidence - bin.rate) ** 2);
        const resolution = over((bin) => (bin.rate - rate) ** 2);
        expect(brier(answers)).toBeCloseTo(reliability - resolution + rate * (1 - rate), 9);
      }),
      { numRuns: 50 },
    );
  });
});

describe("statistics of too little", () => {
  it("are not measured rather than 0", () => {
    expect(rateOf(0, 0)).toEqual({ value: null, low: null, high: null, n: 0 });
    expect(mcnemar(0, 0)).toBeNull();
    expect(brier([])).toBeNull();
    expect(bootstrap([0], () => 1, { seed: 1 })).toBeNull();
    expect(bootstrap([3, 0], () => 1, { seed: 1 })).toBeNull();
    expect(bootstrap([3], () => null, { seed: 1 })).toBeNull();
    expect(bootstrap([3], () => 1, drawsOf({ mode: "dry-run", seed: 1 }))).toBeNull();
    expect(precisionAt(0.1, { recall: null, falseAlarms: 0 })).toBeNull();
    expect(precisionAt(0.1, { recall: 0, falseAlarms: 0 })).toBeNull();
    expect(weightedKappa([], 4)).toBeNull();
    expect(weightedKappa([[1, 1]], 4)).toBeNull();
  });

  it("never leave the range of what they are, however many there were", () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), (a, b) => {
        const p = mcnemar(a, b);
        if (a + b === 0) expect(p).toBeNull();
        else {
          expect(p).toBeGreaterThanOrEqual(0);
          expect(p).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
    expect(mcnemar(2_000, 2_000)).toBe(1);
    expect(mcnemar(0, 3_000)).toBe(0);
  });
});

describe("the bootstrap", () => {
  it("gives the same for a seed, and another for another", () => {
    const list = Array.from({ length: 40 }, (_, i) => i % 7);
    const run = (seed: number) => bootstrap([40], ([at = new Uint32Array()]) => mean(list, at), { seed });
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  it("draws each item as often as any other", () => {
    const next = random(3);
    const bins = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 20_000; i++) {
      const at = Math.floor(next() * 10);
      bins[at] = (bins[at] ?? 0) + 1;
    }
    for (const count of bins) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it("takes quantiles between members", () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([5], 0.975)).toBe(5);
  });
});
