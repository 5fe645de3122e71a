import { describe, expect, it } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { DeadlineCommand } from "../../src/gate/commands.ts";
import { dueOf } from "../../src/gate/due.ts";
import { asked, Gate, members, minutes, only, policy, proposalId, refusal, types, user } from "./given.ts";

const authorise = { decision: "authorise" };
const opened = (): Gate => {
  const gate = new Gate(asked());
  gate.posted();
  return gate;
};
const reached = (deadline: DeadlineCommand["deadline"], due: number, at = due): DeadlineCommand => ({
  ...{ kind: "deadline", deadline, due, at, saidAt: at },
});

describe("a question", () => {
  const ask = { decision: "need_info", question: "Which user?" };
  const answer = { text: "From the record: j.doe", evidence: [], eventIds: ["e1"] };
  const stopping = (): Gate => {
    const rules = policy.rules.map((rule) => ({ ...rule, clockStopsForInfo: true }));
    const gate = new Gate().under({ ...policy, rules }).with(asked());
    gate.posted();
    return gate;
  };

  it("is answered from the record, which says so", () => {
    const gate = opened();
    const request = only(gate.decides("Mia", ask), "info.requested");
    const said = only(
      gate.tell({ kind: "answered", requestId: request.id, answer, at: minutes(2) }),
      "info.answered",
    );
    expect(said.data).toEqual({
      ...{ proposalId, answer: answer.text, evidence: [], eventIds: ["e1"] },
      ...{ requestId: request.id, from: "record" },
    });
    expect(gate.handoff.opened?.expiresAt).toBe(isoTime(minutes(30)));
  });

  it("stops the clock where policy says so, and gives back the time it took", () => {
    const gate = stopping();
    const request = only(gate.decides("Mia", ask, { at: minutes(10) }), "info.requested");
    expect(request.data.clockStopped).toBe(true);
    expect(gate.tell(reached("expire", minutes(30), minutes(31)))).toEqual([]);
    const at = minutes(35);
    const said = only(gate.tell({ kind: "answered", requestId: request.id, answer, at }), "info.answered");
    expect(said.data.expiresAt).toBe(isoTime(minutes(55)));
    expect(types(gate.decides("Mia", authorise, { at: minutes(54) }))).toContain("action.decided");
  });

  it("is answered by whoever knows, under their name, also after the record's answer and once it is authorised", () => {
    const gate = stopping();
    const { id: requestId } = only(gate.decides("Mia", ask, { at: minutes(10) }), "info.requested");
    const knows = { decision: "answer_info", requestId, answer: "It is the spare in the lab." };
    const said = only(gate.decides("Sam", knows, { at: minutes(20) }), "info.answered");
    expect(said.data).toMatchObject({ from: "person", by: user("Sam"), answer: knows.answer, requestId });
    expect(said.data.expiresAt).toBe(isoTime(minutes(40)));
    gate.decides("Mia", authorise, { at: minutes(21), directory: members("Mia") });
    const again = only(gate.decides("Sam", knows, { at: minutes(22) }), "info.answered");
    expect(again.data.expiresAt).toBeUndefined();
  });

  it("that nobody asked is answered by nobody, and who may not answer is refused", () => {
    const gate = opened();
    const { id: requestId } = only(gate.decides("Mia", ask), "info.requested");
    const knows = { decision: "answer_info", requestId, answer: "Mine." };
    expect(refusal(gate.decides("Sam", { ...knows, requestId: "made-up" }))).toBe("unknown_question");
    expect(refusal(gate.decides("Sam", knows, { directory: members("Mia") }))).toBe("not_a_member");
    gate.decides("Mia", { decision: "reject", reason: "no" });
    expect(refusal(gate.decides("Sam", knows))).toBe("already_decided");
  });

  it("that nobody answers does not keep a request open for ever", () => {
    const gate = stopping();
    gate.decides("Mia", ask, { at: minutes(10) });
    expect(dueOf(gate.handoff, policy)).toEqual([{ deadline: "expire", due: minutes(60) }]);
    expect(types(gate.tell(reached("expire", minutes(60))))).toEqual(["handoff.rerouted"]);
    expect(gate.handoff.question).toBeUndefined();
  });

  it("asked beside another one does not stop the clock twice", () => {
    const gate = stopping();
    const first = only(gate.decides("Mia", ask, { at: minutes(10) }), "info.requested");
    const second = only(gate.decides("Mia", ask, { at: minutes(20) }), "info.requested");
    gate.tell({ kind: "answered", requestId: second.id, answer, at: minutes(21) });
    expect(gate.handoff.opened?.expiresAt).toBe(isoTime(minutes(30)));
    gate.tell({ kind: "answered", requestId: first.id, answer, at: minutes(22) });
    expect(gate.handoff.opened?.expiresAt).toBe(isoTime(minutes(42)));
  });

  it("that the record does not speak to stays open, and its clock stands, until a person answers it", () => {
    const gate = stopping();
    const { id: requestId } = only(gate.decides("Mia", ask, { at: minutes(10) }), "info.requested");
    const silence = { ...answer, text: "The record does not speak to that.", eventIds: [] };
    const told = gate.tell({ kind: "answered", requestId, answer: silence, at: minutes(11) });
    expect(only(told, "info.answered").data).toMatchObject({ from: "record", eventIds: [] });
    expect(gate.handoff.question).toMatchObject({ requestId, clockStopped: true });
    expect(gate.tell(reached("expire", minutes(30), minutes(31)))).toEqual([]);
    const knows = { decision: "answer_info", requestId, answer: "j.doe, since Monday." };
    const known = only(gate.decides("Sam", knows, { at: minutes(35) }), "info.answered");
    expect(known.data).toMatchObject({ from: "person", expiresAt: isoTime(minutes(55)) });
    expect(gate.handoff.question).toBeUndefined();
  });

  it("that the record does not speak to ends with the tier's own time", () => {
    const gate = stopping();
    const { id: requestId } = only(gate.decides("Mia", ask, { at: minutes(10) }), "info.requested");
    gate.tell({ kind: "answered", requestId, answer: { ...answer, eventIds: [] }, at: minutes(11) });
    expect(types(gate.tell(reached("expire", minutes(60))))).toEqual(["handoff.rerouted"]);
  });
});
