/** Lesson 32: any process that can write the log can write "authorised by". Here it changes nothing. */
import { afterEach, describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { isoTime, manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { gateList } from "../../src/gate/front.ts";
import { gateSays } from "../../src/gate/says.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { RoleTeam } from "../../src/team.ts";
import humanGate from "../../roles/human-gate.ts";
import { caseId, members, policy, start, types, user } from "./given.ts";
import { Crowd } from "./on-a-bus.ts";
import { freshKeys } from "./signing.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function signedGate() {
  const keys = freshKeys();
  const clock = manualClock(start);
  const whole = new LocalBus({ clock });
  const crowd = new Crowd(() => clock.now());
  crowd.are(members("Mia", "Priya"));
  const team = new RoleTeam({
    ...{ bus: whole, roles: [humanGate], model: () => undefined, clock, diagnostics: silent, keys },
    gate: { policy, directory: crowd },
  });
  await team.start();
  open.push(async () => {
    await team.stop();
    await whole.close();
  });
  const frontEnd = new TrustedBus(whole, keys);
  const reader = new TrustedBus(whole, { trusted: keys.trusted });
  return { whole, frontEnd, reader, keys, clock };
}
type SignedGate = Awaited<ReturnType<typeof signedGate>>;

const proposal = (id: string): KnownEvent<"action.proposed"> =>
  makeEvent({
    ...{ id, source: "/roles/ir-lead", type: "action.proposed", subject: caseId, time: isoTime(start) },
    data: {
      ...{ verb: "isolate_host", target: { type: "host", value: "FIN-WS-042" }, parameters: {} },
      ...{ rationale: "A beacon.", evidence: [], opinion: { reversible: true, blastRadius: "one host" } },
    },
  });

/** The first event of a type, and all that stands on the log up to it. */
async function until<T extends KnownEvent["type"]>(
  { whole }: SignedGate,
  type: T,
  after = 0,
): Promise<KnownEvent<T>> {
  const done = new AbortController();
  let skipped = 0;
  for await (const { event } of whole.follow({ types: [type], signal: done.signal })) {
    if (!isEvent(event, type)) continue;
    skipped += 1;
    if (skipped > after) return event;
  }
  throw new Error(`no ${type}`);
}

const click = (request: KnownEvent<"handoff.requested">, id: string): KnownEvent<"decision.submitted"> =>
  makeEvent({
    ...{ id, source: "/frontends/test", type: "decision.submitted", subject: caseId, time: isoTime(start) },
    data: {
      ...{ decision: "authorise", principal: user("Mia"), surface: "terminal" },
      ...{ proposalId: request.data.proposalId, digest: request.data.digest },
    },
  });

const posted = (request: KnownEvent<"handoff.requested">, id: string): KnownEvent<"message.posted"> =>
  makeEvent({
    ...{ id, source: "/frontends/slack", type: "message.posted", subject: caseId, time: isoTime(start) },
    data: {
      ...{ kind: "gate", eventId: request.id, proposalId: request.data.proposalId },
      ...{ channel: "C0CASES", ts: "1.0", surface: "local" },
    },
  });

const expiry = (request: KnownEvent<"handoff.requested">, at: number): KnownEvent<"deadline.reached"> =>
  makeEvent({
    ...{ id: `end-${at}`, source: "/schedules/deadlines", type: "deadline.reached", subject: caseId },
    time: isoTime(at),
    data: { proposalId: request.data.proposalId, deadline: "expire", due: isoTime(at) },
  });

/** What the gate has said, in log order. */
async function said({ reader }: SignedGate): Promise<string[]> {
  const found: string[] = [];
  for await (const { event } of reader.read({ types: gateSays })) found.push(event.type);
  return found;
}

describe("the signed door", () => {
  it("takes a decision a front end signed, and answers under the gate's own signature", async () => {
    const on = await signedGate();
    await on.whole.publish([proposal("p1")]);
    const request = await until(on, "handoff.requested");
    await on.frontEnd.publish([click(request, "d1")]);
    const decided = await until(on, "action.decided");
    expect(decided.signature).toMatch(new RegExp(`^ed25519:${on.keys.gate.id}:`));
    expect(await gateList(on.reader)).toMatchObject([{ status: "authorised" }]);
  });

  it("takes no decision that nobody signed, or somebody else did, and raises the alarm for each", async () => {
    const on = await signedGate();
    await on.whole.publish([proposal("p1")]);
    const request = await until(on, "handoff.requested");
    await on.whole.publish([click(request, "d1")]);
    await on.whole.publish([freshKeys().frontEnd.sign(click(request, "d2"))]);
    await on.whole.publish([on.keys.gate.sign(click(request, "d3"))]);
    const alarms = [0, 1, 2].map(async (n) => (await until(on, "record.distrusted", n)).data.eventId);
    expect((await Promise.all(alarms)).sort()).toEqual(["d1", "d2", "d3"]);
    await on.frontEnd.publish([click(request, "d4")]);
    const decided = await until(on, "action.decided");
    expect(decided.causationid).toBe("d4");
    for await (const { event } of on.whole.read({ types: ["decision.refused"] }))
      expect.unreachable(event.id);
  });

  it("shows a role's own action.decided to nobody, and raises the alarm", async () => {
    const on = await signedGate();
    await on.whole.publish([proposal("p1")]);
    const request = await until(on, "handoff.requested");
    const { proposalId, digest } = request.data;
    const forged = makeEvent({
      ...{ id: "forged", source: "/roles/human-gate", type: "action.decided", subject: caseId },
      time: isoTime(start),
      data: { proposalId, outcome: "authorised", by: [user("Mia")], why: "1 of 1 needed.", digest },
    });
    await on.whole.publish([forged]);
    const alarm = await until(on, "record.distrusted");
    expect(alarm.data).toMatchObject({ eventId: "forged", type: "action.decided" });
    expect(alarm.data.why).toContain("not signed");
    expect(await gateList(on.reader)).toMatchObject([{ status: "pending" }]);
    await on.frontEnd.publish([click(request, "d1")]);
    expect((await until(on, "approval.recorded")).causationid).toBe("d1");
  });

  it("starts no clock for a card that only somebody else says was posted (lesson 38)", async () => {
    const on = await signedGate();
    await on.whole.publish([proposal("p1")]);
    const request = await until(on, "handoff.requested");
    await on.whole.publish([posted(request, "m1"), freshKeys().frontEnd.sign(posted(request, "m2"))]);
    const alarms = [0, 1].map(async (n) => (await until(on, "record.distrusted", n)).data.eventId);
    expect((await Promise.all(alarms)).sort()).toEqual(["m1", "m2"]);
    on.clock.advance(24 * 60 * 60_000);
    await on.whole.publish([expiry(request, on.clock.now())]);
    // Behind these on the log: when it is answered, they have been seen.
    await on.frontEnd.publish([click(request, "d1")]);
    await until(on, "action.decided");
    expect(await said(on)).toEqual(["handoff.requested", "approval.recorded", "action.decided"]);
  });

  it("takes a front end's word for its own card, and lets nobody end that tier before its time", async () => {
    const on = await signedGate();
    await on.whole.publish([proposal("p1")]);
    const request = await until(on, "handoff.requested");
    await on.frontEnd.publish([posted(request, "m1")]);
    await until(on, "handoff.opened");
    await on.whole.publish([expiry(request, on.clock.now() + 24 * 60 * 60_000)]);
    await on.frontEnd.publish([click(request, "d1")]);
    expect((await until(on, "action.decided")).data.outcome).toBe("authorised");
    expect(await said(on)).not.toContain("handoff.rerouted");
  });

  it("gives a subscriber only what counts, and a reader each of it once", async () => {
    const on = await signedGate();
    await on.whole.publish([proposal("p1")]);
    const request = await until(on, "handoff.requested");
    const seen: KnownEvent[] = [];
    await on.reader.open(["shown"]);
    on.reader.subscribe(
      "shown",
      ["handoff.requested", "canary.sent"],
      ({ event }) => {
        seen.push(event);
        return { events: [{ type: "canary.missed", data: { canaryId: event.id, stoppedAt: "shown" } }] };
      },
      { source: "/test", concurrency: 1 },
    );
    const copy = { ...request, id: "again" };
    const canary = makeEvent({
      ...{ id: "c1", source: "/operations", type: "canary.sent", subject: "system", time: isoTime(start) },
      data: { canaryId: "c1", due: isoTime(start) },
    });
    await on.whole.publish([copy, canary]);
    for (let answers = 0; answers < 2; answers += 1) await until(on, "canary.missed", answers);
    expect(seen.map(({ id }) => id)).toEqual([request.id, "c1"]);
    const read: KnownEvent[] = [];
    for await (const { event } of on.reader.read({ types: ["handoff.requested"] })) {
      if (isEvent(event, "handoff.requested")) read.push(event);
    }
    expect(types(read)).toEqual(["handoff.requested"]);
  });
});
