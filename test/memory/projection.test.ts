import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { indicatorsOf } from "../../src/memory/case-record.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { clusters } from "../../src/memory/clusters.ts";
import type { Holders } from "../../src/memory/holders.ts";
import { MemoryFold, recordsOf, type MemoryState } from "../../src/memory/memory-state.ts";
import { recall } from "../../src/memory/recall.ts";
import { caseOf, hour, ind, intel, investigated, labelled, logged, received, triaged } from "./saying.ts";

const names = ["a", "b", "c", "d", "e", "f"];
const pool = [
  ind("domain", "one.bad.example"),
  ind("domain", "two.bad.example"),
  ind("ipv4", "203.0.113.7"),
  ind("sha256", "ab".repeat(32)),
  ind("host", "ws-1"),
];
const verdicts = ["true_positive", "false_positive", "benign", "suspicious", "insufficient_data"] as const;

const name = fc.constantFrom(...names);
const time = fc.integer({ min: 0, max: 24 * 20 }).map(hour);
const verdict = fc.constantFrom(...verdicts);
const anEvent: fc.Arbitrary<KnownEvent> = fc.oneof(
  fc
    .tuple(name, fc.subarray(pool), time)
    .map(([n, indicators, at]) => received(n, { indicators, time: at, host: `ws-${n}` })),
  fc.tuple(name, verdict, time).map(([n, v, at]) => triaged(n, v, at)),
  fc.tuple(name, verdict, time).map(([n, v, at]) => investigated(n, v, at)),
  fc.tuple(name, verdict, time).map(([n, v, at]) => labelled(n, v, at)),
  fc
    .tuple(name, fc.subarray(pool), fc.constantFrom("clean", "malicious", "unknown"), time)
    .map(([n, of, reputation, at]) =>
      intel(n, { indicators: of.map((indicator) => ({ ...indicator, reputation })) }, at),
    ),
);
const aLog = fc.array(anEvent, { minLength: 1, maxLength: 40 }).map(logged);

function folded(entries: readonly StoredEvent[]): MemoryFold {
  const fold = new MemoryFold(noLists);
  for (const entry of entries) fold.evolve(entry);
  return fold;
}

function idsOf(state: MemoryState, cases: readonly number[]): string[] {
  return recordsOf(state, { cases })
    .map(({ caseId }) => caseId)
    .sort();
}

function held(state: MemoryState): Holders[] {
  return [...state.index.values()].flatMap((ofType) => [...ofType.values()]);
}

/** Everything memory answers, whatever order its maps are in. */
function answers(state: MemoryState): unknown {
  const records = names.flatMap((n) => state.cases.get(caseOf(n)) ?? []);
  return {
    recalled: records.map((record) =>
      recall(state, { self: record.caseId }, { limit: 5, asOf: state.latest }),
    ),
    clusters: clusters(state, { days: 14, asOf: state.latest }),
    index: held(state)
      .filter(({ cases }) => cases.length > 0)
      .map(({ type, value, cases }) => [`${type} ${value}`, idsOf(state, cases)])
      .sort(),
  };
}

describe("the projection", () => {
  it("answers the same wherever the log is split between two readings", () => {
    fc.assert(
      fc.property(aLog, fc.nat(), (log, at) => {
        const split = at % (log.length + 1);
        const fold = folded(log.slice(0, split));
        answers(fold.state);
        for (const entry of log.slice(split)) fold.evolve(entry);
        expect(answers(fold.state)).toEqual(answers(folded(log).state));
      }),
    );
  });

  it("answers the same when entries are delivered twice", () => {
    fc.assert(
      fc.property(aLog, fc.array(fc.nat(), { maxLength: 10 }), (log, again) => {
        const twice = log.flatMap((entry, i) => [
          entry,
          ...log.slice(0, i + 1).filter((_, j) => again.includes(j)),
        ]);
        expect(answers(folded([...twice, ...log]).state)).toEqual(answers(folded(log).state));
      }),
    );
  });

  it("is a function of the cases' own histories, not of how they were interleaved", () => {
    fc.assert(
      fc.property(aLog, (log) => {
        const events = log.map(({ event }) => event);
        const apart = events.toSorted((a, b) => (a.subject < b.subject ? 1 : a.subject > b.subject ? -1 : 0));
        const relogged = apart.map((event, i) => ({ event, partition: 0, position: `1-${i}` }));
        expect(answers(folded(relogged).state)).toEqual(answers(folded(log).state));
      }),
    );
  });

  it("files in its index exactly what a fresh fold of the same cases would", () => {
    fc.assert(
      fc.property(aLog, (log) => {
        const { state } = folded(log);
        for (const record of state.cases.values()) {
          const filed = held(state).filter(({ cases }) => cases.includes(record.n));
          const names = (all: readonly Indicator[]): string[] =>
            all.map(({ type, value }) => `${type} ${value}`).sort();
          expect(names(filed)).toEqual(names(indicatorsOf(record)));
          expect(new Set(filed.flatMap(({ cases }) => cases)).size).toBeLessThanOrEqual(state.cases.size);
          for (const { cases } of filed) expect(new Set(cases).size).toBe(cases.length);
        }
      }),
    );
  });

  it("reads on from where it stood", async () => {
    const bus = new LocalBus();
    await bus.open([]);
    const indicators = [ind("domain", "one.bad.example")];
    await bus.publish([received("a", { indicators })]);
    const memory = await CaseMemory.project(bus);
    const stood = memory.positions.get(0);

    await bus.publish([received("b", { indicators }), received("c", { indicators })]);
    expect(memory.cases()).toHaveLength(1);
    await memory.catchUp();

    expect(memory.recallSimilar(caseOf("a")).cases).toHaveLength(2);
    expect(memory.findCampaignClusters({ days: 14 }).clusters).toMatchObject([{ cases: { length: 3 } }]);
    expect(memory.positions.get(0)).not.toBe(stood);
  });

  it("stops at the position it is told", async () => {
    const bus = new LocalBus();
    await bus.open([]);
    const [, second] = await bus.publish(names.map((n) => received(n)));
    const memory = await CaseMemory.project(bus, { to: second?.position ?? "" });

    expect(memory.cases().map(({ caseId }) => caseId)).toEqual([caseOf("a"), caseOf("b")]);
  });

  it("refuses a time that is none", async () => {
    const bus = new LocalBus();
    await bus.open([]);

    await expect(CaseMemory.project(bus, { asOf: "yesterday" })).rejects.toMatchObject({
      code: "time_invalid",
    });
  });
});
