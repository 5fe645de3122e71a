/** Recall looks only at what can be among the best; a plain scan of every case, in other words, must say the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";
import { strengthOf } from "../../src/indicators/classify.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { indicatorsOf, keyOf, standing, type CaseRecord } from "../../src/memory/case-record.ts";
import { MemoryFold, type MemoryState } from "../../src/memory/memory-state.ts";
import { recall, type Recalled } from "../../src/memory/recall.ts";
import { hubCases, worthOf } from "../../src/memory/worth.ts";
import { caseOf, hour, ind, investigated, labelled, logged, received, triaged } from "./saying.ts";

/** So many that some indicators of a small pool are hubs, and that more than the best are found. */
const names = Array.from({ length: 45 }, (_, i) => `case ${i}`);
const pool = [
  ...["a", "b", "c", "d", "e"].map((name) => ind("domain", `${name}.bad.example`)),
  ...["203.0.113.7", "203.0.113.8"].map((address) => ind("ipv4", address)),
  ...["ab", "cd", "ef"].map((byte) => ind("sha256", byte.repeat(32))),
  ...["T1059", "T1003", "T1566"].map((technique) => ind("technique", technique)),
];
const common = ind("domain", "everybody.bad.example");
const verdict = fc.constantFrom("true_positive", "false_positive", "benign", "suspicious");

/** Opened over a year, so that some have faded to the floor; several at one hour, so that scores are equal. */
const aCase = (name: string): fc.Arbitrary<KnownEvent[]> =>
  fc
    .record({
      day: fc.integer({ min: 0, max: 360 }),
      indicators: fc.subarray(pool, { maxLength: 4 }),
      isCommon: fc.boolean(),
      host: fc.constantFrom("ws-1", "ws-2", "ws-3"),
      user: fc.constantFrom("ana", "bo"),
      said: fc.option(verdict, { nil: undefined }),
      refined: fc.option(verdict, { nil: undefined, freq: 3 }),
      label: fc.option(verdict, { nil: undefined, freq: 1 }),
    })
    .map(({ day, indicators, isCommon, host, user, said, refined, label }) => {
      const time = hour(24 * Math.floor(day / 20) * 20);
      return [
        received(name, { time, host, user, indicators: isCommon ? [...indicators, common] : indicators }),
        ...(said === undefined ? [] : [triaged(name, said, time)]),
        ...(refined === undefined ? [] : [investigated(name, refined, time)]),
        ...(label === undefined ? [] : [labelled(name, label, time)]),
      ];
    });
const aLog = fc.tuple(...names.map(aCase)).map((cases) => logged(cases.flat()));

const keyed = (indicator: Indicator): string => `${indicator.type} ${keyOf(indicator)}`;
const confirmation = { person: 2, source: 1.7, tier2: 1.2, sentinel: 1 };

/** DESIGN's words, as directly as they can be computed. */
function scanned(state: MemoryState, self: CaseRecord, asOf: number): Recalled[] {
  const records = [...state.cases.values()];
  const held = new Map(records.map((one) => [one, new Set(indicatorsOf(one).map(keyed))]));
  const size = ({ type, value }: Indicator): number =>
    records.filter((one) => held.get(one)?.has(keyed({ type, value }))).length;
  const mine = indicatorsOf(self)
    .map((indicator) => ({
      ...indicator,
      size: size(indicator),
      isStrong: strengthOf(indicator.type) === "strong",
    }))
    .filter((one) => !one.isStrong || one.size <= hubCases);
  const found = records.flatMap((record): Recalled[] => {
    const shared = mine.filter((one) => held.get(record)?.has(keyed(one)));
    if (record === self || record.openedAt > asOf || !shared.some(({ isStrong }) => isStrong)) return [];
    const judged = standing(record);
    const recency = Math.max(0.25, 0.5 ** ((asOf - record.openedAt) / 86_400_000 / 60));
    const confirmed = judged === undefined ? 1 : confirmation[judged.by];
    const worth = shared.reduce((sum, one) => sum + worthOf(one), 0);
    shared.sort((a, b) => worthOf(b) - worthOf(a) || (a.value < b.value ? -1 : 1));
    return [
      {
        caseId: record.caseId,
        score: Math.round(worth * confirmed * recency * 10_000) / 10_000,
        shared: shared.map(({ type, value }) => ({ type, value })),
        ...{ verdict: judged?.verdict ?? null, confirmedBy: judged?.by ?? null },
      },
    ];
  });
  return found.sort((a, b) => b.score - a.score || (a.caseId < b.caseId ? -1 : 1));
}

describe("recall", () => {
  it("says what a plain scan of every case says, however few are asked for and as of whatever time", () => {
    let found = 0;
    fc.assert(
      fc.property(
        aLog,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 24 * 400 }),
        (log, limit, at) => {
          const fold = new MemoryFold(noLists);
          for (const entry of log) fold.evolve(entry);
          const { state } = fold;
          const asOf = Date.parse(hour(at));
          for (const name of names.slice(0, 12)) {
            const self = state.cases.get(caseOf(name));
            const plain = self === undefined ? [] : scanned(state, self, asOf);
            found += plain.length;
            expect(recall(state, { self: caseOf(name) }, { limit, asOf })).toEqual(plain.slice(0, limit));
          }
          expect(state.columns.asked.every((note) => note === 0)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
    // Not vacuous: there is more to choose from than is asked for.
    expect(found).toBeGreaterThan(25 * 12 * 3);
  });
});
