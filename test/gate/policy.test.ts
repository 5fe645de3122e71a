import { describe, expect, it } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { GateCommand } from "../../src/gate/commands.ts";
import { barOf, type Policy, type PolicyRule } from "../../src/gate/policy.ts";
import { vetoOf } from "../../src/gate/vetoes.ts";
import { freezesAt, type Freeze } from "../../src/gate/windows.ts";
import {
  ask,
  asked,
  Gate,
  members,
  minutes,
  only,
  person,
  policy,
  proposalId,
  refusal,
  start,
  types,
} from "./given.ts";

const authorise = { decision: "authorise" };
const withRule = (over: Partial<PolicyRule>): Policy => ({
  ...policy,
  rules: policy.rules.map((rule) => (rule.classes.includes("workstation") ? { ...rule, ...over } : rule)),
});
const given = (over: Partial<Policy>, ...commands: GateCommand[]): Gate =>
  new Gate(...commands).under({ ...policy, ...over });

describe("the veto under the human", () => {
  const never = [{ targets: ["fin-*"], why: "Finance is stopped by finance." }];

  it("cancels what may never be proposed, with the rule's words, and asks nobody", () => {
    const gate = new Gate().under({ ...policy, never });
    const [said] = gate.tell(asked());
    expect(said?.data).toMatchObject({ outcome: "cancelled", by: [] });
    expect(only(gate.said, "action.decided").data.why).toContain("Finance is stopped by finance.");
    expect(types(gate.tell(asked()))).toEqual([]);
  });

  it("stands in the way of an edit, and of an authorisation given after it was written", () => {
    const edited = given({ never }, asked({ target: { type: "host", value: "OPS-WS-031" } }));
    const target = { type: "host", value: "FIN-WS-042" };
    expect(refusal(edited.decides("Mia", { decision: "edit", target, parameters: {}, reason: "x" }))).toBe(
      "no_rule",
    );
    expect(refusal(given({ never }, asked()).decides("Mia", authorise))).toBe("never");
  });

  it("names verbs, classes and targets; what it does not name it does not ask", () => {
    const what = { verb: "isolate_host", target: { type: "host", value: "NW-DC-01" } } as const;
    const covers = (veto: object): boolean =>
      vetoOf([{ why: "no", ...veto }], { ...what, targetClass: "domain_controller" }) !== undefined;
    expect(covers({ classes: ["domain_controller"] })).toBe(true);
    expect(covers({ classes: ["server"] })).toBe(false);
    expect(covers({ verbs: ["isolate_host"], targets: ["nw-dc-*"] })).toBe(true);
    expect(covers({ verbs: ["disable_account"], targets: ["nw-dc-*"] })).toBe(false);
    expect(covers({ targets: ["NW-DC-0?"] })).toBe(false);
  });
});

describe("a change freeze", () => {
  const until = minutes(60);
  const freeze: Freeze = { name: "Year end", when: { from: isoTime(start), to: isoTime(until) } };

  it("lets nobody authorise meanwhile, and everybody reject; after it the request still stands", () => {
    const gate = given({ freezes: [freeze] }, asked());
    const said = gate.decides("Mia", authorise);
    expect(refusal(said)).toBe("change_freeze");
    expect(only(said, "decision.refused").data.message).toContain("Year end");
    expect(types(gate.decides("Mia", authorise, { at: until }))).toContain("action.decided");
    expect(
      types(given({ freezes: [freeze] }, asked()).decides("Mia", { decision: "reject", reason: "no" })),
    ).toEqual(["action.decided"]);
  });

  it("asks for more people where it says so, and says how many", () => {
    const gate = given({ freezes: [{ ...freeze, morePeople: 1 }] }, asked());
    const directory = members("Mia", "Priya");
    const first = gate.decides("Mia", authorise, { directory });
    expect(only(first, "approval.recorded").data).toMatchObject({ have: 1, need: 2 });
    expect(types(gate.decides("Priya", authorise, { directory }))).toContain("action.decided");
  });

  it("covers the verbs and classes it names", () => {
    const at = minutes(1);
    const what = { verb: "isolate_host", targetClass: "server" } as const;
    expect(freezesAt([{ ...freeze, classes: ["workstation"] }], what, at)).toEqual([]);
    expect(freezesAt([{ ...freeze, verbs: ["isolate_host"], classes: ["server"] }], what, at)).toHaveLength(
      1,
    );
  });

  it("comes back every week, over midnight and in the time of its zone", () => {
    const weekly: Freeze = {
      name: "Weekend",
      when: { days: ["fri"], start: "18:00", end: "06:00", zone: "Europe/Berlin" },
    };
    const holds = (time: string): boolean =>
      freezesAt([weekly], { verb: "isolate_host", targetClass: "server" }, Date.parse(time)).length === 1;
    // 2026-03-06 is a Friday; Berlin is one hour ahead of UTC, two in summer.
    expect(holds("2026-03-06T16:59:00Z")).toBe(false);
    expect(holds("2026-03-06T17:00:00Z")).toBe(true);
    expect(holds("2026-03-07T04:59:00Z")).toBe(true);
    expect(holds("2026-03-07T05:00:00Z")).toBe(false);
    expect(holds("2026-07-03T16:00:00Z")).toBe(true);
    expect(holds("2026-03-05T20:00:00Z")).toBe(false);
  });
});

