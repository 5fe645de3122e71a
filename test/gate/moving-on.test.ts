/** A case moves on while people are asked about it: what no longer fits is superseded or revoked, on a bus. */
import { afterEach, describe, expect, it } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { answerFromRecord } from "../../src/gate/record-answer.ts";
import { caseId, members, start, types, user } from "./given.ts";
import { answersTo, click, clicked, gateOnABus, saidBy, type GateOnABus } from "./on-a-bus.ts";

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

const proposal = (
  id: string,
  plan: string,
  host = "FIN-WS-042",
  subject = caseId,
): KnownEvent<"action.proposed"> =>
  makeEvent({
    ...{
      id,
      source: "/roles/ir-lead",
      type: "action.proposed",
      subject,
      time: isoTime(start),
      causationid: plan,
    },
    data: {
      ...{ verb: "isolate_host", target: { type: "host", value: host }, parameters: {} },
      ...{ rationale: "A beacon.", evidence: [], opinion: { reversible: true, blastRadius: "one host" } },
    },
  });

const found = (id: string, verdict: string, over: object = {}): KnownEvent<"case.investigated"> =>
  makeEvent({
    ...{ id, source: "/roles/tier2", type: "case.investigated", subject: caseId, time: isoTime(start) },
    data: {
      ...{ originalVerdict: "suspicious", intent: "unknown", outcome: "unknown", verdict, confidence: 0.9 },
      ...{ decision: "close", summary: "Looked again.", nextSteps: [], evidence: [], ...over },
    },
  });

/** What the gate said of each of these proposals, once it has said `wanted` of every one. */
async function outcomes(on: GateOnABus, ids: readonly string[], wanted: EventType): Promise<EventType[][]> {
  const waiting = new Set(ids);
  const done = new AbortController();
  for await (const { event } of on.bus.follow({ types: [wanted], signal: done.signal })) {
    if (isEvent(event, "action.decided", "action.revoked")) waiting.delete(event.data.proposalId);
    if (waiting.size === 0) break;
  }
  done.abort();
  const said = await saidBy(on);
  return ids.map((id) => types(said.filter(({ data }) => "proposalId" in data && data.proposalId === id)));
}

const asked = async (on: GateOnABus, ...proposals: KnownEvent<"action.proposed">[]): Promise<void> => {
  await on.bus.publish(proposals);
  await answersTo(on, proposals);
};

async function digestFor(on: GateOnABus, id: string): Promise<{ proposalId: string; digest: string }> {
  const requests = (await saidBy(on)).filter((event) => isEvent(event, "handoff.requested"));
  const request = requests.find(({ data }) => data.proposalId === id);
  if (request === undefined) throw new Error(`${id} was not asked`);
  return request.data;
}

