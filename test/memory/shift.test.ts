import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { ShiftFold, type ShiftFacts } from "../../src/memory/shift.ts";
import { asked, by } from "./asking.ts";
import {
  caseOf,
  escalated,
  hour,
  investigated,
  labelled,
  logged,
  received,
  said,
  triaged,
} from "./saying.ts";

const window = { start: hour(0), end: hour(8) };

function factsOf(events: readonly KnownEvent[]): ShiftFacts {
  const fold = new ShiftFold(window);
  for (const stored of logged(events)) fold.evolve(stored);
  return fold.facts();
}

function failed(name: string, role = "sentinel"): KnownEvent {
  return said("role.failed", caseOf(name), {
    time: hour(1),
    data: { role, title: role, reason: "empty_output", detail: "No answer.", steps: [], model: "m" },
  });
}

function entryDead(name: string, group = "sentinel"): KnownEvent {
  return said("entry.dead", caseOf(name), {
    time: hour(1),
    data: { group, position: "1-0", reason: "threw", error: "Boom." },
  });
}

function decided(
  name: string,
  proposalId: string,
  outcome: "authorised" | "rejected" | "expired",
): KnownEvent {
  return said("action.decided", caseOf(name), {
    time: hour(2),
    data: { proposalId, outcome, by: [by], why: "Looked at it.", digest: "0".repeat(64) },
  });
}

const grouped = (name: string, count: number): KnownEvent =>
  said("alert.grouped", caseOf(name), {
    time: hour(1),
    data: { caseId: caseOf(name), sourceId: `${name}/${count}`, count },
  });
const suppressed = (sourceId: string): KnownEvent =>
  said("alert.suppressed", "system", { time: hour(1), data: { sourceId, suppressionId: "s1" } });

