import { afterEach, describe, expect, it } from "vitest";
import { silent } from "../../src/diagnostics.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { isoTime } from "../../src/clock.ts";
import { startDeadlines, type RunningDeadlines } from "../../schedules/deadlines.ts";
import { caseId, members, policy, types } from "../gate/given.ts";
import { answersTo, click, clicked, gateOnABus, propose, saidBy, type GateOnABus } from "../gate/on-a-bus.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function atWork(): Promise<GateOnABus> {
  const on = await gateOnABus();
  closers.push(on.close);
  on.crowd.are(members("Mia"));
  return on;
}

function ticking({ bus, clock }: GateOnABus): RunningDeadlines {
  const deadlines = startDeadlines({ bus, policy, clock, diagnostics: silent, everyMs: 5 });
  closers.push(() => deadlines.close());
  return deadlines;
}

let serial = 0;
/** The card of what is asked last is posted. */
async function post(on: GateOnABus): Promise<void> {
  const asking = (await saidBy(on)).findLast((e) => isEvent(e, "handoff.requested", "handoff.rerouted"));
  if (asking === undefined || !("proposalId" in asking.data)) throw new Error("nobody was asked");
  serial += 1;
  const posted = makeEvent({
    ...{ id: `m${serial}`, source: "/slack", subject: caseId, time: isoTime(on.clock.now()) },
    type: "message.posted",
    data: {
      ...{ kind: "gate", eventId: asking.id, proposalId: asking.data.proposalId },
      ...{ channel: "C0CASES", ts: "1.1", surface: "local" },
    },
  });
  await on.bus.publish([posted]);
  await answersTo(on, [posted]);
}

/** Waits until the gate has said this many of a type; fails when it says more. */
async function said<T extends EventType>(on: GateOnABus, type: T, count = 1): Promise<KnownEvent<T>[]> {
  const found: KnownEvent<T>[] = [];
  const done = new AbortController();
  for await (const { event } of on.bus.follow({ types: [type], signal: done.signal })) {
    if (isEvent(event, type)) found.push(event);
    if (found.length >= count) break;
  }
  done.abort();
  return found;
}

/** Everything that is due now has been raised and judged: looks until nothing changes over some ticks. */
async function settled(on: GateOnABus): Promise<void> {
  for (let quiet = 0, before = -1; quiet < 8;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const now = (await saidBy(on)).length;
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

describe("deadlines", () => {
  it("remind at their shares, ask the next tier, and expire at the end of the chain", async () => {
    const on = await atWork();
    ticking(on);
    await propose(on);
    await post(on);
    on.clock.advance(15 * 60_000);
    await said(on, "handoff.reminded");
    on.clock.advance(9 * 60_000);
    await said(on, "handoff.reminded", 2);
    on.clock.advance(6 * 60_000);
    const [rerouted] = await said(on, "handoff.rerouted");
    expect(rerouted?.data.bar.addressed.role).toBe("soc-manager-oncall");
    await post(on);
    on.clock.advance(30 * 60_000);
    const [decided] = await said(on, "action.decided");
    expect(decided?.data.outcome).toBe("expired");
  });

  it("after an outage of two hours bring one word, not reminder, reminder, next tier and expiry (lesson 38)", async () => {
    const on = await atWork();
    const first = ticking(on);
    await propose(on);
    await post(on);
    await first.close();
    on.clock.advance(120 * 60_000);
    ticking(on);
    await said(on, "handoff.rerouted");
    await settled(on);
    expect(types(await saidBy(on))).toEqual(["handoff.requested", "handoff.opened", "handoff.rerouted"]);
  });

  it("missed within a tier's time become one reminder", async () => {
    const on = await atWork();
    await propose(on);
    await post(on);
    on.clock.advance(26 * 60_000);
    ticking(on);
    const [reminder] = await said(on, "handoff.reminded");
    expect(reminder?.data.share).toBeCloseTo(26 / 30);
    await settled(on);
    expect(types(await saidBy(on)).filter((type) => type === "handoff.reminded")).toHaveLength(1);
  });

  it("are on the log once, however many raise them and however often they restart", async () => {
    const on = await atWork();
    ticking(on);
    ticking(on);
    const third = ticking(on);
    await propose(on);
    await post(on);
    on.clock.advance(15 * 60_000);
    await said(on, "handoff.reminded");
    await third.close();
    ticking(on);
    await settled(on);
    expect(await said(on, "deadline.reached")).toHaveLength(1);
    const raised = [];
    for await (const { event } of on.bus.read({ types: ["deadline.reached"] })) raised.push(event);
    expect(raised).toHaveLength(1);
  });

  it("raise the alarm for a card nobody posted, and expire nothing", async () => {
    const on = await atWork();
    ticking(on);
    await propose(on);
    on.clock.advance(5 * 60_000);
    await said(on, "handoff.unposted");
    on.clock.advance(24 * 60 * 60_000);
    await settled(on);
    expect(types(await saidBy(on))).toEqual(["handoff.requested", "handoff.unposted"]);
  });

  it("call whoever authorised it while it is not done, and let it lapse", async () => {
    const on = await atWork();
    ticking(on);
    const request = await propose(on);
    await post(on);
    await clicked(on, click(on, "Mia", request));
    on.clock.advance(30 * 60_000);
    await said(on, "action.overdue");
    on.clock.advance(18 * 60_000);
    const [, second] = await said(on, "action.overdue", 2);
    expect(second?.data.nextTier?.title).toBe("SOC Manager On-Call");
    on.clock.advance(12 * 60_000);
    await said(on, "action.lapsed");
  });

  it("wait for a gate that has not handled what came before them", async () => {
    const on = await atWork();
    const request = await propose(on);
    await post(on);
    on.clock.advance(30 * 60_000 - 1);
    await on.stop();
    await on.bus.publish([click(on, "Mia", request)]);
    on.clock.advance(2);
    ticking(on);
    await settled(on);
    for await (const { event } of on.bus.read({ types: ["deadline.reached"] })) expect.unreachable(event.id);
    on.clock.advance(60_000);
    expect((await said(on, "deadline.reached")).map(({ data }) => data.deadline)).toEqual(["expire"]);
  });
});