describe("a later plan of the case", () => {
  it("supersedes what is pending with the same verb, on the same target or another, and asks anew", async () => {
    const on = await atWork();
    await asked(on, proposal("p1", "plan-1"), proposal("p2", "plan-1", "OPS-WS-031"));
    await on.bus.publish([proposal("p3", "plan-2")]);
    const [first, second] = await outcomes(on, ["p1", "p2"], "action.decided");
    expect(first).toEqual(["handoff.requested", "proposal.outdated", "action.decided"]);
    expect(second).toEqual(["handoff.requested", "proposal.outdated", "action.decided"]);
    const why = new Map(
      (await saidBy(on)).flatMap((event) =>
        isEvent(event, "proposal.outdated") ? [[event.data.proposalId, event.data.reason] as const] : [],
      ),
    );
    expect(Object.fromEntries(why)).toEqual({ p1: "planned_again", p2: "target_changed" });
    const decided = (await saidBy(on)).flatMap((event) =>
      isEvent(event, "action.decided") ? [event.data] : [],
    );
    expect(decided.map(({ outcome, by }) => [outcome, by])).toEqual([
      ["superseded", []],
      ["superseded", []],
    ]);
    expect(await digestFor(on, "p3")).toMatchObject({ proposalId: "p3" });
  });

  it("revokes what is authorised and not done, and leaves alone what is done or of another case", async () => {
    const on = await atWork();
    await asked(on, proposal("p1", "plan-1"), proposal("p2", "plan-1", "OPS-WS-031"));
    const [mia, done] = [await digestFor(on, "p1"), await digestFor(on, "p2")];
    await clicked(on, click(on, "Mia", mia), click(on, "Mia", done));
    await clicked(on, click(on, "Mia", done, { decision: "mark_done" }));
    await on.bus.publish([
      proposal("other", "plan-9", "FIN-WS-042", "CASE-0000000000"),
      proposal("p3", "plan-2"),
    ]);
    const [revoked] = await outcomes(on, ["p1"], "action.revoked");
    expect(revoked?.at(-1)).toBe("action.revoked");
    const all = await saidBy(on);
    const outdated = all.flatMap((e) => (isEvent(e, "proposal.outdated") ? [e.data.proposalId] : []));
    expect(outdated).toEqual(["p1"]);
  });

  it("does not take proposals of one plan for two plans", async () => {
    const on = await atWork();
    await asked(on, proposal("p1", "plan-1"), proposal("p2", "plan-1"), proposal("p3", "plan-1", "NW-DC-01"));
    expect(types(await saidBy(on))).toEqual(["handoff.requested", "handoff.requested", "handoff.requested"]);
  });
});

const none: string[] = [];
const rights = {
  ...{ read: none, label: ["ir-lead-oncall"], close: none, assign: none, mute: none, pause: none },
};

describe("a verdict that flips", () => {
  it("supersedes and revokes what was proposed on the other verdict", async () => {
    const on = await atWork();
    await on.bus.publish([found("f1", "true_positive")]);
    await asked(on, proposal("p1", "plan-1"), proposal("p2", "plan-1", "NW-DC-01"));
    await clicked(on, click(on, "Mia", await digestFor(on, "p1")));
    await on.bus.publish([found("f2", "false_positive")]);
    const [[...revoked] = []] = await outcomes(on, ["p1"], "action.revoked");
    const [[...superseded] = []] = await outcomes(on, ["p2"], "action.decided");
    expect(revoked.at(-1)).toBe("action.revoked");
    expect(superseded.at(-1)).toBe("action.decided");
    const why = (await saidBy(on)).flatMap((e) => (isEvent(e, "action.revoked") ? [e.data.why] : []));
    expect(why[0]).toContain("from true positive to false positive");
  });

  it("that stays a threat, only in other words, changes nothing; nor does a model against a person's label", async () => {
    const on = await atWork({ rights });
    await on.bus.publish([found("f1", "suspicious")]);
    await asked(on, proposal("p1", "plan-1"));
    const person = { principal: user("Mia"), surface: "terminal", caseId, reason: "Seen it." };
    const label = makeEvent({
      ...{
        id: "l1",
        source: "/frontends/test",
        type: "decision.submitted",
        subject: caseId,
        time: isoTime(start),
      },
      data: { decision: "label", verdict: "true_positive", ...person },
    });
    await clicked(on, label);
    const again = [found("f2", "true_positive"), found("f3", "benign", { decision: "needs_human_review" })];
    await on.bus.publish(again);
    await answersTo(on, [{ id: "f3" }]);
    expect(types(await saidBy(on))).not.toContain("proposal.outdated");
  });

  it("on a person's word does so too", async () => {
    const on = await atWork({ rights });
    await on.bus.publish([found("f1", "true_positive")]);
    await asked(on, proposal("p1", "plan-1"));
    const label = makeEvent({
      ...{
        id: "l1",
        source: "/frontends/test",
        type: "decision.submitted",
        subject: caseId,
        time: isoTime(start),
      },
      data: {
        ...{ decision: "label", verdict: "benign", reason: "Our own scanner." },
        ...{ principal: user("Mia"), surface: "terminal", caseId },
      },
    });
    await on.bus.publish([label]);
    const [said] = await outcomes(on, ["p1"], "action.decided");
    expect(said).toEqual(["handoff.requested", "proposal.outdated", "action.decided"]);
  });
});

