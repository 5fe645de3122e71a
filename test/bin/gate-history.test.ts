import { describe, expect, it } from "vitest";
import { historyLine } from "../../bin/gate-history.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { gateSays, type GateSaying } from "../../src/gate/says.ts";
import { asked, Gate, members, minutes } from "../gate/given.ts";

const directory = members("Mia");

function linesOf(gate: Gate): string[] {
  return gate.said
    .filter((event): event is KnownEvent<GateSaying> => isEvent(event, ...gateSays))
    .map((event) => historyLine(event).replace(/^\S+ {2}/, ""));
}

describe("hatrack gate show", () => {
  it("says who, and that somebody joined the group after the card was posted", () => {
    const gate = new Gate(asked());
    gate.tell({ kind: "posted", eventId: gate.handoff.askedBy, at: minutes(0), directory: members("Priya") });
    gate.decides("Eve", { decision: "authorise" }, { directory });
    gate.decides("Mia", { decision: "need_info", question: "Whose?" }, { directory });
    gate.decides("Mia", { decision: "authorise" }, { directory });
    gate.decides("Mia", { decision: "mark_done" }, { directory });
    expect(linesOf(gate)).toEqual([
      "handoff.requested",
      "handoff.opened",
      "decision.refused  T0HOME/Eve: authorise (not_a_member)",
      "info.requested  T0HOME/Mia: Whose?",
      "approval.recorded  T0HOME/Mia, 1 of 1; joined the group after the card was posted (2026-03-02T10:00:00.000Z)",
      "action.decided  authorised: T0HOME/Mia: 1 of 1 needed, of IR Lead On-Call.",
      "action.executed  T0HOME/Mia",
    ]);
  });
});
