import { describe, expect, it } from "vitest";
import { makeEvent } from "../../src/events/parse.ts";
import type { GateCommand } from "../../src/gate/commands.ts";
import {
  asked,
  caseId,
  Gate,
  members,
  minutes,
  only,
  onDomainController,
  person,
  proposalId,
  refusal,
  types,
  unavailable,
  user,
} from "./given.ts";

const authorise = { decision: "authorise" };
const reject = { decision: "reject", reason: "It is the service desk." };

describe("authorising", () => {
  it("takes one entitled person where one is enough, and says what it rests on", () => {
    const gate = new Gate(asked());
    gate.posted();
    const said = gate.decides("Mia", authorise, { directory: members("Mia", "Priya") });
    expect(types(said)).toEqual(["approval.recorded", "action.decided"]);
    expect(only(said, "approval.recorded").data).toMatchObject({
      have: 1,
      need: 1,
      digest: gate.handoff.digest,
    });
    expect(only(said, "action.decided").data).toMatchObject({
      outcome: "authorised",
      by: [user("Mia")],
      directory: { group: "S0IRLEAD", members: 2 },
      carryOutBy: "2026-03-02T11:01:00.000Z",
    });
    expect(gate.handoff.status).toBe("authorised");
  });

  it("is possible before any card was posted: nothing has expired", () => {
    expect(types(new Gate(asked()).decides("Mia", authorise))).toContain("action.decided");
  });

  it("takes two different people where two are needed", () => {
    const gate = new Gate(onDomainController);
    const directory = members("Mia", "Priya");
    expect(types(gate.decides("Mia", authorise, { directory }))).toEqual(["approval.recorded"]);
    expect(gate.handoff.status).toBe("pending");
    const second = gate.decides("Priya", authorise, { directory });
    expect(only(second, "action.decided").data.by).toEqual([user("Mia"), user("Priya")]);
  });

  it("counts one person once, by click", () => {
    const gate = new Gate(onDomainController);
    const directory = members("Mia", "Priya");
    gate.decides("Mia", authorise, { directory });
    expect(refusal(gate.decides("Mia", authorise, { directory }))).toBe("already_counted");
    expect(gate.handoff.status).toBe("pending");
  });

  it("counts one person once, by accounts", () => {
    const gate = new Gate(onDomainController);
    const directory = members("Mia", person("MiaAdmin", { personId: " MIA@northwind.example" }));
    gate.decides("Mia", authorise, { directory });
    expect(refusal(gate.decides("MiaAdmin", authorise, { directory }))).toBe("already_counted");
  });

  it("does not count an approver who has left the group when the second one clicks", () => {
    const gate = new Gate(onDomainController);
    gate.decides("Mia", authorise, { directory: members("Mia", "Priya") });
    const second = gate.decides("Priya", authorise, { directory: members("Priya", "Sam") });
    expect(types(second)).toEqual(["approval.recorded"]);
    expect(only(second, "approval.recorded").data).toMatchObject({ have: 1, need: 2 });
    expect(types(gate.decides("Sam", authorise, { directory: members("Priya", "Sam") }))).toContain(
      "action.decided",
    );
  });

  it("does not count an approver who has become a guest, or was deactivated", () => {
    for (const flaw of [{ guest: true }, { deactivated: true }, { bot: true }, { stranger: true }]) {
      const gate = new Gate(onDomainController);
      gate.decides("Mia", authorise, { directory: members("Mia", "Priya") });
      gate.decides("Priya", authorise, { directory: members(person("Mia", flaw), "Priya") });
      expect(gate.handoff.status).toBe("pending");
    }
  });

  it("is not stuck when an approver comes back: one more word from either completes it", () => {
    const gate = new Gate(onDomainController);
    gate.decides("Mia", authorise, { directory: members("Mia", "Priya") });
    gate.decides("Priya", authorise, { directory: members("Priya") });
    const again = gate.decides("Mia", authorise, { directory: members("Mia", "Priya") });
    expect(types(again)).toEqual(["action.decided"]);
    expect(only(again, "action.decided").data.by).toEqual([user("Mia"), user("Priya")]);
  });

  it("tells who comes later who decided, and when; the first decision stays", () => {
    const gate = new Gate(asked());
    const directory = members("Mia", "Priya");
    gate.decides("Mia", authorise, { directory });
    const { rule, message } = only(gate.decides("Priya", reject, { directory }), "decision.refused").data;
    expect(rule).toBe("already_decided");
    expect(message).toContain("Already authorised by Mia at 2026-03-02T10:01:00.000Z");
    expect(gate.handoff.status).toBe("authorised");
  });
});