describe("many targets of one verb", () => {
  it("within an hour make each further one a wide one, counted by the log however many are handled at once", async () => {
    const on = await atWork({ maxTargetsPerHour: { isolate_host: 3 } });
    const hosts = Array.from({ length: 6 }, (_, n) => proposal(`p${n}`, "plan-1", `HOST-${n}`));
    const again = proposal("p9", "plan-1", "host-0");
    await asked(on, ...hosts.slice(0, 3), again, ...hosts.slice(3));
    const classes = new Map(
      (await saidBy(on)).flatMap((e) => {
        return isEvent(e, "handoff.requested") ? [[e.data.proposalId, e.data.bar.targetClass] as const] : [];
      }),
    );
    expect(["p0", "p1", "p2", "p9", "p3", "p4", "p5"].map((id) => classes.get(id))).toEqual([
      ...["unknown", "unknown", "unknown", "unknown", "wide", "wide", "wide"],
    ]);
    on.clock.advance(61 * 60_000);
    await asked(on, proposal("later", "plan-1", "HOST-9"));
    const later = (await saidBy(on)).findLast((e) => isEvent(e, "handoff.requested"));
    expect(later?.data).toMatchObject({ proposalId: "later", bar: { targetClass: "unknown" } });
  });
});

describe("an answer from the record", () => {
  const alert = makeEvent({
    ...{ id: "a1", source: "/sources/test", type: "alert.received", subject: caseId, time: isoTime(start) },
    data: {
      ...{ source: "test", sourceId: "1", caseId, rule: { id: "r", name: "Encoded PowerShell" } },
      ...{
        title: "Encoded PowerShell",
        severity: "high",
        time: isoTime(start),
        techniques: [],
        indicators: [],
      },
      ...{ host: { name: "FIN-WS-042" }, user: { name: "j.doe" }, raw: {} },
    },
  });
  const finding = found("f1", "true_positive", {
    summary: "The beacon to 203.0.113.7 started after a macro ran.",
    evidence: [{ claim: "It is new here", cites: "step 5", quote: "first seen 2 days ago" }],
  });

  it("says what of the case speaks to the question, who said it and where it stands", () => {
    const about = (question: string) => answerFromRecord(question, [alert, finding]);
    expect(about("Who was logged on?").text).toContain("The alert: user j.doe");
    expect(about("Who was logged on?").eventIds).toEqual(["a1"]);
    const beacon = about("When did the beacon start?");
    expect(beacon.text).toContain("Tier 2 Analyst: The beacon to 203.0.113.7 started after a macro ran.");
    expect(beacon.evidence[0]).toMatchObject({ cites: "investigation.summary", quote: finding.data.summary });
  });

  it("says so when the record does not speak to it", () => {
    const none = answerFromRecord("Is the printer warranty valid?", [alert, finding]);
    expect(none.text).toMatch(
      /^The record does not speak to that\. It holds what was said by: The alert, Tier 2/,
    );
    expect(none).toMatchObject({ evidence: [], eventIds: [] });
    expect(answerFromRecord("", []).text).toContain("holds nothing");
  });

  it("comes of a question on its own, at the gate", async () => {
    const on = await atWork();
    await on.bus.publish([alert, finding]);
    await asked(on, proposal("p1", "plan-1"));
    const ask = click(on, "Mia", await digestFor(on, "p1"), {
      decision: "need_info",
      question: "Which user?",
    });
    const [said] = await clicked(on, ask);
    const [request] = said ?? [];
    const [[answer] = []] = await answersTo(on, request === undefined ? [] : [request]);
    expect(answer?.data).toMatchObject({
      proposalId: "p1",
      from: "record",
      requestId: request?.id,
      eventIds: ["a1"],
    });
    expect(answer?.data).toHaveProperty("answer", expect.stringContaining("user j.doe"));
  });
});
