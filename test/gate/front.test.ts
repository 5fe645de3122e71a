import { afterEach, describe, expect, it } from "vitest";
import {
  gateDecide,
  gateDecidePlan,
  gateList,
  gateShow,
  type Order,
  type Saying,
} from "../../src/gate/front.ts";
import type { GateAnswer } from "../../src/gate/terminal.ts";
import { caseId, members, types, user } from "./given.ts";
import { gateOnABus, propose, type GateOnABus } from "./on-a-bus.ts";

const open: GateOnABus[] = [];
const atWork = async (): Promise<GateOnABus> => {
  const on = await gateOnABus();
  on.crowd.are(members("Mia", "Priya"));
  open.push(on);
  return on;
};
afterEach(async () => {
  for (const on of open.splice(0)) await on.close();
});

const order = (on: GateOnABus, idOrCode: string, saying: Saying, more: Partial<Order> = {}): Order => ({
  ...{ idOrCode, saying, principal: user("Mia"), clock: on.clock },
  signal: AbortSignal.timeout(10_000),
  ...more,
});
const all = async (answers: AsyncIterable<GateAnswer>): Promise<GateAnswer[]> => {
  const given: GateAnswer[] = [];
  for await (const answer of answers) given.push(answer);
  return given;
};
const authorise: Saying = { decision: "authorise" };

describe("the gate in a terminal", () => {
  it("lists what still wants a person, and all there was when asked", async () => {
    const on = await atWork();
    const done = await propose(on);
    const waiting = await propose(on, "NW-DC-01");
    await gateDecide(on.bus, order(on, done.proposalId, { decision: "reject", reason: "known" }));
    expect(await gateList(on.bus)).toEqual([
      {
        ...{ proposalId: waiting.proposalId, caseId, status: "pending", verb: "isolate_host" },
        ...{ target: "NW-DC-01", whoCan: "2 people of IR Lead On-Call", code: waiting.code },
        ...{ approvals: 0, quorum: 2 },
      },
    ]);
    const all = await gateList(on.bus, { all: true });
    expect(all.map((row) => row.status)).toEqual(["rejected", "pending"]);
  });

  it("shows one request whole, by id, by its start and by code", async () => {
    const on = await atWork();
    const { proposalId, code, digest } = await propose(on);
    for (const name of [proposalId, proposalId.slice(0, 6), code, code.toLowerCase()]) {
      const { handoff, history } = await gateShow(on.bus, name);
      expect(handoff).toMatchObject({ proposalId, digest, status: "pending" });
      expect(types(history)).toEqual(["handoff.requested"]);
    }
    for (const name of [proposalId.slice(0, 5), "ZZ-ZZ", ""]) {
      await expect(gateShow(on.bus, name)).rejects.toMatchObject({ code: "unknown_proposal" });
    }
  });

  it("decides through the one door and brings back all that came of it", async () => {
    const on = await atWork();
    const { proposalId, digest } = await propose(on);
    const { decisionId, said, refused } = await gateDecide(on.bus, order(on, proposalId, authorise));
    expect(refused).toBeUndefined();
    expect(types(said)).toEqual(["approval.recorded", "action.decided"]);
    const submitted = [];
    for await (const { event } of on.bus.read({ types: ["decision.submitted"] })) submitted.push(event);
    expect(submitted).toMatchObject([
      { id: decisionId, subject: caseId, data: { surface: "terminal", principal: user("Mia"), digest } },
    ]);
  });

  it("gives back a refusal with its rule, and lets the person try again later", async () => {
    const on = await atWork();
    const { proposalId } = await propose(on);
    on.crowd.are(members("Priya"));
    const first = await gateDecide(on.bus, order(on, proposalId, authorise));
    expect(first.refused).toMatchObject({ rule: "not_a_member", whoCan: "IR Lead On-Call" });
    on.crowd.are(members("Mia"));
    on.clock.advance(11_000);
    const second = await gateDecide(on.bus, order(on, proposalId, authorise));
    expect(second.refused).toBeUndefined();
    expect(second.decisionId).not.toBe(first.decisionId);
  });

  it("publishes nothing when the code the person read is not the one that counts", async () => {
    const on = await atWork();
    const { proposalId } = await propose(on);
    const stale = gateDecide(on.bus, order(on, proposalId, authorise, { code: "ZZ-ZZ" }));
    await expect(stale).rejects.toMatchObject({ code: "stale_code" });
    for await (const _ of on.bus.read({ types: ["decision.submitted"] })) expect.unreachable();
  });

  it("says so when no gate answers", async () => {
    const on = await atWork();
    const { proposalId } = await propose(on);
    await on.stop();
    const unanswered = gateDecide(
      on.bus,
      order(on, proposalId, authorise, { signal: AbortSignal.timeout(50) }),
    );
    await expect(unanswered).rejects.toMatchObject({ code: "gate_no_answer", retryable: true });
  });

  it("says the same of every pending action of a case: one decision each, under its own digest", async () => {
    const on = await atWork();
    const [one, two] = [await propose(on), await propose(on, "OPS-WS-031")];
    const settled = await propose(on, "NW-DC-01");
    await gateDecide(on.bus, order(on, settled.proposalId, { decision: "reject", reason: "known" }));
    const { idOrCode: _, ...words } = order(on, "", authorise);
    const answers = await all(gateDecidePlan(on.bus, caseId, words));
    expect(answers.map(({ refused }) => refused)).toEqual([undefined, undefined]);
    const digests = answers.map(({ said }) =>
      said.map(({ data }) => ("digest" in data ? data.digest : "")).at(-1),
    );
    expect(digests).toEqual([one.digest, two.digest]);
    const none = all(gateDecidePlan(on.bus, caseId, words));
    await expect(none).rejects.toMatchObject({ code: "unknown_proposal" });
  });

  it("keeps the answers of a case that were given before one failed", async () => {
    const on = await atWork();
    await propose(on);
    await propose(on, "OPS-WS-031");
    const ended = new AbortController();
    const { idOrCode: _, ...words } = order(on, "", authorise, { signal: ended.signal });
    const answers = gateDecidePlan(on.bus, caseId, words);
    const first = await answers.next();
    expect(first.done === true ? undefined : types(first.value.said)).toContain("action.decided");
    await on.stop();
    ended.abort();
    await expect(answers.next()).rejects.toMatchObject({ code: "gate_no_answer" });
  });
});
