import { describe, expect, it } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { DeadlineCommand } from "../../src/gate/commands.ts";
import { dueOf } from "../../src/gate/due.ts";
import {
  asked,
  Gate,
  members,
  minutes,
  only,
  person,
  policy,
  proposalId,
  refusal,
  types,
  unavailable,
  user,
} from "./given.ts";

const authorise = { decision: "authorise" };
const opened = (): Gate => {
  const gate = new Gate(asked());
  gate.posted();
  return gate;
};
const reached = (deadline: DeadlineCommand["deadline"], due: number, at = due): DeadlineCommand => ({
  ...{ kind: "deadline", deadline, due, at, saidAt: at },
});

describe("handing to another role", () => {
  const toManager = { decision: "delegate", to: "soc-manager-oncall", reason: "She knows the host." };

  it("asks that role anew, under another digest, with no approvals and a clock of its own", () => {
    const gate = opened();
    const { digest } = gate.handoff;
    const handed = only(gate.decides("Mia", toManager), "handoff.rerouted").data;
    expect(handed).toMatchObject({ tier: 1, by: user("Mia"), why: "She knows the host." });
    expect(handed.digest).not.toBe(digest);
    expect(gate.handoff).toMatchObject({ approvals: [], bar: { addressed: { role: "soc-manager-oncall" } } });
    expect(gate.handoff.opened).toBeUndefined();
    expect(refusal(gate.decides("Mia", authorise, { digest }))).toBe("stale_card");
  });

  it("goes to nobody policy does not name for it: that would lower the bar", () => {
    const gate = opened();
    expect(refusal(gate.decides("Mia", { ...toManager, to: "tier2-oncall" }))).toBe("not_entitled");
    const rules = policy.rules.map((rule) => ({ ...rule, handTo: ["tier2-oncall"] }));
    const free = new Gate().under({ ...policy, rules }).with(asked());
    const handed = only(free.decides("Mia", { ...toManager, to: "tier2-oncall" }), "handoff.rerouted").data;
    expect(handed.bar.addressed.title).toBe("Tier 2 On-Call");
    expect(handed.bar.nextTiers.map(({ role }) => role)).toEqual(["ir-lead-oncall", "soc-manager-oncall"]);
  });

  it("is for members alone, and for what is still open", () => {
    expect(refusal(opened().decides("Eve", toManager, { directory: members("Mia") }))).toBe("not_a_member");
    const gate = opened();
    gate.decides("Mia", authorise);
    expect(refusal(gate.decides("Mia", toManager))).toBe("already_decided");
  });

  it("does not go on for ever", () => {
    const rules = policy.rules.map((rule) => ({ ...rule, handTo: ["soc-manager-oncall", "ir-lead-oncall"] }));
    const gate = new Gate().under({ ...policy, rules }).with(asked());
    for (const to of ["soc-manager-oncall", "ir-lead-oncall", "soc-manager-oncall"]) {
      expect(types(gate.decides("Mia", { decision: "delegate", to }))).toEqual(["handoff.rerouted"]);
    }
    expect(refusal(gate.decides("Mia", { decision: "delegate", to: "ir-lead-oncall" }))).toBe("handed_on");
  });
});

describe("handing to a person", () => {
  it("of the group assigns it to them, before and after it is authorised", () => {
    const gate = opened();
    const directory = members("Mia", "Priya");
    expect(types(gate.decides("Mia", { decision: "delegate", to: "Priya" }, { directory }))).toEqual([
      "case.assigned",
    ]);
    expect(gate.handoff.assignee).toEqual(user("Priya"));
    gate.decides("Priya", authorise, { directory });
    gate.decides("Priya", { decision: "delegate", to: "Mia" }, { directory });
    expect(gate.handoff).toMatchObject({ status: "authorised", assignee: user("Mia") });
  });

  it("who is not of the group, or cannot answer, is refused", () => {
    const to = (name: string) => ({ decision: "delegate", to: name });
    const directory = members("Mia", person("Guest", { guest: true }));
    expect(refusal(opened().decides("Mia", to("Eve"), { directory }))).toBe("not_a_member");
    expect(refusal(opened().decides("Mia", to("Guest"), { directory }))).toBe("guest");
  });
});

describe("snoozing", () => {
  const snooze = (of: number) => ({ decision: "snooze", minutes: of });

  it("moves the reminder and never the expiry", () => {
    const gate = opened();
    gate.decides("Mia", snooze(20), { at: minutes(1) });
    expect(gate.handoff.opened?.expiresAt).toBe(isoTime(minutes(30)));
    expect(gate.tell(reached("remind", minutes(15)))).toEqual([]);
    expect(dueOf(gate.handoff, policy).map(({ due }) => due)).toEqual([
      minutes(21),
      minutes(24),
      minutes(30),
    ]);
    expect(types(gate.tell(reached("remind", minutes(21))))).toEqual(["handoff.reminded"]);
    expect(types(gate.tell(reached("expire", minutes(30))))).toEqual(["handoff.rerouted"]);
    expect(gate.handoff.snoozedUntil).toBeUndefined();
  });

  it("brings a reminder also when the usual ones are behind", () => {
    const gate = opened();
    gate.tell(reached("remind", minutes(24), minutes(25)));
    gate.decides("Mia", snooze(3), { at: minutes(25) });
    expect(dueOf(gate.handoff, policy)).toEqual([
      { deadline: "remind", due: minutes(28) },
      { deadline: "expire", due: minutes(30) },
    ]);
  });

  it("past the expiry is refused, and said to be no way round it", () => {
    const said = opened().decides("Mia", snooze(40), { at: minutes(1) });
    expect(refusal(said)).toBe("past_expiry");
    expect(only(said, "decision.refused").data.message).toContain("does not move the expiry");
  });
});