describe("who may not", () => {
  const refused = (directory: ReturnType<typeof members>, who = user("Mia")) => {
    const gate = new Gate(asked());
    const said = gate.decides(who, authorise, { directory });
    expect(types(said)).toEqual(["decision.refused"]);
    expect(gate.handoff.approvals).toEqual([]);
    return only(said, "decision.refused").data;
  };

  it("speaks to the person it refuses, and names nobody by an account to them", () => {
    const gate = new Gate(asked());
    const words = (said: ReturnType<Gate["decides"]>): string => only(said, "decision.refused").data.message;
    expect(words(gate.decides("Eve", authorise, { directory: members("Mia") }))).toBe(
      "Only IR Lead On-Call can answer this; you are not on call there now.",
    );
    const guest = members(person("Eve", { guest: true }));
    expect(words(gate.decides("Eve", authorise, { directory: guest }))).toMatch(
      /^You are listed under IR Lead/,
    );
    const stranger = words(gate.decides(user("Eve", "T0OTHER"), authorise, { directory: members("Mia") }));
    expect(stranger).toBe("You are of another workspace than IR Lead On-Call.");
    const toEve = { decision: "delegate", to: "Eve" };
    expect(words(gate.decides("Mia", toEve, { directory: members("Mia") }))).toContain(
      "whoever you chose cannot: they are not on call there now",
    );
    gate.decides("Mia", authorise, { directory: members("Mia") });
    expect(words(gate.decides("Mia", authorise))).toContain("Already authorised by you at ");
  });

  it("refuses who is not a member, and says who can", () => {
    expect(refused(members("Priya"))).toMatchObject({
      rule: "not_a_member",
      whoCan: "IR Lead On-Call",
      principal: user("Mia"),
      proposalId,
    });
  });

  it("records a press that no form confirmed and never counts it, also of a member", () => {
    const gate = new Gate(asked());
    const pressed = { ...authorise, confirmed: false } as const;
    expect(refusal(gate.decides("Eve", pressed, { directory: members("Mia") }))).toBe("not_a_member");
    expect(refusal(gate.decides("Mia", pressed, { directory: members("Mia") }))).toBe("not_confirmed");
    expect(gate.handoff.approvals).toEqual([]);
    expect(gate.handoff.status).toBe("pending");
  });

  it("refuses a member's namesake of another workspace", () => {
    expect(refused(members("Mia"), user("Mia", "T0OTHER")).rule).toBe("stranger");
  });

  it("refuses guests, deactivated accounts, bots and strangers that stand in the group", () => {
    expect(refused(members(person("Mia", { guest: true }))).rule).toBe("guest");
    expect(refused(members(person("Mia", { deactivated: true }))).rule).toBe("deactivated");
    expect(refused(members(person("Mia", { bot: true }))).rule).toBe("bot");
    expect(refused(members(person("Mia", { stranger: true }))).rule).toBe("stranger");
  });

  it("refuses when one of two entries of an account has a flaw", () => {
    expect(refused(members("Mia", person("Mia", { deactivated: true }))).rule).toBe("deactivated");
  });

  it("refuses everyone when the directory does not answer or the group is empty", () => {
    expect(refused(unavailable)).toMatchObject({ rule: "directory_unavailable" });
    expect(refused(members())).toMatchObject({ rule: "directory_unavailable" });
  });

  it.each([
    reject,
    { decision: "need_info", question: "Whose laptop is it?" },
    { decision: "assign" },
    { decision: "edit", target: { type: "host", value: "OPS-WS-031" }, parameters: {}, reason: "wrong host" },
  ])("refuses an outsider's $decision as it refuses their approval", (words) => {
    const gate = new Gate(asked());
    const before = structuredClone(gate.state);
    expect(refusal(gate.decides("Eve", words, { directory: members("Mia") }))).toBe("not_a_member");
    expect(refusal(gate.decides("Mia", words, { directory: unavailable }))).toBe("directory_unavailable");
    expect(gate.state).toEqual({ ...before, heard: gate.handoff.heard });
  });

  it("refuses a proposal nobody made, also when nothing at all was said under its key", () => {
    const gate = new Gate();
    expect(refusal(gate.decides("Mia", authorise))).toBe("unknown_proposal");
    expect(refusal(gate.decides("Mia", authorise))).toBe("unknown_proposal");
    expect(types(gate.tell(asked()))).toEqual(["handoff.requested"]);
  });

  it("refuses a decision that comes under another case", () => {
    expect(refusal(new Gate(asked()).decides("Mia", authorise, { caseId: "CASE-0000000000" }))).toBe(
      "wrong_case",
    );
  });

  it("refuses an approval that carries another digest than the one that counts", () => {
    const gate = new Gate(asked());
    const said = gate.decides("Mia", authorise, { digest: "a".repeat(64) });
    expect(only(said, "decision.refused").data).toMatchObject({ rule: "stale_card" });
    expect(only(said, "decision.refused").data.message).toContain(gate.handoff.code);
  });
});

