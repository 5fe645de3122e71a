/**
 * The day it went quiet (lesson 10), as the operations channel sees it: a model that answers 200 with nothing in it. What
 * the legs make of it and that all is worked once one is back is in test/models/outage-of-models.test.ts.
 */
import { expect, it } from "vitest";
import { loadModel, loadOrganisation, loadTools } from "../../bin/assemble.ts";
import { readConfig } from "../../bin/config.ts";
import { startCanary } from "../../src/canary/runner.ts";
import { isoTime, systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { loadRoles } from "../../src/load-roles.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { RoleTeam } from "../../src/team.ts";
import { Watch, type Outages } from "../../src/watch/watch.ts";
import { announceInSlack } from "../../slack/watch-post.ts";
import { openWorld } from "../slack/world.ts";

it("is known in the operations channel by the next canary, closes nothing, and is over with the first that comes through", async () => {
  const world = await openWorld();
  const { bus } = world;
  const config = readConfig({});
  const { inventory } = await loadOrganisation(config);
  const rules = await loadModel(config);
  let quiet = true;
  const team = new RoleTeam({
    bus,
    roles: (await loadRoles()).filter(({ name }) => ["sentinel", "tier2", "ir-lead"].includes(name)),
    tools: await loadTools(config, bus, inventory),
    model: (role) =>
      quiet
        ? {
            chat: new CannedModel({ role: role.name, script: () => ({ text: "" }) }),
            name: "quiet",
            leg: "backup",
          }
        : rules(role),
    diagnostics: silent,
  });
  await team.start();
  await bus.open(["canary"]);
  const canary = startCanary({ bus, clock: systemClock, lookMs: 20 });
  let outages: Outages = {};
  const slack = announceInSlack(
    { kind: "local", url: world.workspace.url },
    { channel: "#soc-ops", diagnostics: silent },
  );
  const watch = (): Watch =>
    new Watch({
      bus: () => Promise.resolve(bus),
      clock: systemClock,
      announce: slack,
      kept: {
        read: () => Promise.resolve(outages),
        write: (next) => Promise.resolve(void (outages = next)),
      },
      canaryDue: () => undefined,
    });
  const fire = (at: number): Promise<unknown> =>
    bus.publish([
      makeEvent({
        ...{
          id: naturalId("schedule.fired", "canary", at),
          source: "/schedules/canary",
          type: "schedule.fired",
        },
        ...{ subject: "calendar:canary", time: isoTime(at) },
        data: { role: "canary", window: { start: isoTime(at), end: isoTime(at) }, nominal: isoTime(at) },
      }),
    ]);
  const inOps = async (words: string): Promise<number> => {
    const { channels } = await world.state();
    const ops = channels.find(({ id }) => id === "C0OPS")?.messages ?? [];
    return ops.filter(
      (message) => message.text.includes(words) && JSON.stringify(message).includes('"canary 2'),
    ).length;
  };
  try {
    const now = Math.floor(Date.now() / 1000) * 1000;
    await fire(now - 60_000);
    const missed = await world.event("canary.missed");
    expect(missed.data.stoppedAt).toContain("which failed: ");
    // Each look by a watch that was just started, as after a crash.
    for (const one of [watch(), watch()]) await one.look();
    expect(await inOps("the canary did not come through")).toBe(1);
    // A person is asked to look, and nothing was closed on the word of nobody.
    await world.event("role.failed");
    for await (const { event } of bus.read())
      expect(["case.closed", "alert.triaged"]).not.toContain(event.type);

    quiet = false;
    await fire(now);
    await world.event("canary.passed");
    for (const one of [watch(), watch()]) await one.look();
    expect(await inOps("canary came through again")).toBe(1);
    expect(outages).toEqual({});
  } finally {
    await canary.close();
    await team.stop();
    await world.close();
  }
});
