/** An alert has one event on a log of several partitions too, whichever case it counts in. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { logTime, type StoredEvent } from "../../src/bus/bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { Alert } from "../../src/events/alert-events.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { foldCase } from "../../src/memory/case-file.ts";
import { alertBalance } from "../../src/memory/alert-balance.ts";
import { publishAlerts, type Published } from "../../src/seams/publish-alerts.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { requires } from "../require.ts";

const grouping = { minutes: 60, most: 100 };
const sourceIds = Array.from({ length: 8 }, (_, n) => `a${n}`);

function alert(sourceId: string): Alert {
  const key = { source: "crowdstrike", sourceId };
  return {
    ...{ ...key, caseId: caseIdOf(key), rule: { id: "41002", name: "Encoded PowerShell" }, title: "Title" },
    ...{ severity: "high", time: "2026-11-16T08:00:00.000Z", host: { name: "FIN-WS-042" } },
    ...{ techniques: [], indicators: [], raw: {} },
  };
}

describe.runIf(requires("redis"))("a log of four partitions", () => {
  let server: RedisServer;
  let bus: RedisBus;

  beforeAll(async () => {
    server = await RedisServer.start();
    bus = new RedisBus({ url: server.url, durability: "relaxed", partitions: 4 });
    await bus.open(["sentinel"]);
  });
  afterAll(async () => {
    await bus.close();
    await server.stop();
  });

  const take = (now: number): Promise<Published> => {
    const items = async function* () {
      for (const each of sourceIds) yield await Promise.resolve({ alert: alert(each) });
    };
    const signal = new AbortController().signal;
    const options = { clock: manualClock(now), diagnostics: silent, signal, grouping };
    return publishAlerts(bus, { name: "test", items }, options);
  };
  const read = async (subject?: string): Promise<StoredEvent[]> => {
    const log: StoredEvent[] = [];
    for await (const stored of bus.read(subject === undefined ? {} : { subject })) log.push(stored);
    return log;
  };

  it("keeps what was counted in another's case as that when it is offered again after the window", async () => {
    const first = { received: 1, grouped: 7, suppressed: 0, rejected: 0 };
    expect(await take(Date.now())).toEqual(first);
    const log = await read();
    expect(new Set(log.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    const last = Math.max(...log.map(({ position }) => logTime(position)));
    expect(await take(last + 2 * 3_600_000)).toEqual(first);
    expect(await read()).toHaveLength(8);
    expect((await alertBalance(bus)).alerts).toMatchObject({ received: 8, grouped: 7, balanced: true });
  });

  it("reads them with the case they count in", async () => {
    const caseId = caseIdOf({ source: "crowdstrike", sourceId: "a0" });
    const events = (await read(caseId)).map(({ event }) => event);
    expect(events.map(({ type }) => type)).toEqual([
      "alert.received",
      ...Array<string>(7).fill("alert.grouped"),
    ]);
    expect(foldCase(caseId, events).repeats).toBe(7);
  });
});