describe("rejecting", () => {
  it("takes one, with its reason, whatever the quorum and the approvals so far", () => {
    const gate = new Gate(onDomainController);
    const directory = members("Mia", "Priya");
    gate.decides("Mia", authorise, { directory });
    const decided = only(gate.decides("Priya", reject, { directory }), "action.decided").data;
    expect(decided).toMatchObject({ outcome: "rejected", by: [user("Priya")], why: reject.reason });
    expect(refusal(gate.decides("Mia", authorise, { directory }))).toBe("already_decided");
  });
});

describe("asking back and taking on", () => {
  it("passes a member's question on and leaves the request open", () => {
    const gate = new Gate(asked());
    const said = gate.decides("Mia", { decision: "need_info", question: "Whose is it?" });
    expect(only(said, "info.requested").data).toEqual({
      proposalId,
      by: user("Mia"),
      question: "Whose is it?",
    });
    expect(gate.handoff.status).toBe("pending");
  });

  it("assigns who says I'm on it, once", () => {
    const gate = new Gate(asked());
    const directory = members("Mia", "Priya");
    expect(types(gate.decides("Mia", { decision: "assign" }, { directory }))).toEqual(["case.assigned"]);
    expect(refusal(gate.decides("Mia", { decision: "assign" }, { directory }))).toBe("already_assigned");
    gate.decides("Priya", { decision: "assign" }, { directory });
    expect(gate.handoff.assignee).toEqual(user("Priya"));
  });

  it("refuses what it cannot do to a case or a role yet in words, on the record", () => {
    const decisionOf = (data: object): GateCommand => {
      const person = { principal: user("Mia"), surface: "terminal" };
      const event = makeEvent({
        ...{ id: "d1", source: "/frontends/test", subject: caseId, time: "2026-03-02T10:01:00.000Z" },
        type: "decision.submitted",
        data: { ...person, ...data },
      });
      const at = minutes(1);
      return { kind: "decision", decisionId: "d1", caseId, decision: event.data, at, saidAt: at };
    };
    for (const data of [
      { decision: "close", caseId, reason: "done" },
      { decision: "label", caseId, verdict: "benign", reason: "known" },
      { decision: "pause", role: "tier2", reason: "noisy" },
    ]) {
      const gate = new Gate();
      const refused = only(gate.tell(decisionOf(data)), "decision.refused").data;
      expect(refused).toMatchObject({
        rule: "not_supported",
        decision: data.decision,
        principal: user("Mia"),
      });
    }
  });
});
