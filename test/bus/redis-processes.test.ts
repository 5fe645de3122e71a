import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { requires } from "../require.ts";
import { answered, canary, openBus, seen } from "./redis-help.ts";
import { RedisServer } from "./redis-server.ts";

describe.skipIf(!requires("redis"))("workers in several processes", () => {
  let server: RedisServer;
  let workers: ChildProcess[] = [];

  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(async () => {
    for (const worker of workers) worker.kill("SIGKILL");
    workers = [];
    await server.stop();
  });

  function start(kind: "race" | "poison"): ChildProcess {
    const worker = fork(new URL("./redis-worker.ts", import.meta.url), [server.url, kind], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    workers.push(worker);
    return worker;
  }

  /** What was said of each subject. */
  function decisions(log: readonly StoredEvent[]): Map<string, string[]> {
    const bySubject = new Map<string, string[]>();
    for (const { event } of log) {
      if (!isEvent(event, "canary.missed")) continue;
      bySubject.set(event.subject, [...(bySubject.get(event.subject) ?? []), event.data.stoppedAt].sort());
    }
    return bySubject;
  }

  it("decide each of 1,000 raced keys once, though two processes read the same state (lesson 30)", async () => {
    const bus = await openBus(server, ["work"]);
    await Promise.all([start("race"), start("race")].map((worker) => once(worker, "message")));
    const subjects = Array.from({ length: 1_000 }, (_, n) => `KEY-${n}`);
    await bus.publish(subjects.flatMap((key) => ["x", "y"].map((who) => canary(`${key}-${who}`, key))));
    const said = decisions(await seen(bus, (log) => log.length === 4_000));
    expect(said.size).toBe(1_000);
    expect([...said.values()].filter((both) => both.join() !== "decided,refused")).toEqual([]);
    const [status] = await bus.groups();
    expect(status).toMatchObject({ lag: 0, pending: 0, dead: 0 });
    await bus.close();
  });

  it("bury the one entry that kills them, and none of its neighbours (lesson 34)", async () => {
    const bus = await openBus(server, ["work"]);
    const ids = Array.from({ length: 40 }, (_, n) => (n === 5 ? "poison" : `ok-${n}`));
    await bus.publish(ids.map((id) => canary(id)));
    let crashes = 0;
    const keepAlive = (): void => {
      start("poison").once("exit", (code) => {
        if (code !== 9) return;
        crashes += 1;
        keepAlive();
      });
    };
    keepAlive();
    const log = await seen(bus, (soFar) => soFar.length === 40 + 39 + 1);
    expect(answered(log).toSorted()).toEqual(ids.filter((id) => id !== "poison").toSorted());
    expect(await bus.dead.list()).toMatchObject([{ reason: "crashed", deliveries: 3 }]);
    expect(crashes).toBe(2);
    await bus.close();
  });
});
