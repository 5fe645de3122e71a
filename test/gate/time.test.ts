import { describe, expect, it } from "vitest";
import type { DeadlineCommand } from "../../src/gate/commands.ts";
import {
  asked,
  Gate,
  members,
  minutes,
  only,
  onDomainController,
  person,
  proposalId,
  refusal,
  types,
  user,
} from "./given.ts";

const authorise = { decision: "authorise" };
const reached = (deadline: DeadlineCommand["deadline"], due: number, at = due): DeadlineCommand => ({
  ...{ kind: "deadline", deadline, due: minutes(due) },
  ...{ at: minutes(at), saidAt: minutes(at) },
});
const opened = (): Gate => {
  const gate = new Gate(asked());
  gate.posted();
  return gate;
};

describe("expiry", () => {
  it("authorises in the last millisecond", () => {
    expect(types(opened().decides("Mia", authorise, { at: minutes(30) - 1 }))).toContain("action.decided");
  });

  it("refuses a late answer and asks the next tier, when both clocks have reached the end of this one's time", () => {
    const gate = opened();
    const [next] = gate.handoff.bar.nextTiers;
    const said = gate.decides("Mia", authorise, { at: minutes(30) });
    expect(types(said)).toEqual(["handoff.rerouted", "decision.refused"]);
    expect(only(said, "decision.refused").data).toMatchObject({ rule: "expired", whoCan: next?.title });
    expect(gate.handoff).toMatchObject({ status: "pending", tier: 1, approvals: [] });
  });

  it("expires, and says that it was not denied, when nobody is left to ask", () => {
    const gate = opened();
    gate.decides("Mia", authorise, { at: minutes(30) });
    gate.posted(minutes(31));
    const said = gate.decides("Mia", authorise, { at: minutes(61) });
    expect(types(said)).toEqual(["action.decided", "decision.refused"]);
    const { outcome, by, why } = only(said, "action.decided").data;
    expect({ outcome, by }).toEqual({ outcome: "expired", by: [] });
    expect(why).toContain("not denied");
    expect(refusal(gate.decides("Mia", authorise))).toBe("already_decided");
  });

  it("neither authorises nor expires between the clocks", () => {
    const gate = opened();
    const late = { at: minutes(31), saidAt: minutes(29) };
    const early = { at: minutes(29), saidAt: minutes(31) };
    expect(refusal(gate.decides("Mia", authorise, late))).toBe("too_late");
    expect(refusal(gate.decides("Mia", authorise, early))).toBe("too_late");
    expect(gate.handoff.status).toBe("pending");
    expect(gate.handoff.approvals).toEqual([]);
  });

  it("lets a rejection through between the clocks: that is the safe side", () => {
    const gate = opened();
    gate.decides("Mia", { decision: "reject", reason: "no" }, { at: minutes(31), saidAt: minutes(29) });
    expect(gate.handoff.status).toBe("rejected");
  });

  it("never expires a hand-off nobody could see", () => {
    const gate = new Gate(asked());
    expect(gate.tell(reached("expire", 1000))).toEqual([]);
    expect(types(gate.decides("Mia", authorise, { at: minutes(1000) }))).toContain("action.decided");
  });
});