describe("a shift", () => {
  it("counts every alert of its window once, by what became of it", () => {
    const { counts, caseIds } = factsOf([
      received("before", { time: hour(-1) }),
      triaged("before", "suspicious", hour(1)),
      ...["a", "b", "c", "d", "e"].map((name) => received(name, { time: hour(1) })),
      triaged("a", "true_positive", hour(1)),
      escalated("a", hour(1)),
      failed("b"),
      entryDead("c"),
      failed("d"),
      triaged("d", "benign", hour(3)),
      grouped("a", 2),
      grouped("a", 3),
      suppressed("s"),
      received("after", { time: hour(8) }),
    ]);

    expect(counts).toMatchObject({
      ...{ received: 8, triaged: 2, failed: 1, dead: 1, waiting: 1, grouped: 2, suppressed: 1 },
      ...{ true_positive: 1, benign: 1, false_positive: 0, suspicious: 0, insufficient_data: 0 },
      ...{ escalated: 1, unreadable: 0 },
    });
    expect(caseIds).toEqual(["a", "b", "c", "d", "e"].map(caseOf).sort());
  });

  it("lets the verdict that stands count, whoever gave it", () => {
    const { counts } = factsOf([
      ...["a", "b"].flatMap((name) => [received(name), triaged(name, "true_positive")]),
      investigated("a", "false_positive"),
      labelled("b", "benign"),
    ]);

    expect(counts).toMatchObject({ triaged: 2, true_positive: 0, false_positive: 1, benign: 1 });
  });

  it("takes a redriven alert for a waiting one, and another role's dead entry for none of its business", () => {
    const redriven = said("entry.redriven", caseOf("a"), {
      time: hour(2),
      data: { group: "sentinel", position: "1-0" },
    });

    expect(factsOf([received("a"), entryDead("a"), redriven]).counts).toMatchObject({ dead: 0, waiting: 1 });
    expect(factsOf([received("a"), entryDead("a", "tier2")]).counts).toMatchObject({ dead: 0, waiting: 1 });
    expect(factsOf([received("a"), failed("a", "tier2")]).counts).toMatchObject({ failed: 0, waiting: 1 });
  });

  it("hands over every approval that is open, whenever it was asked, by who is asked", () => {
    const { openApprovals, counts } = factsOf([
      asked("old", "p1", "IR Lead On-Call", hour(-30)),
      asked("a", "p2", "Tier 2 On-Call", hour(1)),
      asked("a", "p3", "IR Lead On-Call", hour(2)),
      asked("a", "p4", "IR Lead On-Call", hour(2)),
      decided("a", "p4", "rejected"),
      asked("b", "p5", "IR Lead On-Call", hour(2)),
      decided("b", "p5", "authorised"),
      asked("b", "p6", "IR Lead On-Call", hour(2)),
      decided("b", "p6", "authorised"),
      said("action.executed", caseOf("b"), { time: hour(3), data: { proposalId: "p6", by } }),
      asked("b", "p7", "IR Lead On-Call", hour(2)),
      decided("b", "p7", "expired"),
    ]);

    const what = "isolate host WS-1";
    expect(openApprovals).toEqual([
      { proposalId: "p1", caseId: caseOf("old"), addressed: "IR Lead On-Call", what, askedAt: hour(-30) },
      { proposalId: "p3", caseId: caseOf("a"), addressed: "IR Lead On-Call", what, askedAt: hour(2) },
      { proposalId: "p2", caseId: caseOf("a"), addressed: "Tier 2 On-Call", what, askedAt: hour(1) },
    ]);
    expect(counts).toMatchObject({
      ...{
        approvals_open: 3,
        authorised: 2,
        rejected: 1,
        expired: 1,
        carried_out: 1,
        authorised_not_done: 1,
      },
    });
  });

  it("names the tier that is asked now", () => {
    const { bar, digest } = asked("a", "p", "SOC Manager On-Call").data;
    const rerouted = said("handoff.rerouted", caseOf("a"), {
      time: hour(2),
      data: { proposalId: "p", tier: 1, bar, digest, code: "1K-23", why: "Nobody answered." },
    });

    expect(factsOf([asked("a", "p"), rerouted]).openApprovals).toMatchObject([
      { addressed: "SOC Manager On-Call", askedAt: hour(2) },
    ]);
  });

  it("counts in the next what reached the log after the shift was summed up, once", () => {
    const early = [received("a", { time: hour(1) }), received("b", { time: hour(8) })];
    const summed = logged([...early, received("late", { time: hour(7) }), received("c", { time: hour(9) })]);
    const next = new ShiftFold({ start: hour(8), end: hour(16) }, summed[1]?.position);
    const without = new ShiftFold({ start: hour(8), end: hour(16) });
    for (const stored of summed) {
      next.evolve(stored);
      without.evolve(stored);
    }

    expect(next.facts().caseIds).toEqual(["late", "b", "c"].map(caseOf));
    expect(without.facts().caseIds).toEqual(["b", "c"].map(caseOf));
  });

  it("adds up, whatever happened", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const hours = fc.integer({ min: -2, max: 9 }).map(hour);
    const anEvent = fc.oneof(
      fc.tuple(name, hours).map(([n, time]) => received(n, { time })),
      fc.tuple(name, hours).map(([n, time]) => triaged(n, "suspicious", time)),
      fc.tuple(name, hours).map(([n, time]) => labelled(n, "benign", time)),
      name.map((n) => failed(n)),
      name.map((n) => entryDead(n)),
      name.map((n) => grouped(n, 2)),
      name.map((n) => suppressed(n)),
    );
    fc.assert(
      fc.property(fc.array(anEvent, { maxLength: 30 }), (events) => {
        const { counts, caseIds } = factsOf(events);
        const sum = (...names: string[]): number =>
          names.reduce((total, key) => total + (counts[key] ?? NaN), 0);
        expect(sum("triaged", "failed", "dead", "waiting", "grouped", "suppressed")).toBe(counts["received"]);
        expect(sum("true_positive", "false_positive", "benign", "suspicious", "insufficient_data")).toBe(
          counts["triaged"],
        );
        expect(sum("triaged", "failed", "dead", "waiting")).toBe(caseIds.length);
      }),
    );
  });
});
