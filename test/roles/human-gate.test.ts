import { afterEach, describe, expect, it } from "vitest";
import humanGate from "../../roles/human-gate.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { silent } from "../../src/diagnostics.ts";
import { catalogue, eventTypes } from "../../src/events/catalogue.ts";
import { canonicalJson } from "../../src/events/canonical.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { GateDesk } from "../../src/gate/desk.ts";
import { evolve } from "../../src/gate/evolve.ts";
import { gateSays } from "../../src/gate/says.ts";
import type { GateState } from "../../src/gate/state.ts";
import {
  answersTo,
  click,
  clicked,
  gateOnABus,
  propose,
  proposeMany,
  saidBy,
  type GateOnABus,
} from "../gate/on-a-bus.ts";
import { caseId, members, policy, refusal, types, unavailable, user } from "../gate/given.ts";

const open: GateOnABus[] = [];
const atWork = async (...args: Parameters<typeof gateOnABus>): Promise<GateOnABus> => {
  const on = await gateOnABus(...args);
  on.crowd.are(members("Mia", "Priya"));
  open.push(on);
  return on;
};
afterEach(async () => {
  for (const on of open.splice(0)) await on.close();
});

const time = "2026-03-02T10:00:00.000Z";
const proposalOf = (event: { data: object }): unknown =>
  "proposalId" in event.data ? event.data.proposalId : undefined;
const rejection = { decision: "reject", reason: "It is the service desk." };