describe("too many targets of one verb", () => {
  const maxTargetsPerHour = { isolate_host: 3 };
  const barFor = (over: Partial<Policy>, targetsInHour: number) => {
    const answer = barOf({ ...policy, maxTargetsPerHour, ...over }, { ...ask(), targetsInHour });
    if ("none" in answer) throw new Error(answer.none);
    return answer.bar;
  };

  it("make one more a target of class wide, by the strictest rule of the verb and irreversible", () => {
    expect(barFor({}, 3)).toMatchObject({ targetClass: "workstation", quorum: 1, reversible: true });
    expect(barFor({}, 4)).toMatchObject({ targetClass: "wide", quorum: 2, reversible: false });
  });

  it("are asked for by the rule that names wide, never by less than the target's own class needs", () => {
    const [workstation] = policy.rules;
    if (workstation === undefined) throw new Error("no rule");
    const wide = { ...workstation, classes: ["wide"], quorum: 3, ask: "soc-manager-oncall" };
    const strict = barFor({ rules: [...policy.rules, wide] }, 4);
    expect(strict).toMatchObject({ quorum: 3, addressed: { role: "soc-manager-oncall" } });
    const lax = { ...wide, quorum: 1 };
    const onController = { ...ask({ target: { type: "host", value: "NW-DC-01" } }), targetsInHour: 4 };
    const answer = barOf({ ...policy, maxTargetsPerHour, rules: [...policy.rules, lax] }, onController);
    expect(answer).toMatchObject({ bar: { targetClass: "wide", quorum: 2 } });
  });

  it("stay too many when one of them is edited", () => {
    const gate = new Gate().under({ ...policy, maxTargetsPerHour });
    gate.tell({ kind: "ask", proposalId, caseId: "CASE-7K3F9QWM2T", ask: ask(), targetsInHour: 9 });
    const target = { type: "host", value: "OPS-WS-031" };
    gate.decides("Mia", { decision: "edit", target, parameters: {}, reason: "other" });
    expect(gate.handoff.bar).toMatchObject({ targetClass: "wide", quorum: 2 });
  });
});

describe("who may not, though they are of the group", () => {
  it("is the owner of the account it is done to, under any spelling, unless policy lets them", () => {
    const onAccount = (value: string): Gate =>
      new Gate()
        .under({ ...policy, rules: policy.rules.map((rule) => ({ ...rule, classes: ["*"], quorum: 1 })) })
        .with(asked({ target: { type: "user", value } }));
    const directory = members(
      person("U0MIA", { name: "Mia Sol", personId: "mia.sol@northwind.example" }),
      "Priya",
    );
    for (const spelling of [
      "mia.sol",
      "MIA.SOL@northwind.example",
      "NORTHWIND\\mia.sol",
      "U0MIA",
      "mia sol",
    ]) {
      expect(refusal(onAccount(spelling).decides("U0MIA", authorise, { directory }))).toBe("own_account");
    }
    expect(types(onAccount("mia.sol").decides("Priya", authorise, { directory }))).toContain(
      "action.decided",
    );
    expect(types(onAccount("tom.ray").decides("U0MIA", authorise, { directory }))).toContain(
      "action.decided",
    );
    const free = {
      ...policy,
      rules: policy.rules.map((rule) => ({ ...rule, classes: ["*"], quorum: 1, ownAccount: true })),
    };
    const gate = new Gate().under(free).with(asked({ target: { type: "user", value: "mia.sol" } }));
    expect(types(gate.decides("U0MIA", authorise, { directory }))).toContain("action.decided");
  });

  it("is who edited the request, also where one is enough, if policy says never", () => {
    const gate = new Gate().under(withRule({ requester: "never" })).with(asked());
    const directory = members("Mia", "Priya");
    const edit = {
      decision: "edit",
      target: { type: "host", value: "OPS-WS-031" },
      parameters: {},
      reason: "x",
    };
    gate.decides("Mia", edit, { directory });
    expect(refusal(gate.decides("Mia", authorise, { directory }))).toBe("editor");
    expect(types(gate.decides("Priya", authorise, { directory }))).toContain("action.decided");
  });
});

describe("evidence", () => {
  it("that is older than policy allows authorises nothing", () => {
    const gate = new Gate().under(withRule({ evidenceMinutes: 60 })).with(asked());
    expect(refusal(gate.decides("Mia", authorise, { at: minutes(61) }))).toBe("evidence_too_old");
    expect(types(gate.decides("Mia", authorise, { at: minutes(60) }))).toContain("action.decided");
  });

  it("does not grow younger when the request is edited or handed to another tier", () => {
    const gate = new Gate().under(withRule({ evidenceMinutes: 60 })).with(asked());
    gate.decides("Mia", { decision: "delegate", to: "soc-manager-oncall" }, { at: minutes(50) });
    expect(refusal(gate.decides("Mia", authorise, { at: minutes(61) }))).toBe("evidence_too_old");
  });
});

describe("where it may be said", () => {
  const inSlack = {
    ...policy,
    rules: policy.rules.map((rule) => ({ ...rule, surfaces: ["slack", "local"] })),
  };
  const edit = {
    ...{ decision: "edit", target: { type: "host", value: "OPS-WS-031" }, parameters: {}, reason: "it" },
  };

  it("is policy's to name: nothing is authorised or edited from anywhere else, and rejected from everywhere", () => {
    const gate = new Gate().under(inSlack).with(asked());
    for (const words of [authorise, edit]) {
      const said = gate.decides("Mia", { ...words, surface: "terminal" });
      expect(only(said, "decision.refused").data).toMatchObject({
        rule: "wrong_surface",
        message: "Policy lets this be authorised only in slack or local; this came from terminal.",
      });
    }
    const there = new Gate()
      .under(inSlack)
      .with(asked())
      .decides("Mia", { ...authorise, surface: "slack" });
    expect(types(there)).toContain("action.decided");
    expect(types(gate.decides("Mia", { decision: "reject", reason: "no" }))).toEqual(["action.decided"]);
  });

  it("is anywhere where it names nowhere", () => {
    const gate = new Gate(asked());
    expect(types(gate.decides("Mia", authorise))).toContain("action.decided");
  });
});
