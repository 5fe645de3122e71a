import { describe, expect, it } from "vitest";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { announce, newsOf, type Announcement } from "../../src/memory/campaigns.ts";
import { hunt, type HuntFinding } from "../../src/memory/hunt.ts";
import { MemoryFold } from "../../src/memory/memory-state.ts";
import { shippedBenign } from "../../src/memory/shipped-benign.ts";
import { asked } from "./asking.ts";
import { caseOf, escalated, hour, ind, labelled, logged, received, triaged } from "./saying.ts";

const window = { start: hour(0), end: hour(12) };
const c2 = ind("domain", "c2.bad.example");

function findings(events: readonly KnownEvent[]): HuntFinding[] {
  const fold = new MemoryFold(shippedBenign());
  for (const entry of logged(events)) fold.evolve(entry);
  return hunt(fold.state, window);
}

describe("a hunt", () => {
  it("names a host that stands in three alerts, also when the first two came before the window", () => {
    const days = [-72, -30, 1].map((at, i) =>
      received(`h${i}`, { host: i === 0 ? "ws-1" : "WS-1", rule: `Rule ${i}`, time: hour(at) }),
    );

    expect(findings(days)).toEqual([
      {
        kind: "recurring_host",
        what: "ws-1 stands in 3 alerts: Rule 0, Rule 1, Rule 2",
        caseIds: ["h0", "h1", "h2"].map(caseOf),
        about: ind("host", "ws-1"),
        cases: 3,
      },
    ]);
    expect(findings(days.slice(1))).toEqual([]);
  });

  it("says nothing of what is too long ago, nor of what comes after its window", () => {
    const longAgo = [
      received("x", { indicators: [c2], time: hour(-24 * 15) }),
      received("y", { indicators: [c2], time: hour(1) }),
      received("z", { indicators: [c2], time: hour(12) }),
    ];

    expect(findings(longAgo)).toEqual([]);
  });

  it("names an indicator that two cases share, but not benign infrastructure", () => {
    const indicators = [c2, ind("ipv4", "8.8.8.8"), ind("host", "shared")];

    expect(
      findings([received("a", { indicators, time: hour(1) }), received("b", { indicators, time: hour(2) })]),
    ).toEqual([
      {
        kind: "shared_indicator",
        what: "domain c2.bad.example stands in 2 cases",
        caseIds: [caseOf("a"), caseOf("b")],
        about: c2,
        cases: 2,
      },
    ]);
  });

  it("says nothing of an indicator that cleared cases share", () => {
    const cases = ["a", "b", "c"].flatMap((name) => [
      received(name, { indicators: [c2] }),
      triaged(name, "benign"),
    ]);

    expect(findings([...cases, received("d", { indicators: [c2] })])).toEqual([]);
  });

  it("shows an indicator of very many cases, which no campaign is made of", () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      received(`m${i}`, { indicators: [c2], time: hour(i / 10) }),
    );
    const [finding] = findings(many);

    expect(finding).toMatchObject({ kind: "shared_indicator", caseIds: { length: 25 }, cases: 30 });
    expect(finding?.what).toContain("stands in 30 cases: too many to link them");
  });

  it("names a true positive that nobody was asked about, whoever found it to be one", () => {
    const missed = [
      received("a", { rule: "Dump", host: "WS-1", time: hour(-100) }),
      triaged("a", "benign", hour(-99)),
      labelled("a", "true_positive", hour(2)),
    ];

    expect(findings(missed)).toEqual([
      {
        kind: "missed_escalation",
        what: "True positive by a person, and nobody was asked: Dump on WS-1",
        caseIds: [caseOf("a")],
        cases: 1,
      },
    ]);
    expect(findings([...missed, escalated("a")])).toEqual([]);
    expect(findings([...missed, asked("a", "p")])).toEqual([]);
  });
});

describe("news of campaigns", () => {
  const last = (...caseIds: string[]): Announcement => ({ caseIds, cases: caseIds.length });
  const cluster = (id: string, cases: string[]): Parameters<typeof newsOf>[0][number] => ({
    ...{ id, cases, indicators: [], actors: [] },
  });

  it("are those never announced and those that have grown since", () => {
    const announced = new Map([
      ["A", last("1", "2", "3")],
      ["B", last("4", "5", "6")],
    ]);
    const grown = cluster("A", ["1", "2", "3", "9"]);
    const fresh = cluster("C", ["10", "11", "12"]);

    expect(newsOf([grown, cluster("B", ["4", "5", "6"]), fresh], announced)).toEqual([grown, fresh]);
  });

  it("are not what is left of an announced one", () => {
    const announced = new Map([["A", last("1", "2", "3", "4")]]);

    expect(newsOf([cluster("A", ["2", "3", "4"]), cluster("B", ["2", "3", "4"])], announced)).toEqual([]);
  });

  it("are two announced ones that turn out to be one", () => {
    const announced = new Map([
      ["A", last("1", "2", "3")],
      ["B", last("4", "5", "6")],
    ]);

    expect(newsOf([cluster("A", ["1", "2", "3", "4", "5", "6"])], announced)).toHaveLength(1);
  });
});

describe("an announcement", () => {
  it("says which case holds what, by place, and keeps within an event however large the campaign is", () => {
    const names = Array.from({ length: 700 }, (_, i) => `n${i}`);
    const indicators = Array.from({ length: 60 }, (_, i) => ind("domain", `c${i}.bad.example`));
    const fold = new MemoryFold(shippedBenign());
    const events = names.map((name, i) =>
      received(name, { host: `WS-${i}`, indicators, time: hour(i / 100) }),
    );
    for (const entry of logged(events)) fold.evolve(entry);
    const cases = names.map(caseOf);
    const wide = indicators.map((each) => ({ ...each, cases: 700 }));
    const draft = (of: typeof wide) =>
      announce({ id: "CAMPAIGN-1", cases, indicators: of, actors: [] }, fold.state.cases, new Map());

    expect(draft(wide.slice(0, 1)).data).toMatchObject({
      ...{ cases: 700, hosts: 700, caseIds: { length: 500 } },
      indicators: [{ among: Array.from({ length: 500 }, (_, i) => i) }],
    });
    expect(Buffer.byteLength(JSON.stringify(draft(wide)))).toBeLessThan(60_000);
  });
});