describe("the human gate on a bus", () => {
  it("turns a proposal into a request, a click into a decision, and says what it rests on", async () => {
    const on = await atWork();
    const request = await propose(on);
    expect(request.bar.addressed.title).toBe("IR Lead On-Call");
    const [said] = await clicked(on, click(on, "Mia", request));
    expect(types(said ?? [])).toEqual(["approval.recorded", "action.decided"]);
    expect((await saidBy(on)).every((event) => event.subject === caseId)).toBe(true);
  });

  it("makes one decision of a double click, delivered twice or clicked twice", async () => {
    const on = await atWork();
    const request = await propose(on);
    const first = click(on, "Mia", request);
    const again = click(on, "Mia", request);
    await on.bus.publish([first]);
    await clicked(on, first, again);
    expect(types(await saidBy(on)).sort()).toEqual(
      ["action.decided", "approval.recorded", "decision.refused", "handoff.requested"].sort(),
    );
  });

  it("gives two people who say opposite things at once one outcome, two hundred times", async () => {
    const on = await atWork();
    const requests = await proposeMany(on, 200);
    const pairs = requests.flatMap((one) => [click(on, "Mia", one), click(on, "Priya", one, rejection)]);
    const answers = Map.groupBy((await clicked(on, ...pairs)).flat(), proposalOf);
    expect(answers.size).toBe(200);
    for (const said of answers.values()) {
      expect(types(said).filter((type) => type === "action.decided")).toHaveLength(1);
      expect(refusal(said)).toBe("already_decided");
    }
  });

  it("loses neither of two approvals given at once, two hundred times", async () => {
    const on = await atWork();
    const requests = await proposeMany(on, 200, "NW-DC-01");
    const pairs = requests.flatMap((one) => [click(on, "Mia", one), click(on, "Priya", one)]);
    const answers = Map.groupBy((await clicked(on, ...pairs)).flat(), proposalOf);
    expect(answers.size).toBe(200);
    for (const said of answers.values()) {
      expect(types(said).sort()).toEqual(["action.decided", "approval.recorded", "approval.recorded"]);
    }
  });

  it("looks people up when it handles the click: who left since the card is refused", async () => {
    const on = await atWork();
    const request = await propose(on);
    on.crowd.are(members("Priya"));
    const [said] = await clicked(on, click(on, "Mia", request));
    expect(refusal(said ?? [])).toBe("not_a_member");
  });

  it("does not count who left between their click and the second one", async () => {
    const on = await atWork();
    const request = await propose(on, "NW-DC-01");
    await clicked(on, click(on, "Mia", request));
    on.crowd.are(members("Priya", "Sam"));
    const [second] = await clicked(on, click(on, "Priya", request));
    expect(types(second ?? [])).toEqual(["approval.recorded"]);
    const [third] = await clicked(on, click(on, "Sam", request));
    expect(types(third ?? [])).toEqual(["approval.recorded", "action.decided"]);
  });

  it("asks the directory for nobody who is refused anyway, and once for a crowd of outsiders", async () => {
    const on = await atWork();
    const request = await propose(on);
    await clicked(on, click(on, "Mia", { ...request, digest: "a".repeat(64) }));
    await clicked(on, click(on, "Mia", { ...request, proposalId: "nobody-proposed-this" }));
    expect(on.crowd.calls).toEqual([]);
    const outsiders = Array.from({ length: 20 }, (_, n) => click(on, `Eve${n}`, request));
    const answers = await clicked(on, ...outsiders);
    expect(answers.map((said) => refusal(said))).toEqual(outsiders.map(() => "not_a_member"));
    expect(on.crowd.calls).toEqual(["ir-lead-oncall"]);
  });

  it("refuses everyone while the directory does not answer, and decides once it does", async () => {
    const on = await atWork();
    const request = await propose(on);
    on.crowd.are(unavailable);
    const [refused] = await clicked(on, click(on, "Mia", request));
    expect(refusal(refused ?? [])).toBe("directory_unavailable");
    on.crowd.are(members("Mia"));
    on.clock.advance(4_000);
    const [said] = await clicked(on, click(on, "Mia", request));
    expect(types(said ?? [])).toContain("action.decided");
  });

  it("starts the clock with the posted card, and asks the next tier when nobody answered", async () => {
    const on = await atWork();
    const request = await propose(on);
    const [asked] = await saidBy(on);
    const posted = makeEvent({
      ...{ id: "m1", source: "/slack", subject: caseId, time },
      type: "message.posted",
      data: {
        ...{ kind: "gate", eventId: asked?.id, proposalId: request.proposalId },
        ...{ channel: "C0CASES", ts: "1.1", surface: "local" },
      },
    });
    await on.bus.publish([posted]);
    expect(types((await answersTo(on, [posted])).flat())).toEqual(["handoff.opened"]);
    on.clock.advance(31 * 60_000);
    const [said] = await clicked(on, click(on, "Mia", request));
    expect(types(said ?? [])).toEqual(["handoff.rerouted", "decision.refused"]);
    expect(refusal(said ?? [])).toBe("expired");
  });

  it("asks for a review of what Tier 2 leaves to a person, and of what a role failed on, each once", async () => {
    const on = await atWork();
    const found = {
      ...{ originalVerdict: "suspicious", intent: "unknown", outcome: "unknown", verdict: "suspicious" },
      ...{ confidence: 0.5, summary: "Cannot tell.", nextSteps: [], evidence: [] },
    };
    const tier2 = { source: "/roles/tier2", subject: caseId, time, type: "case.investigated" } as const;
    const closed = makeEvent({ ...tier2, id: "f0", data: { ...found, decision: "close" } });
    const left = makeEvent({ ...tier2, id: "f1", data: { ...found, decision: "needs_human_review" } });
    const failed = makeEvent({
      ...{ id: "f2", source: "/runner", subject: caseId, time, type: "role.failed" },
      data: {
        ...{ role: "tier2", title: "Tier 2 Analyst", reason: "empty_output", detail: "nothing", steps: [] },
        model: "m",
      },
    });
    await on.bus.publish([closed, left, failed, left]);
    await answersTo(on, [failed]);
    const requests = await saidBy(on);
    expect(requests.map((event) => event.causationid).sort()).toEqual(["f1", "f2"]);
    for (const event of requests) {
      expect(event.data).toMatchObject({
        ask: { verb: "review_case" },
        bar: { addressed: { role: "tier2-oncall" } },
      });
    }
  });

  it("asks for a review of a plan that proposes nothing, and of no other", async () => {
    const on = await atWork();
    const plan = (id: string, sev: string, causationid: string) =>
      makeEvent({
        ...{ id, source: "/roles/ir-lead", subject: caseId, time, type: "response.planned", causationid },
        data: {
          ...{ sev, summary: "Stolen session.", containment: ["Revoke it."], eradication: [], recovery: [] },
          ...{ notifications: [], bridgeRequired: false, evidence: [] },
        },
      });
    const proposal = makeEvent({
      ...{ id: "a1", source: "/roles/ir-lead", subject: caseId, time, causationid: "e2" },
      type: "action.proposed",
      data: {
        ...{
          verb: "isolate_host",
          target: { type: "host", value: "WS-1" },
          parameters: {},
          rationale: "Beacon.",
        },
        ...{ evidence: [], opinion: { reversible: true, blastRadius: "One." } },
      },
    });
    // As one commit leaves them: a plan, and right behind it what it proposes.
    const plans = [plan("p1", "SEV-2", "e1"), plan("p2", "SEV-2", "e2"), proposal, plan("p3", "SEV-4", "e3")];
    await on.bus.publish(plans);
    await answersTo(on, [proposal]);
    const requests = (await saidBy(on)).filter(({ type }) => type === "handoff.requested");
    expect(requests.map(({ causationid }) => causationid).sort()).toEqual(["a1", "p1"]);
    expect(requests.find(({ causationid }) => causationid === "p1")?.data).toMatchObject({
      ask: {
        verb: "review_case",
        proposedBy: "ir-lead",
        rationale: expect.stringMatching(/SEV-2.*Stolen session/) as string,
      },
    });
  });

  it("asks for a review of a plan that proposes only what nobody may be asked about", async () => {
    const never = [{ targets: ["NW-DC-*"], why: "the directory ends with it" }];
    const on = await atWork({ never });
    const of = { source: "/roles/ir-lead", subject: caseId, time };
    const plan = (id: string, causationid: string) =>
      makeEvent({
        ...{ ...of, id, causationid, type: "response.planned" },
        data: {
          ...{ sev: "SEV-1", summary: "DCSync.", containment: [], eradication: [], recovery: [] },
          ...{ notifications: [], bridgeRequired: true, evidence: [] },
        },
      });
    const proposal = (id: string, causationid: string, value: string) =>
      makeEvent({
        ...{ ...of, id, causationid, type: "action.proposed" },
        data: {
          ...{ verb: "isolate_host", target: { type: "host", value }, parameters: {}, rationale: "It." },
          ...{ evidence: [], opinion: { reversible: true, blastRadius: "One." } },
        },
      });
    const last = proposal("a3", "e2", "WS-1");
    await on.bus.publish([
      ...[plan("p1", "e1"), proposal("a1", "e1", "NW-DC-01")],
      ...[plan("p2", "e2"), proposal("a2", "e2", "NW-DC-01"), last],
    ]);
    await answersTo(on, [last]);
    const requests = (await saidBy(on)).filter(({ type }) => type === "handoff.requested");
    expect(requests.map(({ causationid }) => causationid).sort()).toEqual(["a3", "p1"]);
  });

  it("answers what concerns a case once, however often somebody appends that word", async () => {
    const on = await atWork({ rights: { close: ["tier2-oncall"] } });
    const close = makeEvent({
      ...{ id: "c1", source: "/frontends/test", subject: caseId, time, type: "decision.submitted" },
      data: { decision: "close", principal: user("Mia"), surface: "terminal", caseId, reason: "done" },
    });
    const told = { event: close, position: "1-0", partition: 0, deliveries: 1 };
    const signal = new AbortController().signal;
    const desk = new GateDesk({
      ...{ bus: on.bus, policy: { ...policy, rights: { close: ["tier2-oncall"] } } },
      directory: { ask: () => Promise.resolve(members("Mia")), observe: () => Promise.resolve(undefined) },
    });
    const [draft] = await desk.answer({ ...told, signal, state: undefined });
    expect(draft?.type).toBe("decision.refused");
    const [said] = await clicked(on, close);
    const state = (said ?? []).reduce<GateState | undefined>((so, one) => evolve(so, one), undefined);
    expect(await desk.answer({ ...told, signal, state })).toEqual([]);
  });

  it("answers what concerns a case as well, by rights of its own", async () => {
    const on = await atWork();
    const close = makeEvent({
      ...{ id: "c1", source: "/frontends/test", subject: caseId, time, type: "decision.submitted" },
      data: { decision: "close", principal: user("Mia"), surface: "terminal", caseId, reason: "done" },
    });
    const [said] = await clicked(on, close);
    expect(refusal(said ?? [])).toBe("no_right");
  });

  it("refuses to start without policy and directory, and says what to configure", () => {
    const deps = { clock: { now: () => 0 }, diagnostics: silent, model: () => undefined, tools: [] };
    expect(() => humanGate.start({ ...deps, bus: new LocalBus() })).toThrow(/soc\.yaml/);
  });

  it("says what the catalogue lets the gate say, and never a decision of its own", () => {
    for (const type of gateSays) expect(catalogue[type].saidBy, type).toContain("gate");
    expect(humanGate.says).not.toContain("decision.submitted");
    const may = eventTypes.filter((type) => catalogue[type].saidBy.includes("gate"));
    expect(canonicalJson([...gateSays].sort())).toBe(canonicalJson([...may].sort()));
  });
});
