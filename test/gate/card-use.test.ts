/** A card's reference serves each person once for each thing; what came of it spends it, not that it was sent. */
import { describe, expect, it } from "vitest";
import { makeEvent } from "../../src/events/parse.ts";
import { useOf } from "../../src/gate/card-ref.ts";
import {
  asked,
  Gate,
  members,
  only,
  onDomainController,
  refusal,
  types,
  unavailable,
  user,
} from "./given.ts";

const directory = members("Mia", "Priya");
const authorise = { decision: "authorise" };
const question = { decision: "need_info", question: "Whose is it?" };

/** The words, said with the button whose reference has this name. */
const pressed = (who: string, words: { readonly decision: string }, name = "first"): object => ({
  ...words,
  card: { channel: "C0CASES", ts: "1.1", use: useOf(name, user(who), words.decision) },
});
const saying = (gate: Gate, who: string, words: { readonly decision: string }, name?: string) =>
  gate.decides(who, { ...pressed(who, words, name) }, { directory });

describe("a card's reference", () => {
  it("serves one person once for one thing: the same press in another envelope is refused, on the record", () => {
    const gate = new Gate(asked());
    expect(types(saying(gate, "Mia", question))).toEqual(["info.requested", "card.used"]);
    expect(refusal(saying(gate, "Mia", question))).toBe("used_before");
    expect(types(saying(gate, "Mia", question, "second"))).toEqual(["info.requested", "card.used"]);
  });

  it("serves others, and the same person for something else", () => {
    const gate = new Gate(onDomainController);
    saying(gate, "Mia", question);
    expect(types(saying(gate, "Priya", question))).toEqual(["info.requested", "card.used"]);
    expect(types(saying(gate, "Mia", { decision: "assign" }))).toEqual(["case.assigned", "card.used"]);
    expect(types(saying(gate, "Mia", authorise))).toEqual(["approval.recorded", "card.used"]);
  });

  it("is as good as before after a refusal that says try again", () => {
    const gate = new Gate(asked());
    const words = { ...pressed("Mia", authorise) };
    expect(refusal(gate.decides("Mia", words, { directory: unavailable }))).toBe("directory_unavailable");
    expect(refusal(gate.decides("Mia", { ...words, confirmed: false }, { directory }))).toBe("not_confirmed");
    expect(refusal(gate.decides("Mia", words, { directory: members("Priya") }))).toBe("not_a_member");
    const said = gate.decides("Mia", words, { directory });
    expect(types(said)).toEqual(["approval.recorded", "action.decided", "card.used"]);
  });

  it("is spent by what is refused for good, by the same rule again and again", () => {
    const gate = new Gate(onDomainController);
    saying(gate, "Mia", authorise);
    const said = saying(gate, "Mia", authorise, "second");
    expect(refusal(said)).toBe("already_counted");
    expect(types(said)).toEqual(["decision.refused", "card.used"]);
    expect(types(saying(gate, "Mia", authorise, "second"))).toEqual(["decision.refused"]);
  });

  it("stays spent when the request is edited there and back, and after a refold", () => {
    const gate = new Gate(asked());
    saying(gate, "Mia", question);
    for (const value of ["OPS-WS-031", "FIN-WS-042"]) {
      const edit = {
        decision: "edit",
        target: { type: "host", value },
        parameters: {},
        reason: "other host",
      };
      only(gate.decides("Priya", edit, { directory }), "handoff.requested");
    }
    const kept = JSON.stringify(gate.state);
    expect(refusal(saying(gate, "Mia", question))).toBe("used_before");
    expect(JSON.parse(kept)).toMatchObject({ used: [useOf("first", user("Mia"), "need_info")] });
  });

  it("that is no use of anybody's is no decision", () => {
    const card = { channel: "C0CASES", ts: "1.1", use: "U0MIA authorise" };
    const data = {
      ...authorise,
      principal: user("Mia"),
      surface: "slack",
      proposalId: "p1",
      digest: "0".repeat(64),
    };
    const event = {
      id: "d",
      source: "/frontends/slack",
      type: "decision.submitted",
      subject: "CASE-7K3F9QWM2T",
    };
    const time = "2026-03-02T10:00:00.000Z";
    expect(() => makeEvent({ ...event, type: "decision.submitted", time, data: { ...data, card } })).toThrow(
      /card.use/,
    );
  });
});
