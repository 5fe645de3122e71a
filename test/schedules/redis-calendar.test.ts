/**
 * Schedulers, hunters and front ends as processes of their own on one Redis, killed as they work: each window once, and
 * each report once in the channel.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { isoTime, systemClock } from "../../src/clock.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { parseCron } from "../../schedules/cron.ts";
import { firings } from "../../schedules/match.ts";
import { Zone } from "../../schedules/zone.ts";
import { startWorkspace, type RunningWorkspace } from "../../slack/workspace/server.ts";
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

const people: unknown = JSON.parse(
  readFileSync(new URL("../../fixtures/workspace.json", import.meta.url), "utf8"),
);
const Message = z.looseObject({
  metadata: z.object({ event_payload: z.looseObject({ kind: z.string(), event_id: z.string() }) }).optional(),
});
const State = z.object({
  channels: z.array(z.object({ messages: z.array(Message.extend({ replies: z.array(Message) })) })),
});

describe.skipIf(!requires("redis"))("the calendar on Redis", () => {
  let server: RedisServer;
  let bus: RedisBus;
  let children: ChildProcess[] = [];

  let workspace: RunningWorkspace;

  beforeEach(async () => {
    server = await RedisServer.start();
    workspace = await startWorkspace({ port: 0, file: ":memory:", directory: people });
    bus = await openBus(server, ["threat-hunter"]);
  });
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    children = [];
    await bus.close();
    await workspace.close();
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

  /** The events whose digests stand in a channel, as often as they stand there. */
  async function digests(): Promise<string[]> {
    const headers = { "x-local-token": workspace.token };
    const state = State.parse(await (await fetch(`${workspace.url}/local/state`, { headers })).json());
    return state.channels
      .flatMap(({ messages }) => messages.flatMap((message) => [message, ...message.replies]))
      .flatMap(({ metadata }) => (metadata?.event_payload.kind === "digest" ? [metadata] : []))
      .map(({ event_payload }) => event_payload.event_id);
  }

  it("fires, hunts and posts each once, whichever of two schedulers, three hunters and two front ends die", async () => {
    const now = systemClock.now();
    const time = isoTime(now);
    await bus.publish(
      cases.flatMap((name) => [
        received(name, { host: `WS-${name}`, indicators: [ind("domain", "c2.bad.example")], time }),
        { ...triaged(name, "suspicious", time), source: "/roles/sentinel" },
        escalated(name, time),
      ]),
    );
    const expected = firings(timing, now, now + 48 * hours).map(({ local }) => local);
    const posting = await Promise.all([1, 2].map(() => start("front-end", workspace.url)));
    const [first, second] = await Promise.all([start("hunter"), start("hunter"), start("hunter")]);
    const [mortal] = await Promise.all([start("scheduler", String(now)), start("scheduler", String(now))]);

    await seen(bus, (log) => said(log, "schedule.fired").length >= 1);
    first.kill("SIGKILL");
    mortal.kill("SIGKILL");
    await seen(bus, (log) => said(log, "role.worked").length >= 1);
    second.kill("SIGKILL");
    // As the first stands in the channel, often before whoever posted it has said so on the log.
    while ((await digests()).length === 0) await delay(5);
    for (const child of posting) child.kill("SIGKILL");
    const isDigest = ({ event }: StoredEvent): boolean =>
      isEvent(event, "message.posted") && event.data.kind === "digest" && event.data.picture === undefined;
    const [, , log] = await Promise.all([
      start("hunter"),
      start("front-end", workspace.url),
      seen(
        bus,
        (all) => said(all, "role.worked").length >= expected.length && all.filter(isDigest).length >= 2,
      ),
    ]);

    const fired = log.flatMap(({ event }) => (isEvent(event, "schedule.fired") ? [event] : []));
    expect(fired.map(({ data }) => data.local)).toEqual(expected);
    const causes = said(log, "role.worked").map(({ event }) => event.causationid);
    expect(causes.toSorted()).toEqual(fired.map(({ id }) => id).sort());
    expect(said(log, "hunt.reported")).toHaveLength(1);
    expect(said(log, "campaign.detected").map(({ event }) => event.data)).toMatchObject([
      { caseIds: cases.map(caseOf).sort(), cases: 3 },
    ]);
    const reports = [...said(log, "hunt.reported"), ...said(log, "campaign.detected")];
    expect((await digests()).sort()).toEqual(reports.map(({ event }) => event.id).sort());
    expect((await bus.groups()).filter(({ dead }) => dead > 0)).toEqual([]);
  }, 120_000);
});