describe("what became of it", () => {
  it("can be rolled back once it was done, with a reason, by who may say so", () => {
    const gate = opened();
    gate.decides("Mia", authorise);
    const back = { decision: "rolled_back", reason: "The payroll ran on it." };
    expect(refusal(gate.decides("Mia", back))).toBe("not_done");
    gate.decides("Mia", { decision: "mark_done" });
    expect(refusal(gate.decides("Eve", back, { directory: members("Mia") }))).toBe("not_a_member");
    expect(only(gate.decides("Mia", back), "action.rolled_back").data.why).toBe(back.reason);
    expect(gate.handoff.status).toBe("rolled_back");
    expect(refusal(gate.decides("Mia", back))).toBe("already_decided");
  });

  it("calls the owner while it is not marked done, then the next tier beside them, then lapses", () => {
    const gate = opened();
    gate.decides("Mia", authorise, { at: minutes(0) });
    expect(
      dueOf(gate.handoff, policy).map(({ deadline, due }) => [deadline, (due - minutes(0)) / 60_000]),
    ).toEqual([
      ["overdue", 30],
      ["overdue", 48],
      ["carry_out", 60],
    ]);
    const first = only(gate.tell(reached("overdue", minutes(30))), "action.overdue").data;
    expect(first).toEqual({ proposalId, share: 0.5, owners: [user("Mia")] });
    expect(gate.tell(reached("overdue", minutes(30)))).toEqual([]);
    const second = only(gate.tell(reached("overdue", minutes(48))), "action.overdue").data;
    expect(second.nextTier?.role).toBe("soc-manager-oncall");
    expect(types(gate.tell(reached("carry_out", minutes(60))))).toEqual(["action.lapsed"]);
    expect(dueOf(gate.handoff, policy)).toEqual([]);
  });

  it("calls once for what was missed meanwhile, and not at all past the end", () => {
    const gate = opened();
    gate.decides("Mia", authorise, { at: minutes(0) });
    expect(types(gate.tell(reached("overdue", minutes(30), minutes(50))))).toEqual(["action.overdue"]);
    expect(gate.tell(reached("overdue", minutes(48), minutes(51)))).toEqual([]);
    const late = opened();
    late.decides("Mia", authorise, { at: minutes(0) });
    expect(late.tell(reached("overdue", minutes(30), minutes(60)))).toEqual([]);
  });
});

describe("a card nobody posted", () => {
  it("is an alarm, once a tier, and never an expiry", () => {
    const gate = new Gate(asked());
    expect(dueOf(gate.handoff, policy)).toEqual([{ deadline: "unposted", due: minutes(5) }]);
    expect(gate.tell(reached("unposted", minutes(5), minutes(5) - 1))).toEqual([]);
    const said = only(gate.tell(reached("unposted", minutes(5))), "handoff.unposted").data;
    expect(said).toEqual({ proposalId, tier: 0, askedAt: isoTime(minutes(0)) });
    expect(gate.tell(reached("unposted", minutes(5), minutes(9)))).toEqual([]);
    expect(dueOf(gate.handoff, policy)).toEqual([]);
    expect(gate.handoff.status).toBe("pending");
  });

  it("that was posted in time is none", () => {
    expect(opened().tell(reached("unposted", minutes(5)))).toEqual([]);
  });
});

describe("somebody who joined the group after the card was posted", () => {
  it("may approve, and is flagged on the record", () => {
    const gate = new Gate(asked());
    gate.tell({ kind: "posted", eventId: gate.handoff.askedBy, at: minutes(0), directory: members("Mia") });
    const directory = members("Mia", "Priya");
    const said = only(gate.decides("Priya", authorise, { directory }), "approval.recorded").data;
    expect(said.joinedAfter).toBe(isoTime(minutes(0)));
    const known = new Gate(asked());
    known.tell({ kind: "posted", eventId: known.handoff.askedBy, at: minutes(0), directory });
    expect(
      only(known.decides("Priya", authorise, { directory }), "approval.recorded").data,
    ).not.toHaveProperty("joinedAfter");
  });

  it("cannot be told while the directory did not answer then", () => {
    const gate = new Gate(asked());
    gate.tell({ kind: "posted", eventId: gate.handoff.askedBy, at: minutes(0), directory: unavailable });
    expect(only(gate.decides("Priya", authorise), "approval.recorded").data).not.toHaveProperty(
      "joinedAfter",
    );
  });
});

describe("a rejection", () => {
  it("carries its reason's category, of those there are", () => {
    const reject = { decision: "reject", reason: "A planned test.", category: "sanctioned" };
    expect(only(opened().decides("Mia", reject), "action.decided").data.category).toBe("sanctioned");
    expect(refusal(opened().decides("Mia", { ...reject, category: "bored" }))).toBe("unknown_category");
  });
});

describe("a decision that is on the log twice", () => {
  it("is answered once: what was refused then cannot be let in later by appending it again", () => {
    const gate = opened();
    const submitted = { decisionId: "d1", kind: "decision", caseId: gate.handoff.caseId } as const;
    const told = { at: minutes(1), saidAt: minutes(1), directory: members("Mia") };
    const decision = {
      decision: "authorise",
      ...{ principal: user("Priya"), surface: "terminal", proposalId },
      digest: gate.handoff.digest,
    } as const;
    const first = gate.tell({ ...submitted, ...told, decision }, "d1");
    expect(refusal(first)).toBe("not_a_member");
    expect(gate.tell({ ...submitted, ...told, decision, directory: members("Priya") }, "d1")).toEqual([]);
    expect(gate.handoff.status).toBe("pending");
  });
});
