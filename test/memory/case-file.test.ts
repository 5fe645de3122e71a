import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventData } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { parseEvent } from "../../src/events/parse.ts";
import { emptyCase, evolveCase, foldCase, verdictOf } from "../../src/memory/case-file.ts";
import { asked, by } from "./asking.ts";
import {
  caseOf,
  escalated,
  hour,
  intel,
  investigated,
  labelled,
  received,
  said,
  triaged,
  unlabelled,
} from "./saying.ts";

const caseId = caseOf("a");
const zeros = "0".repeat(64);

function decided(proposalId: string, outcome: EventData<"action.decided">["outcome"]): KnownEvent {
  return said("action.decided", caseId, {
    data: { proposalId, outcome, by: [by], why: "Looked at it.", digest: zeros },
  });
}

function statuses(events: readonly KnownEvent[]): [string, string][] {
  return foldCase(caseId, events).proposals.map(({ proposalId, status }) => [proposalId, status]);
}

describe("a case file", () => {
  it("is empty before anything was said", () => {
    expect(foldCase(caseId, [])).toEqual(emptyCase(caseId));
    expect(verdictOf(emptyCase(caseId))).toBeUndefined();
  });

  it("gathers what each role said, with the event that said it", () => {
    const events = [
      received("a", { host: "WS-1" }),
      triaged("a", "suspicious"),
      escalated("a"),
      investigated("a", "true_positive"),
      intel("a", { summary: "Known." }),
    ];
    const file = foldCase(caseId, events);

    expect(file).toMatchObject({
      caseId,
      alert: { eventId: events[0]?.id, host: { name: "WS-1" } },
      triage: { eventId: events[1]?.id, verdict: "suspicious" },
      escalations: [{ eventId: events[2]?.id, toRole: "tier2" }],
      investigation: { eventId: events[3]?.id, verdict: "true_positive" },
      intel: { eventId: events[4]?.id, summary: "Known." },
    });
  });

  it("keeps the first alert: an alert is immutable", () => {
    const file = foldCase(caseId, [
      received("a", { rule: "First" }),
      received("a", { rule: "Second", time: hour(1) }),
    ]);

    expect(file.alert?.rule.name).toBe("First");
  });

  it("counts a person's verdict before Tier 2's before Sentinel's, in whatever order they spoke (lesson 19)", () => {
    const opinions = [
      triaged("a", "true_positive"),
      investigated("a", "false_positive"),
      labelled("a", "benign"),
    ];
    const upTo = (n: number): unknown => verdictOf(foldCase(caseId, opinions.slice(0, n)));

    expect(upTo(1)).toEqual({ verdict: "true_positive", by: "sentinel" });
    expect(upTo(2)).toEqual({ verdict: "false_positive", by: "tier2" });
    expect(upTo(3)).toEqual({ verdict: "benign", by: "person" });
    expect(verdictOf(foldCase(caseId, opinions.toReversed()))).toEqual({ verdict: "benign", by: "person" });
  });

  it("forgets a label that was withdrawn", () => {
    const file = foldCase(caseOf("a"), [
      triaged("a", "suspicious"),
      labelled("a", "benign"),
      unlabelled("a"),
    ]);

    expect(verdictOf(file)).toEqual({ verdict: "suspicious", by: "sentinel" });
  });

  it("opens again what a person reopened", () => {
    const closed = said("case.closed", caseId, { data: { by, reason: "Done." } });
    const reopened = said("case.reopened", caseId, { data: { by, reason: "Not done." } });

    expect(foldCase(caseId, [closed]).closed?.reason).toBe("Done.");
    expect(foldCase(caseId, [closed, reopened])).not.toHaveProperty("closed");
  });

  it.each(["authorised", "rejected", "expired", "cancelled", "superseded"] as const)(
    "shows a proposal that was decided as %s",
    (outcome) => {
      expect(statuses([asked("a", "p"), asked("a", "q"), decided("p", outcome)])).toEqual([
        ["p", outcome],
        ["q", "pending"],
      ]);
    },
  );

  it("tells what was authorised from what was done", () => {
    const done = said("action.executed", caseId, { data: { proposalId: "p", by } });
    const gaveUp = said("action.abandoned", caseId, {
      data: { proposalId: "p", by, why: "It was offline." },
    });
    const lapsed = said("action.lapsed", caseId, { data: { proposalId: "p", why: "Nobody did it." } });
    const revoked = said("action.revoked", caseId, {
      data: { proposalId: "p", why: "The verdict changed." },
    });
    const authorised = [asked("a", "p"), decided("p", "authorised")];

    expect(statuses([...authorised, done])).toEqual([["p", "executed"]]);
    expect(statuses([...authorised, gaveUp])).toEqual([["p", "abandoned"]]);
    expect(statuses([...authorised, lapsed])).toEqual([["p", "lapsed"]]);
    expect(statuses([...authorised, revoked])).toEqual([["p", "revoked"]]);
  });

  it("shows who is asked now, and from when a tier's time counts", () => {
    const first = asked("a", "p", "IR Lead On-Call");
    const opened = said("handoff.opened", caseId, {
      data: { proposalId: "p", tier: 0, postedAt: hour(0), expiresAt: hour(1) },
    });
    const next = asked("a", "p", "SOC Manager On-Call").data;
    const rerouted = said("handoff.rerouted", caseId, {
      data: {
        proposalId: "p",
        tier: 1,
        bar: next.bar,
        digest: next.digest,
        code: "1K-23",
        why: "Nobody answered.",
      },
    });

    expect(foldCase(caseId, [first, opened]).proposals).toMatchObject([{ tier: 0, expiresAt: hour(1) }]);
    expect(foldCase(caseId, [first, opened, rerouted]).proposals).toMatchObject([
      { tier: 1, status: "pending", handoff: { bar: { addressed: { title: "SOC Manager On-Call" } } } },
    ]);
    // The next tier's time has not begun: its card is not posted yet.
    expect(foldCase(caseId, [first, opened, rerouted]).proposals[0]).not.toHaveProperty("expiresAt");
  });

  it("asks anew under the same proposal after an edit", () => {
    const edited = asked("a", "p", "SOC Manager On-Call");

    expect(statuses([asked("a", "p"), decided("p", "superseded"), edited])).toEqual([["p", "pending"]]);
  });

  it("knows who worked on it and where it went wrong", () => {
    const failed = said("role.failed", caseId, {
      data: {
        ...{ role: "sentinel", title: "Sentinel", reason: "invalid_output", detail: "No answer." },
        ...{ steps: [], model: "m" },
      },
    });
    const worked = said("role.worked", caseId, {
      data: {
        ...{
          role: "tier2",
          promptVersion: zeros,
          model: "baseline",
          leg: "embedded",
          steps: [],
          modelCalls: 1,
        },
        ...{ tokens: { input: 1, output: 1 }, milliseconds: 1, evidenceDropped: 0, recallArm: "off" },
        positions: {},
      },
    });

    expect(foldCase(caseId, [failed, worked, worked])).toMatchObject({
      failures: [{ role: "sentinel", reason: "invalid_output" }],
      models: ["baseline"],
      rolesDone: ["tier2"],
    });
  });

  it("carries past what it does not know, whoever said it", () => {
    const foreign = parseEvent({ ...received("a"), type: "moon.phase", data: { full: true } });
    const newer = parseEvent({ ...received("a"), schemaversion: 99, data: { other: "shape" } });

    expect(foldCase(caseId, [foreign, newer])).toEqual(emptyCase(caseId));
  });

  it("is the same wherever the fold is interrupted", () => {
    const pool = [
      received("a"),
      triaged("a", "suspicious"),
      investigated("a", "true_positive"),
      labelled("a", "benign"),
      asked("a", "p"),
      asked("a", "q"),
      decided("p", "authorised"),
      said("action.executed", caseId, { data: { proposalId: "p", by } }),
      said("case.closed", caseId, { data: { by, reason: "Done." } }),
      said("case.reopened", caseId, { data: { by, reason: "Not done." } }),
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pool), { maxLength: 20 }), fc.nat(), (events, at) => {
        const split = at % (events.length + 1);
        const before = foldCase(caseId, events.slice(0, split));
        // A file that went through JSON, as a cache would keep it, folds on to the same.
        const kept: typeof before = structuredClone(before);
        expect(events.slice(split).reduce(evolveCase, kept)).toEqual(foldCase(caseId, events));
      }),
    );
  });
});
