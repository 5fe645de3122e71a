import { describe, expect, it } from "vitest";
import { noLists } from "../../src/indicators/benign.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { clusters, type Cluster } from "../../src/memory/clusters.ts";
import { MemoryFold } from "../../src/memory/memory-state.ts";
import { shippedBenign } from "../../src/memory/shipped-benign.ts";
import {
  caseOf,
  hour,
  ind,
  intel,
  investigated,
  labelled,
  linked,
  logged,
  received,
  triaged,
  type AlertOf,
} from "./saying.ts";

const c2 = ind("domain", "c2.bad.example");
const address = ind("ipv4", "203.0.113.7");
const day = 24;

function clustersOf(events: readonly KnownEvent[], { days = 14, at = hour(13 * day) } = {}): Cluster[] {
  const fold = new MemoryFold(shippedBenign());
  for (const entry of logged(events)) fold.evolve(entry);
  return clusters(fold.state, { days, asOf: Date.parse(at) });
}

/** One case an hour with these indicators. */
function cases(names: readonly string[], alert: AlertOf, from = 0): KnownEvent[] {
  return names.map((name, i) => received(name, { ...alert, time: hour(from + i) }));
}

const idOf = (name: string): string => caseOf(name).replace("CASE-", "CAMPAIGN-");

