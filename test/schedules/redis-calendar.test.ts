/** Schedulers and hunters as processes of their own on one Redis, killed as they work: each window once. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { isoTime, systemClock } from "../../src/clock.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { parseCron } from "../../schedules/cron.ts";
import { firings } from "../../schedules/match.ts";
import { Zone } from "../../schedules/zone.ts";
import { openBus, seen } from "../bus/redis-help.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { caseOf, escalated, ind, received, triaged } from "../memory/saying.ts";
import { requires } from "../require.ts";

const hours = 3_600_000;
const timing = {
  cron: parseCron("0 6,18 * * *"),
  zone: new Zone("Europe/Berlin"),
  window: "since-last",
} as const;
const cases = ["a", "b", "c"];

describe.skipIf(!requires("redis"))("the calendar on Redis", () => {
  let server: RedisServer;
  let bus: RedisBus;
  let children: ChildProcess[] = [];

  beforeEach(async () => {
    server = await RedisServer.start();
    bus = await openBus(server, ["threat-hunter"]);
  });
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    children = [];
    await bus.close();
    await server.stop();
  });

  async function start(...args: string[]): Promise<ChildProcess> {
    const child = fork(new URL("./calendar-process.ts", import.meta.url), [server.url, ...args], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    children.push(child);
    await once(child, "message");
    return child;
  }

  const said = (log: readonly StoredEvent[], type: string): StoredEvent[] =>
    log.filter(({ event }) => event.type === type);

  it("fires and hunts through each window once, whichever of two schedulers and three hunters die", async () => {
    const now = systemClock.now();
    const time = isoTime(now);
    await bus.publish(
      cases.flatMap((name) => [
        received(name, { host: `WS-${name}`, indicators: [ind("domain", "c2.bad.example")], time }),
        triaged(name, "suspicious", time),
        escalated(name, time),
      ]),
    );
    const expected = firings(timing, now, now + 48 * hours).map(({ local }) => local);
    const [first, second] = await Promise.all([start("hunter"), start("hunter"), start("hunter")]);
    const [mortal] = await Promise.all([start("scheduler", String(now)), start("scheduler", String(now))]);

    await seen(bus, (log) => said(log, "schedule.fired").length >= 1);
    first.kill("SIGKILL");
    mortal.kill("SIGKILL");
    await seen(bus, (log) => said(log, "role.worked").length >= 1);
    second.kill("SIGKILL");
    const [, log] = await Promise.all([
      start("hunter"),
      seen(bus, (all) => said(all, "role.worked").length >= expected.length),
    ]);

    const fired = log.flatMap(({ event }) => (isEvent(event, "schedule.fired") ? [event] : []));
    expect(fired.map(({ data }) => data.local)).toEqual(expected);
    const causes = said(log, "role.worked").map(({ event }) => event.causationid);
    expect(causes.toSorted()).toEqual(fired.map(({ id }) => id).sort());
    expect(said(log, "hunt.reported")).toHaveLength(1);
    expect(said(log, "campaign.detected").map(({ event }) => event.data)).toMatchObject([
      { caseIds: cases.map(caseOf).sort(), cases: 3 },
    ]);
    expect((await bus.groups()).map(({ dead }) => dead)).toEqual([0]);
  }, 60_000);
});
