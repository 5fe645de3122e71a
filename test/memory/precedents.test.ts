import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { armOf, Precedents, type RecallMode } from "../../src/memory/precedents.ts";
import { asked, by } from "./asking.ts";
import { caseOf, closed, hour, ind, investigated, labelled, received, said } from "./saying.ts";

const c2 = ind("domain", "c2.bad.example");

function decided(name: string, proposalId: string, outcome: "authorised" | "rejected"): KnownEvent {
  const data = { proposalId, outcome, by: [by], why: "As asked.", digest: "0".repeat(64) };
  return said("action.decided", caseOf(name), { data });
}

async function shownTo(name: string, events: readonly KnownEvent[], mode: RecallMode = "on") {
  const bus = new LocalBus();
  await bus.open([]);
  const stored = await bus.publish(events);
  const precedents = new Precedents(bus, mode);
  const at = (i: number) => ({ caseId: caseOf(name), partition: 0, position: stored[i]?.position ?? "0-0" });
  return { bus, precedents, at, shown: await precedents.for(at(events.length - 1)) };
}

describe("precedent", () => {
  it("says what matched, who confirmed it, why, and what people carried out", async () => {
    const { shown } = await shownTo("now", [
      received("past", { indicators: [c2], host: "WS-1", rule: "Beacon" }),
      investigated("past", "suspicious"),
      asked("past", "p"),
      decided("past", "p", "authorised"),
      said("action.executed", caseOf("past"), { data: { proposalId: "p", by } }),
      labelled("past", "true_positive", hour(1)),
      received("now", { indicators: [c2], time: hour(2) }),
    ]);

    expect(shown.arm).toBe("on");
    expect(shown.precedent).toMatchObject([
      {
        ...{ caseId: caseOf("past"), rule: "Beacon", host: "WS-1", matched: [c2] },
        ...{ verdict: "true_positive", confirmedBy: "person", reason: "Looked at it." },
        peopleDid: [expect.stringMatching(/^isolate_host .*: carried out$/)],
        peopleTurnedDown: [],
      },
    ]);
  });

  it("gives the reason of whose verdict it shows, not of a source that does not know", async () => {
    const { shown } = await shownTo("now", [
      received("past", { indicators: [c2] }),
      investigated("past", "true_positive"),
      closed("past", "insufficient_data", hour(1)),
      received("now", { indicators: [c2], time: hour(2) }),
    ]);

    expect(shown.precedent).toMatchObject([
      { verdict: "true_positive", confirmedBy: "tier2", reason: "Investigated." },
    ]);
  });

  it("never shows a rejected proposal as what people did (lesson 20)", async () => {
    const { shown } = await shownTo("now", [
      received("past", { indicators: [c2] }),
      asked("past", "p"),
      decided("past", "p", "rejected"),
      asked("past", "open"),
      received("now", { indicators: [c2], time: hour(2) }),
    ]);

    expect(shown.precedent[0]?.peopleDid).toEqual([]);
    expect(shown.precedent[0]?.peopleTurnedDown).toEqual([
      expect.stringMatching(/^isolate_host .*: rejected \(As asked\.\)$/),
    ]);
    expect(shown.precedent[0]).toMatchObject({ verdict: "not judged", confirmedBy: "nobody" });
  });

  it("knows what was said before the entry at hand, however late its memory was made", async () => {
    const { bus, precedents, shown } = await shownTo("a", [received("a", { indicators: [c2] })]);
    expect(shown.precedent).toEqual([]);

    const [, now] = await bus.publish([
      labelled("a", "benign"),
      received("b", { indicators: [c2], time: hour(1) }),
    ]);
    const position = now?.position ?? "0-0";
    const both = await Promise.all(
      [1, 2].map(() => precedents.for({ caseId: caseOf("b"), partition: 0, position })),
    );
    for (const { precedent, positions } of both) {
      expect(precedent).toMatchObject([{ caseId: caseOf("a"), verdict: "benign", confirmedBy: "person" }]);
      expect(positions.get(0)).toBe(position);
    }
  });

  it("is at most five cases", async () => {
    const many = Array.from({ length: 9 }, (_, i) => received(`past ${i}`, { indicators: [c2] }));
    const { shown } = await shownTo("now", [...many, received("now", { indicators: [c2] })]);
    expect(shown.precedent).toHaveLength(5);
  });

  it("is read from no log in the arm that is off", async () => {
    const { shown } = await shownTo("a", [received("a", { indicators: [c2] })], "off");
    expect(shown).toEqual({ arm: "off", precedent: [], positions: new Map() });
  });

  it("has one arm a case, half of them each, when arms are compared (lesson 24)", () => {
    const arms = Array.from({ length: 2000 }, (_, i) => armOf("ab", caseOf(`case ${i}`)));
    const on = arms.filter((arm) => arm === "on").length;
    expect(on).toBeGreaterThan(900);
    expect(on).toBeLessThan(1100);
    expect(armOf("ab", caseOf("case 7"))).toBe(arms[7]);
    expect([armOf("on", caseOf("a")), armOf("off", caseOf("a"))]).toEqual(["on", "off"]);
  });
});
