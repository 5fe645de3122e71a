/** Clusters walk only the lines of what they found; joining all cases of all times, in other words, must say the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";
import { strengthOf } from "../../src/indicators/classify.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { indicatorsOf, isCleared, keyOf, type CaseRecord } from "../../src/memory/case-record.ts";
import { clusters } from "../../src/memory/clusters.ts";
import { MemoryFold } from "../../src/memory/memory-state.ts";
import { hour, ind, investigated, linked, logged, received } from "./saying.ts";

const names = Array.from({ length: 50 }, (_, i) => `case ${i}`);
/** One that many hold, some that about ten do, many that few do: hubs and outbreaks, bridges, narrow links. */
const domains = Array.from({ length: 40 }, (_, i) => ind("domain", `d${i}.bad.example`));
const rank = fc.noBias(fc.nat({ max: 999 }).map((n) => n / 1000));
const day = 24;

const aCase = (name: string): fc.Arbitrary<KnownEvent[]> =>
  fc
    .record({
      at: fc.noBias(fc.integer({ min: 0, max: 60 })),
      ranks: fc.array(rank, { minLength: 1, maxLength: 2 }),
      said: fc.noBias(fc.constantFrom("benign", "true_positive", "true_positive", null, null, null, null)),
      other: fc.constantFrom(...names),
      isLinked: fc.integer({ min: 0, max: 19 }),
    })
    .map(({ at, ranks, said, other, isLinked }) => {
      const time = hour(at * day);
      const held = ranks.flatMap((one) => domains[Math.floor(domains.length * one ** 2)] ?? []);
      return [
        received(name, { time, host: "ws-1", indicators: held }),
        ...(said === null ? [] : [investigated(name, said, time)]),
        ...(other === name || isLinked > 0 ? [] : [linked(name, other, time)]),
      ];
    });
const aLog = fc.tuple(...names.map(aCase)).map((cases) => logged(cases.flat()));

const keyed = (indicator: Indicator): string => `${indicator.type} ${keyOf(indicator)}`;
const earlierFirst = (a: CaseRecord, b: CaseRecord): number =>
  a.openedAt - b.openedAt || (a.caseId < b.caseId ? -1 : 1);

/** Sets that share a member become one, each in order of opening. */
function joined(lists: readonly (readonly CaseRecord[])[]): CaseRecord[][] {
  let groups: Set<CaseRecord>[] = [];
  for (const list of lists) {
    const touched = groups.filter((group) => list.some((one) => group.has(one)));
    groups = groups.filter((group) => !touched.includes(group));
    groups.push(new Set([...list, ...touched.flatMap((group) => [...group])]));
  }
  return groups.map((group) => [...group].sort(earlierFirst));
}

/** What joins the eligible cases of this time: by strong indicators, without hubs, the familiar, bridges. */
function linksOf(all: readonly CaseRecord[], from: number, to: number): CaseRecord[][] {
  const holders = new Map<string, CaseRecord[]>();
  for (const record of all) {
    for (const one of indicatorsOf(record).filter(({ type }) => strengthOf(type) === "strong")) {
      holders.set(keyed(one), [...(holders.get(keyed(one)) ?? []), record]);
    }
  }
  const links = [...holders.values()].flatMap((holding) => {
    const attacks = holding.filter(({ opinions }) => opinions.tier2?.verdict === "true_positive").length;
    const cleared = holding.filter(isCleared).length;
    const isHub = holding.length > 20 && attacks < holding.length * 0.9;
    const isFamiliar = cleared >= 2 && cleared * 2 >= holding.length;
    const among = holding.filter((one) => one.openedAt >= from && one.openedAt <= to && !isCleared(one));
    return isHub || isFamiliar || among.length < 2 ? [] : [among.sort(earlierFirst)];
  });
  const narrow = joined(links.filter(({ length }) => length < 8));
  const isBridge = (link: readonly CaseRecord[]): boolean =>
    link.length >= 8 && narrow.filter((group) => group.some((one) => link.includes(one))).length > 1;
  return links.filter((link) => !isBridge(link));
}

function pairsOf(all: readonly CaseRecord[], from: number, to: number): CaseRecord[][] {
  const isIn = (one: CaseRecord): boolean => one.openedAt >= from && one.openedAt <= to && !isCleared(one);
  return all.flatMap((one) =>
    all
      .filter((other) => one.linkedTo.includes(other.caseId) && isIn(one) && isIn(other))
      .map((other) => [one, other]),
  );
}

function scanned(
  all: readonly CaseRecord[],
  window: number,
  asOf: number,
): { id: string; cases: string[] }[] {
  const from = asOf - window;
  const found = joined([...linksOf(all, from, asOf), ...pairsOf(all, from, asOf)])
    .filter(({ length }) => length >= 3)
    .sort(([a], [b]) => (a === undefined || b === undefined ? 0 : earlierFirst(a, b)));
  const steps = linksOf(all, -Infinity, asOf).flatMap((link) =>
    link.flatMap((one, i) => {
      const next = link[i + 1];
      return next === undefined || next.openedAt - one.openedAt > window ? [] : [[one, next]];
    }),
  );
  const lines = joined([...steps, ...pairsOf(all, -Infinity, asOf)]);
  const taken = new Set<string>();
  return found.map((group) => {
    const own = group[0]?.caseId ?? "";
    const line = lines.find((one) => one.some(({ caseId }) => caseId === own))?.[0]?.caseId ?? own;
    const first = taken.has(line) ? own : line;
    taken.add(first);
    return { id: first.replace("CASE-", "CAMPAIGN-"), cases: group.map(({ caseId }) => caseId) };
  });
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

describe("clusters", () => {
  it("and their ids are what joining all cases of all times says, whatever the window", () => {
    let [found, lasting] = [0, 0];
    fc.assert(
      fc.property(
        aLog,
        fc.integer({ min: 5, max: 30 }),
        fc.integer({ min: 20, max: 60 }),
        (log, days, at) => {
          const fold = new MemoryFold(noLists);
          for (const entry of log) fold.evolve(entry);
          const asOf = Date.parse(hour(at * day));
          const plain = scanned([...fold.state.cases.values()], days * day * 3_600_000, asOf);
          found += plain.length;
          lasting += plain.filter(({ id, cases: [first = ""] }) => first.slice(5) !== id.slice(9)).length;
          const ours = clusters(fold.state, { days, asOf }).map(({ id, cases }) => ({ id, cases }));
          expect(ours.sort(byId)).toEqual(plain.sort(byId));
        },
      ),
      { numRuns: 120 },
    );
    // Not vacuous: there are clusters, and some are named after a case that has left the window.
    expect(found).toBeGreaterThan(60);
    expect(lasting).toBeGreaterThan(5);
  });
});
