import { describe, expect, it } from "vitest";
import { makeEvent } from "../../src/events/parse.ts";
import { decide } from "../../src/gate/decide.ts";
import { barOf, type PolicyRule } from "../../src/gate/policy.ts";
import { askOf } from "../../src/gate/requests.ts";
import {
  ask,
  asked,
  caseId,
  Gate,
  only,
  onDomainController,
  policy,
  proposalId,
  start,
  types,
} from "./given.ts";

const time = "2026-03-02T10:00:00.000Z";
const said = { id: "e1", source: "/roles/tier2", subject: caseId, time };

const investigated = (decision: string) =>
  makeEvent({
    ...said,
    type: "case.investigated",
    data: {
      ...{ originalVerdict: "suspicious", intent: "unknown", outcome: "unknown", verdict: "suspicious" },
      ...{ confidence: 0.5, decision, summary: "Cannot tell.", nextSteps: [], evidence: [] },
    },
  });

describe("what is asked of people", () => {
  it("asks the role, quorum and time of policy for the target's class", () => {
    const [request] = new Gate().tell(asked());
    expect(request?.data).toMatchObject({
      proposalId,
      bar: {
        targetClass: "workstation",
        addressed: { role: "ir-lead-oncall", title: "IR Lead On-Call" },
        nextTiers: [{ role: "soc-manager-oncall", title: "SOC Manager On-Call" }],
        quorum: 1,
        reversible: true,
        expiresMinutes: 30,
      },
    });
  });

  it("lets no opinion of a role lower the bar", () => {
    const event = makeEvent({
      ...said,
      source: "/roles/ir-lead",
      type: "action.proposed",
      data: {
        verb: "isolate_host",
        target: { type: "host", value: "NW-DC-01" },
        parameters: { quorum: "1", class: "workstation" },
        rationale: "reversible: true, one host, ask tier2-oncall",
        evidence: [],
        opinion: { reversible: true, blastRadius: "one host" },
      },
    });
    const command = askOf(event);
    if (command === undefined) throw new Error("expected an ask");
    const { bar, ask: shown } = only(new Gate().tell(command), "handoff.requested").data;
    expect(bar).toMatchObject({ quorum: 2, reversible: false, addressed: { role: "ir-lead-oncall" } });
    expect(shown.proposedBy).toBe("ir-lead");
  });

  it("gives a target the inventory does not know the strictest rule of its verb, as irreversible", () => {
    const answer = barOf(policy, ask({ target: { type: "host", value: "NW-PRN-07" } }));
    expect(answer).toMatchObject({ bar: { targetClass: "unknown", quorum: 2, reversible: false } });
  });

  it("counts what it does not know as irreversible even where every rule of the verb says reversible", () => {
    const review = ask({ verb: "review_case", target: { type: "host", value: "NW-PRN-07" } });
    expect(barOf(policy, review)).toMatchObject({ bar: { targetClass: "unknown", reversible: false } });
  });

  it("takes an indicator to block for what it is, and nothing else for one", () => {
    const target = { type: "indicator", value: "203.0.113.7" } as const;
    const verbs: PolicyRule["verbs"] = ["block_indicator", "isolate_host"];
    const rules = policy.rules.filter((one) => one.classes.includes("*")).map((one) => ({ ...one, verbs }));
    const known = { ...policy, rules };
    expect(barOf(known, ask({ verb: "block_indicator", target }))).toMatchObject({
      bar: { targetClass: "indicator" },
    });
    expect(barOf(known, ask({ target }))).toMatchObject({ bar: { targetClass: "unknown" } });
  });

  it("does not let an inventory smuggle in the class that means any", () => {
    const answer = barOf({ ...policy, classOf: () => "*" }, ask());
    expect(answer).toMatchObject({ bar: { targetClass: "unknown", quorum: 2 } });
  });

  it("takes the strictest of two rules for one class", () => {
    const [first] = policy.rules;
    if (first === undefined) throw new Error("no rule");
    const rules = [first, { ...first, quorum: 3 }];
    expect(barOf({ ...policy, rules }, ask())).toMatchObject({ bar: { quorum: 3 } });
  });

  it("cancels what no rule covers: nobody may authorise it", () => {
    const gate = new Gate();
    const decided = only(gate.tell(asked({ verb: "kill_process" })), "action.decided").data;
    expect(decided).toMatchObject({ outcome: "cancelled", by: [] });
    expect(decided.why).toContain(
      'no rule of soc.yaml covers kill_process on a target of class "workstation"',
    );
    expect(only(gate.decides("Mia", { decision: "authorise" }), "decision.refused").data).toMatchObject({
      rule: "already_decided",
    });
    expect(gate.tell(asked({ verb: "kill_process" }))).toEqual([]);
  });

  it("cancels what addresses an on-call role nobody listed", () => {
    const drafts = decide(undefined, asked(), { ...policy, onCall: {} });
    expect(drafts).toMatchObject([{ type: "action.decided", data: { outcome: "cancelled" } }]);
  });

  it("asks once, however often it is told", () => {
    const gate = new Gate(asked());
    expect(gate.tell(asked())).toEqual([]);
    expect(types(gate.said)).toEqual(["handoff.requested"]);
  });

  it("has a person review what Tier 2 leaves to one, and nothing else Tier 2 finds", () => {
    expect(askOf(investigated("close"))).toBeUndefined();
    expect(askOf(investigated("escalate"))).toBeUndefined();
    const command = askOf(investigated("needs_human_review"));
    if (command === undefined) throw new Error("expected an ask");
    const { ask: shown, bar } = only(new Gate().tell(command), "handoff.requested").data;
    expect(shown).toMatchObject({ verb: "review_case", target: { type: "case", value: caseId } });
    expect(bar).toMatchObject({
      addressed: { title: "Tier 2 On-Call" },
      targetClass: "case",
      reversible: true,
    });
  });

  it("has the role's own reviewer look at a case the role failed on", () => {
    const failed = (subject: string) =>
      makeEvent({
        ...{ ...said, subject, source: "/runner" },
        type: "role.failed",
        data: {
          ...{ role: "ir-lead", title: "IR Lead", reason: "empty_output", detail: "x".repeat(4000) },
          ...{ steps: [], model: "m" },
        },
      });
    const command = askOf(failed(caseId));
    if (command === undefined) throw new Error("expected an ask");
    const { ask: shown, bar } = only(new Gate().tell(command), "handoff.requested").data;
    expect(bar.addressed.role).toBe("ir-lead-oncall");
    expect(shown.rationale).toMatch(/^IR Lead ended without a valid answer \(empty_output\): xxx/);
    expect(shown.proposedBy).toBe("ir-lead");
    expect(askOf(failed("calendar:soc-manager"))).toBeUndefined();
  });

  it("binds the digest to proposal, case, verb, target, parameters, addressed role and quorum", () => {
    const digestOf = (command: ReturnType<typeof asked>, who = policy) => {
      const [draft] = decide(undefined, command, who);
      if (draft?.type !== "handoff.requested") throw new Error("expected a request");
      return draft.data.digest;
    };
    const base = asked();
    const stricter = { ...policy, rules: policy.rules.map((r) => ({ ...r, quorum: 3 })) };
    const others = { ...policy, rules: policy.rules.map((r) => ({ ...r, ask: "tier2-oncall" })) };
    const digests = [
      digestOf(base),
      digestOf({ ...base, proposalId: "p2" }),
      digestOf({ ...base, caseId: "CASE-0000000000" }),
      digestOf(asked({ verb: "review_case" })),
      digestOf(asked({ target: { type: "host", value: "OPS-WS-031" } })),
      digestOf(asked({ parameters: { mode: "full" } })),
      digestOf(base, stricter),
      digestOf(base, others),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOf(asked({ rationale: "worded otherwise" }))).toBe(digestOf(base));
  });

  it("starts a tier's time when its card is posted, once, and by that card alone", () => {
    const gate = new Gate(onDomainController);
    expect(gate.tell({ kind: "posted", eventId: "another", at: start })).toEqual([]);
    expect(only(gate.posted(), "handoff.opened").data).toEqual({
      ...{ proposalId, tier: 0, postedAt: time, expiresAt: "2026-03-02T10:30:00.000Z" },
    });
    expect(gate.posted(start + 60_000)).toEqual([]);
  });

  it("has nothing to open or to end where nothing was asked", () => {
    const gate = new Gate();
    expect(gate.tell({ kind: "posted", eventId: "e1", at: start })).toEqual([]);
    expect(gate.tell({ kind: "deadline", deadline: "expire", due: start, at: start, saidAt: start })).toEqual(
      [],
    );
  });
});
