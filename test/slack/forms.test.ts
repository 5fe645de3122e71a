/** Forms as they are drawn, from the same fold as the cards. */
import { describe, expect, it } from "vitest";
import { closeForm } from "../../slack/blocks/case-forms.ts";
import { requestEvidenceView, snoozeForm } from "../../slack/blocks/modals.ts";
import { isoTime } from "../../src/clock.ts";
import { fold, found, last, opened, requested } from "./folded.ts";
import { caseId, openedAt, said } from "./given.ts";
import { reads } from "./reads.ts";

const minute = 60_000;
const posted = said("handoff.opened", {
  ...{ proposalId: "p1", tier: 0, postedAt: isoTime(openedAt) },
  expiresAt: isoTime(openedAt + 30 * minute),
});

describe("the form to snooze", () => {
  const offered = (passed: number, ...events: Parameters<typeof fold>): string[] => {
    const thread = fold(opened, found, requested(), ...events);
    const origin = { caseId, proposalId: "p1", channel: "C1", ts: "1.1", ref: "r1" };
    const now = openedAt + passed * minute;
    const drawn = JSON.stringify(
      snoozeForm({ request: last(thread), thread, origin, now, refOf: () => "r1" }).blocks,
    );
    return [...drawn.matchAll(/"value":"(\d+)"/g)].map(([, value]) => value ?? "");
  };

  it.each([
    { passed: -1, values: ["10", "30", "30"] },
    { passed: 1, values: ["10", "10"] },
    { passed: 25, values: ["10", "10"] },
  ])(
    "offers what comes before the time to answer ends, the shortest always: $passed minutes in",
    ({ passed, values }) => {
      expect(offered(passed, posted)).toEqual(values);
    },
  );

  it("offers all of them while nobody knows when the time ends", () => {
    expect(offered(1)).toEqual(["10", "30", "60", "240", "30"]);
  });
});

describe("a request's evidence", () => {
  it("stands under why, and what speaks against it comes last", () => {
    const evidence = [{ claim: "It hides its window", cites: "alert.title", quote: "-w hidden" }];
    const thread = fold(opened, found, requested("p1", { ask: { against: "Its user waits.", evidence } }));
    const words = reads(requestEvidenceView(last(thread), thread).blocks);
    expect(words).toMatch(/Why[\s\S]*It hides its window[\s\S]*Against[\s\S]*Its user waits\./);
  });
});

describe("the form to close a case", () => {
  const { file } = fold(opened, found);
  it.each([
    { waiting: 0, says: /^(?!.*still wait)/s },
    { waiting: 1, says: /One request of this case still waits/ },
    { waiting: 3, says: /3 requests of this case still wait .* answer them/ },
  ])("says that $waiting requests are not answered by it", ({ waiting, says }) => {
    expect(reads(closeForm({ caseId }, file, waiting).blocks)).toMatch(says);
  });
});