describe("campaign clusters", () => {
  it("are three cases that strong indicators join, also one after the other", () => {
    const found = clustersOf([
      received("a", { indicators: [c2], time: hour(0) }),
      received("b", { indicators: [c2, address], time: hour(1) }),
      received("c", { indicators: [address], time: hour(2) }),
      received("alone", { indicators: [ind("domain", "other.bad.example")], time: hour(3) }),
    ]);

    expect(found).toEqual([
      {
        id: idOf("a"),
        cases: ["a", "b", "c"].map(caseOf),
        indicators: [
          { ...c2, cases: 2 },
          { ...address, cases: 2 },
        ],
        actors: [],
      },
    ]);
  });

  it("are not two cases, unless one of them has a named actor", () => {
    const two = cases(["a", "b"], { indicators: [c2] });

    expect(clustersOf(two)).toEqual([]);
    expect(
      clustersOf([...two, intel("a", { actor: { name: "Brass Heron", confidence: 0.7 } })]),
    ).toMatchObject([{ cases: [caseOf("a"), caseOf("b")], actors: ["Brass Heron"] }]);
  });

  it("know an actor under any of its names", () => {
    const events = [
      ...cases(["a", "b"], {}),
      intel("a", { actor: { name: "Fancy Bear", confidence: 0.8 } }, hour(2)),
      intel("b", { actor: { name: "SOFACY", confidence: 0.8 } }, hour(3)),
    ];

    expect(clustersOf(events)).toMatchObject([
      { actors: ["APT28"], indicators: [{ type: "actor", value: "APT28", cases: 2 }] },
    ]);
  });

  it("are not made by hosts, users, rules and techniques", () => {
    const weak = { host: "WS-1", user: "j.doe", rule: "Rule", techniques: ["T1059.001"] };

    expect(clustersOf(cases(["a", "b", "c", "d"], weak))).toEqual([]);
  });

  it("are made by an edge address of a CDN while a few cases hold it, not once it is everybody's", () => {
    const edge = { indicators: [ind("ipv4", "104.16.1.1")] };

    expect(clustersOf(cases(["a", "b", "c"], edge))).toMatchObject([{ cases: ["a", "b", "c"].map(caseOf) }]);
    expect(clustersOf(cases(["a", "b", "c", "d"], edge))).toEqual([]);
  });

  it("look at the window alone", () => {
    const found = [
      received("old", { indicators: [c2], time: hour(-day * 20) }),
      ...cases(["a", "b"], { indicators: [c2] }),
    ];

    expect(clustersOf(found, { days: 14 })).toEqual([]);
    expect(clustersOf(found, { days: 40 })).toMatchObject([{ id: idOf("old") }]);
  });

  it("keep their id while they grow and while their first case leaves the window", () => {
    const names = Array.from({ length: 40 }, (_, i) => `day ${i}`);
    const events = names
      .map((name, i) => received(name, { indicators: [c2], time: hour(i * day) }))
      .slice(0, 19);
    const ids = [3, 9, 14, 18].map((now) =>
      clustersOf(events, { days: 7, at: hour(now * day) }).map(({ id }) => id),
    );

    expect(ids).toEqual([[idOf("day 0")], [idOf("day 0")], [idOf("day 0")], [idOf("day 0")]]);
  });

  it("get an id of their own after a gap longer than the window", () => {
    const events = [
      ...cases(["a", "b", "c"], { indicators: [c2] }),
      ...cases(["x", "y", "z"], { indicators: [c2] }, 40 * day),
    ];

    expect(clustersOf(events, { days: 14, at: hour(41 * day) })).toMatchObject([
      { id: idOf("x"), cases: ["x", "y", "z"].map(caseOf) },
    ]);
  });

  it("leave out what somebody found harmless: the backup agent on four hosts is no campaign (lesson 19)", () => {
    const agent = ind("sha256", "0db114931cec79be3b6baf55240f7606f8f4ca4f7e33a84b94444cf530d1ea5f");
    const names = ["a", "b", "c", "d"];
    const alerts = cases(names, { indicators: [agent] });

    expect(clustersOf([...alerts, ...names.map((name) => triaged(name, "suspicious"))])).toHaveLength(1);
    expect(clustersOf([...alerts, ...names.map((name) => triaged(name, "benign"))])).toEqual([]);
    // Two were cleared before the next two were looked at: its hash says nothing any more.
    const cleared = [labelled("a", "benign"), investigated("b", "false_positive")];
    expect(clustersOf([...alerts, ...cleared])).toEqual([]);
  });

  it("are not one campaign because two share the address of everybody's exit (lesson 21)", () => {
    const nat = ind("ipv4", "203.0.113.200");
    const events = [
      ...cases(["a1", "a2", "a3"], { indicators: [nat, c2] }),
      ...cases(["b1", "b2", "b3"], { indicators: [nat, address] }, 10),
      ...["u", "v", "w"].flatMap((name) =>
        cases([name], { indicators: [nat, ind("domain", `${name}.bad.example`)] }, 20),
      ),
    ];

    expect(clustersOf(events)).toMatchObject([
      { indicators: [{ cases: 3 }], cases: { length: 3 } },
      { indicators: [{ cases: 3 }], cases: { length: 3 } },
    ]);
  });

  it("cut an indicator of very many cases, unless those are confirmed to be one outbreak", () => {
    const names = Array.from({ length: 30 }, (_, i) => `host ${i}`);
    const alerts = cases(names, { indicators: [c2] });

    expect(clustersOf(alerts)).toEqual([]);
    expect(clustersOf([...alerts, ...names.map((name) => triaged(name, "true_positive"))])).toEqual([]);
    expect(
      clustersOf([...alerts, ...names.map((name) => investigated(name, "true_positive"))]),
    ).toMatchObject([{ cases: { length: 30 } }]);
  });

  it("take a person's word that two cases belong together", () => {
    const events = [...cases(["a", "b"], { indicators: [c2] }), received("c", { time: hour(5) })];

    expect(clustersOf(events)).toEqual([]);
    expect(clustersOf([...events, linked("c", "a", hour(6))])).toMatchObject([
      { cases: ["a", "b", "c"].map(caseOf) },
    ]);
  });

  it("stand the largest first, then by id", () => {
    const events = [
      ...cases(["a", "b", "c"], { indicators: [c2] }),
      ...cases(["k", "l", "m", "n"], { indicators: [address] }, 10),
    ];

    expect(clustersOf(events).map(({ cases: { length } }) => length)).toEqual([4, 3]);
  });

  it("are none on an empty log", () => {
    expect(clusters(new MemoryFold(noLists).state, { days: 14, asOf: 0 })).toEqual([]);
  });
});
