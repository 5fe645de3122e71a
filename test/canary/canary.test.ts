/** A canary through everything: roles by their rules, the gate, Slack. */
import { afterEach, describe, expect, it } from "vitest";
import { loadModel, loadOrganisation, loadTools } from "../../bin/assemble.ts";
import { readConfig } from "../../bin/config.ts";
import { canaryAlert, canaryState } from "../../src/canary/canary.ts";
import { startCanary } from "../../src/canary/runner.ts";
import { isoTime, systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { isEvent, type AnyEvent } from "../../src/events/envelope.ts";
import { isCanary, naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { loadRoles } from "../../src/load-roles.ts";
import { RoleTeam } from "../../src/team.ts";
import { openWorld, type World } from "../slack/world.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function fired(at: number): ReturnType<typeof makeEvent> {
  const local = isoTime(at).slice(0, 16);
  return makeEvent({
    id: naturalId("schedule.fired", "canary", local),
    source: "/schedules/canary",
    type: "schedule.fired",
    subject: "calendar:canary",
    time: isoTime(at),
    data: {
      role: "canary",
      window: { start: isoTime(at - 3_600_000), end: isoTime(at) },
      nominal: isoTime(at),
      ...{ local, zone: "UTC" },
    },
  });
}

async function soc(): Promise<World> {
  const world = await openWorld();
  open.push(() => world.close());
  const { bus } = world;
  const config = readConfig({});
  const { inventory } = await loadOrganisation(config);
  const roles = (await loadRoles()).filter(({ name }) => ["sentinel", "tier2", "ir-lead"].includes(name));
  const tools = await loadTools(config, bus, inventory);
  const team = new RoleTeam({ bus, roles, tools, model: await loadModel(config), diagnostics: silent });
  await team.start();
  open.push(() => team.stop());
  return world;
}

async function canaries(world: World): Promise<AnyEvent[]> {
  const events: AnyEvent[] = [];
  for await (const { event } of world.bus.read()) if (isCanary(event.subject)) events.push(event);
  return events;
}

describe("a canary", () => {
  it("comes through everything to a card of nobody's in the operations channel, once a window, and is withdrawn", async () => {
    const world = await soc();
    const { bus } = world;
    await bus.open(["canary"]);
    // One that dies between the alert and everything after it has left the alert.
    const running = startCanary({ bus, clock: systemClock, lookMs: 20 });
    open.push(() => running.close());
    const at = Math.floor(Date.now() / 60_000) * 60_000;
    const alert = canaryAlert(isoTime(at).slice(0, 16), isoTime(at));
    const left = { source: "/sources/hatrack", subject: alert.caseId, time: isoTime(at) };
    const id = naturalId("alert", alert.source, alert.sourceId);
    await bus.publish([makeEvent({ ...left, id, type: "alert.received", data: alert })]);
    await bus.publish([fired(at)]);
    await bus.publish([fired(at), fired(at - 3_600_000)]);
    const passed = await world.event("canary.passed");
    const { data } = await world.event("action.decided", ({ subject }) => isCanary(subject));
    expect(data).toMatchObject({ outcome: "superseded", by: [] });

    const events = await canaries(world);
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    expect([count("alert.received"), count("canary.sent"), count("canary.passed")]).toEqual([1, 1, 1]);
    expect(count("action.proposed")).toBeGreaterThan(0);
    const asked = events.filter((event) => isEvent(event, "handoff.requested"));
    for (const { data: request } of asked) {
      expect(request.bar.addressed.title).toBe("Nobody: this is a canary");
    }
    const posts = events.filter((event) => isEvent(event, "message.posted"));
    expect(new Set(posts.map((post) => post.data.channel))).toEqual(new Set(["C0OPS"]));
    expect(posts.some((post) => post.data.kind === "direct")).toBe(false);
    const state = JSON.stringify((await world.state()).channels.find(({ id }) => id === "C0OPS"));
    expect(state).not.toMatch(/<!subteam|"usergroup"|<@U|<!here|<!channel/);
    expect(passed.data.canaryId).toBe(passed.subject);
  });

  it("cannot be authorised by whoever presses its button", async () => {
    const world = await soc();
    const at = Date.now();
    const alert = canaryAlert("2026-03-02T06:20", isoTime(at));
    await world.bus.publish([
      makeEvent({
        ...{ id: naturalId("alert", alert.source, alert.sourceId), source: "/sources/hatrack" },
        ...{ type: "alert.received", subject: alert.caseId, time: isoTime(at), data: alert },
      }),
    ]);
    const { data } = await world.event("handoff.requested", ({ subject }) => isCanary(subject));
    const { proposalId, digest } = data;
    const principal = { team: "T0NORTHWIND", user: "U0PRIYA" };
    await world.bus.publish([
      makeEvent({
        ...{ id: naturalId("test", "press"), source: "/frontends/slack", type: "decision.submitted" },
        ...{ subject: alert.caseId, time: isoTime(Date.now()) },
        data: { decision: "authorise", proposalId, digest, principal, surface: "local" },
      }),
    ]);
    const refused = await world.event("decision.refused");
    expect(refused.data).toMatchObject({ rule: "canary", principal });
  });
});

describe("what became of a canary", () => {
  const caseId = canaryAlert("w", "2026-03-02T06:00:00Z").caseId;
  const said = (type: "alert.triaged" | "role.failed", data: object): AnyEvent =>
    makeEvent({
      id: "x",
      source: "/roles/sentinel",
      type,
      subject: caseId,
      time: "2026-03-02T06:00:00Z",
      data,
    });
  const triage = (verdict: string): AnyEvent =>
    said("alert.triaged", {
      ...{ intent: "benign", outcome: "unknown", verdict, confidence: 1, priority: 1, summary: "Nothing." },
      ...{ riskFactors: [], mitigatingFactors: [], questions: [], evidence: [], evidenceDropped: 0 },
    });

  it("is failure where an attack is called benign, or a role fails", () => {
    expect(canaryState([triage("benign")])).toMatchObject({
      state: "absurd",
      stoppedAt: "/roles/sentinel, which called an attack benign",
    });
    const detail = { role: "sentinel", title: "Sentinel", detail: "empty", steps: [], model: "m" };
    expect(canaryState([said("role.failed", { ...detail, reason: "empty_output" })])).toMatchObject({
      state: "absurd",
      stoppedAt: "sentinel, which failed: empty_output",
    });
  });

  it("is, on its way, who spoke last", () => {
    expect(canaryState([])).toMatchObject({ stoppedAt: "its alert, which is not on the log" });
    expect(canaryState([triage("true_positive")])).toMatchObject({
      state: "on its way",
      stoppedAt: "alert.triaged, said by Sentinel",
    });
  });
});