describe("deadlines", () => {
  it("asks the next tier when this one did not answer, under another digest and with no approvals", () => {
    const gate = new Gate(onDomainController);
    gate.posted();
    const { digest } = gate.handoff;
    gate.decides("Mia", authorise, { directory: members("Mia", "Priya") });
    const rerouted = only(gate.tell(reached("expire", 30)), "handoff.rerouted").data;
    expect(rerouted).toMatchObject({
      tier: 1,
      bar: { addressed: { role: "soc-manager-oncall" }, nextTiers: [], quorum: 2 },
      why: "IR Lead On-Call did not answer in 30 minutes.",
    });
    expect(rerouted.digest).not.toBe(digest);
    expect(gate.handoff.approvals).toEqual([]);
    expect(gate.handoff.opened).toBeUndefined();
    expect(refusal(gate.decides("Mia", authorise, { digest, at: minutes(31) }))).toBe("stale_card");
  });

  it("expires at the end of the chain", () => {
    const gate = opened();
    gate.tell(reached("expire", 30));
    expect(gate.tell(reached("expire", 31))).toEqual([]);
    gate.posted(minutes(40));
    expect(gate.tell(reached("expire", 69))).toEqual([]);
    expect(only(gate.tell(reached("expire", 70)), "action.decided").data.outcome).toBe("expired");
  });

  it("does not take the first tier's card, posted again, for the next tier's", () => {
    const gate = opened();
    const { askedBy } = gate.handoff;
    gate.tell(reached("expire", 30));
    expect(gate.tell({ kind: "posted", eventId: askedBy, at: minutes(31) })).toEqual([]);
  });

  it("does nothing on a deadline that is not reached on both clocks, or of what is decided", () => {
    const gate = opened();
    expect(gate.tell(reached("expire", 30, 29))).toEqual([]);
    expect(gate.tell({ ...reached("expire", 30, 31), saidAt: minutes(29) })).toEqual([]);
    gate.decides("Mia", { decision: "reject", reason: "no" });
    expect(gate.tell(reached("expire", 30))).toEqual([]);
    expect(gate.tell(reached("remind", 15))).toEqual([]);
  });

  it("reminds once for each share of the time", () => {
    const gate = opened();
    expect(only(gate.tell(reached("remind", 15)), "handoff.reminded").data).toEqual({
      proposalId,
      tier: 0,
      share: 0.5,
    });
    expect(gate.tell(reached("remind", 15, 16))).toEqual([]);
    expect(only(gate.tell(reached("remind", 24)), "handoff.reminded").data.share).toBe(0.8);
  });

  it("makes one reminder of those an outage held back, and none past the expiry", () => {
    const gate = opened();
    expect(types(gate.tell(reached("remind", 15, 28)))).toEqual(["handoff.reminded"]);
    expect(gate.tell(reached("remind", 24, 28))).toEqual([]);
    expect(opened().tell(reached("remind", 15, 30))).toEqual([]);
  });

  it("does nothing on deadlines that somebody makes up, however often: not early, not again", () => {
    const gate = opened();
    for (const due of [1, 2, 14, 60]) {
      for (const deadline of ["remind", "expire", "overdue", "carry_out", "unposted"] as const) {
        expect(gate.tell(reached(deadline, due, 14))).toEqual([]);
      }
    }
    gate.tell(reached("remind", 15));
    for (const due of [16, 17, 18]) expect(gate.tell(reached("remind", due))).toEqual([]);
    expect(gate.handoff).toMatchObject({ status: "pending", reminded: 0.5 });
  });

  it("does not remind a tier of a deadline of the one before", () => {
    const gate = opened();
    gate.tell(reached("expire", 30));
    gate.posted(minutes(40));
    expect(gate.tell(reached("remind", 24, 41))).toEqual([]);
  });
});

describe("after it was authorised", () => {
  const authorised = (): Gate => {
    const gate = opened();
    gate.decides("Priya", { decision: "assign" }, { directory: members("Mia", "Priya") });
    gate.decides("Mia", authorise, { directory: members("Mia", "Priya") });
    return gate;
  };
  const done = { decision: "mark_done", note: "Contained in the console." };

  it("is executed when the approver, the assignee or a member marks it done", () => {
    for (const [who, directory] of [
      ["Mia", members("Sam")],
      ["Priya", members("Sam")],
      ["Sam", members("Sam")],
    ] as const) {
      const gate = authorised();
      expect(only(gate.decides(who, done, { directory }), "action.executed").data.by).toEqual(user(who));
      expect(gate.handoff.status).toBe("executed");
    }
  });

  it("is abandoned or revoked with a reason", () => {
    const abandoned = authorised();
    expect(types(abandoned.decides("Mia", { decision: "could_not_do", reason: "offline" }))).toEqual([
      "action.abandoned",
    ]);
    expect(abandoned.handoff.status).toBe("abandoned");
    const revoked = authorised();
    expect(types(revoked.decides("Mia", { decision: "revoke", reason: "wrong host" }))).toEqual([
      "action.revoked",
    ]);
    expect(revoked.handoff.status).toBe("revoked");
    expect(refusal(revoked.decides("Mia", done))).toBe("already_decided");
  });

  it("is marked done by nobody else, and by no account the directory knows to be bad", () => {
    const gate = authorised();
    expect(refusal(gate.decides("Eve", done, { directory: members("Mia") }))).toBe("not_a_member");
    const deactivated = members({ ...person("Mia"), deactivated: true });
    expect(refusal(gate.decides("Mia", done, { directory: deactivated }))).toBe("deactivated");
    expect(gate.handoff.status).toBe("authorised");
  });

  it("cannot be marked done or revoked before", () => {
    const gate = opened();
    expect(refusal(gate.decides("Mia", done))).toBe("not_authorised");
    expect(refusal(gate.decides("Mia", { decision: "revoke", reason: "no" }))).toBe("not_authorised");
  });

  it("lapses when somebody comes after its time", () => {
    const gate = authorised();
    const said = gate.decides("Mia", done, { at: minutes(61) });
    expect(types(said)).toEqual(["action.lapsed", "decision.refused"]);
    expect(refusal(said)).toBe("lapsed");
    expect(gate.handoff.status).toBe("lapsed");
  });

  it("lapses when its deadline is raised, and not before", () => {
    const gate = authorised();
    expect(gate.tell(reached("carry_out", 60))).toEqual([]);
    expect(types(gate.tell(reached("carry_out", 61)))).toEqual(["action.lapsed"]);
    expect(gate.tell(reached("carry_out", 62))).toEqual([]);
  });
});
