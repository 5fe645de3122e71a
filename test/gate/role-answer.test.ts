/** A question at the gate, on a bus: by the role that proposed it, where a model plays that role. */
import { afterEach, describe, expect, it } from "vitest";
import { isoTime } from "../../src/clock.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { caseId, members, start } from "./given.ts";
import { answersTo, click, clicked, gateOnABus, propose, saidBy, type GateOnABus } from "./on-a-bus.ts";

const open: GateOnABus[] = [];
afterEach(async () => {
  for (const on of open.splice(0)) await on.close();
});

const about = { subject: caseId, time: isoTime(start) };

const worked = (model: string): KnownEvent<"role.worked"> =>
  makeEvent({
    ...{ id: `ran-${model}`, source: "/roles/ir-lead", type: "role.worked", ...about },
    data: {
      ...{ role: "ir-lead", promptVersion: "0".repeat(64), model, leg: "one", steps: [], modelCalls: 1 },
      ...{ tokens: { input: 1, output: 1 }, milliseconds: 1, evidenceDropped: 0, recallArm: "off" },
      positions: {},
    },
  });

const claim = { claim: "It beacons every 60 s.", cites: "step 1", quote: "interval 60" };

const found = (requestId: string, proposalId: string, over: object = {}, source = "/roles/ir-lead") =>
  makeEvent({
    ...{ id: `found-${requestId}-${source}`, source, type: "info.found", ...about, causationid: requestId },
    data: { proposalId, requestId, role: "ir-lead", title: "IR Lead", evidence: [claim], ...over },
  });

/** Somebody asks which user it was; the record holds that. */
async function question(model: string) {
  const on = await gateOnABus();
  open.push(on);
  on.crowd.are(members("Mia"));
  const alert = makeEvent({
    ...{ id: "a1", source: "/sources/test", type: "alert.received", ...about },
    data: {
      ...{
        source: "test",
        sourceId: "1",
        caseId,
        rule: { id: "r", name: "R" },
        title: "T",
        severity: "high",
      },
      ...{ time: about.time, techniques: [], indicators: [], user: { name: "j.doe" }, raw: {} },
    },
  });
  await on.bus.publish([alert, worked(model)]);
  const asked = await propose(on);
  const words = { decision: "need_info", question: "Which user?" };
  const [[request] = []] = await clicked(on, click(on, "Mia", asked, words));
  if (request === undefined || !isEvent(request, "info.requested")) throw new Error("no question");
  return { on, request, proposalId: asked.proposalId };
}

const answersOf = async (on: GateOnABus) =>
  (await saidBy(on)).flatMap((event) => (isEvent(event, "info.answered") ? [event.data] : []));

describe("a question to the role that proposed it", () => {
  it("is that role's while a model plays it: nobody else answers, and its words are passed on", async () => {
    const { on, request, proposalId } = await question("qwen3-32b");
    expect(request.data.asks).toBe("ir-lead");
    const answer = found(request.id, proposalId);
    await on.bus.publish([answer]);
    await answersTo(on, [answer]);
    expect(await answersOf(on)).toEqual([
      {
        ...{ proposalId, requestId: request.id, from: "role", role: { name: "ir-lead", title: "IR Lead" } },
        ...{ answer: claim.claim, evidence: [claim], eventIds: [answer.id] },
      },
    ]);
  });

  it("that the role cannot answer is the record's, and why is said", async () => {
    const { on, request, proposalId } = await question("qwen3-32b");
    const nothing = found(request.id, proposalId, { evidence: [], why: "no model answered" });
    await on.bus.publish([nothing]);
    await answersTo(on, [nothing]);
    const [answer] = await answersOf(on);
    expect(answer).toMatchObject({ from: "record", eventIds: ["a1"], requestId: request.id });
    expect(answer?.answer).toContain("user j.doe");
    expect(answer?.answer).toContain("IR Lead looked into it too: no model answered.");
  });

  it("is answered from the record at once where rules play the role", async () => {
    const { on, request } = await question("baseline");
    expect(request.data.asks).toBeUndefined();
    await answersTo(on, [request]);
    expect(await answersOf(on)).toMatchObject([{ from: "record", eventIds: ["a1"] }]);
  });

  it("is answered by no other role, and an answer to nothing is none", async () => {
    const { on, request, proposalId } = await question("qwen3-32b");
    const right = found(request.id, proposalId);
    await on.bus.publish([
      found(request.id, proposalId, {}, "/roles/sentinel"),
      found("made-up", proposalId),
      right,
    ]);
    await answersTo(on, [right]);
    expect(await answersOf(on)).toMatchObject([{ from: "role", eventIds: [right.id] }]);
  });
});
