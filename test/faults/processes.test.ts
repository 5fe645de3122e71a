/** Roles as processes of their own, killed, frozen and cut off at random while thousands of events come in. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HatrackError } from "../../src/errors.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { random } from "../../src/replay/random.ts";
import { requires } from "../require.ts";
import { CuttingProxy } from "../bus/cutting-proxy.ts";
import { answered, canary, openBus, readAll, tamper } from "../bus/redis-help.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { figure, long, untilAnswered } from "./long.ts";

describe.skipIf(!requires("redis"))("roles as processes", () => {
  let server: RedisServer;
  const workers = new Set<ChildProcess>();
  let crashes = 0;
  let ended = false;

  beforeEach(async () => {
    [crashes, ended] = [0, false];
    server = await RedisServer.start();
  });
  afterEach(async () => {
    ended = true;
    // Heard of now, or the next test would start them again.
    await Promise.all([...workers].map(gone));
    workers.clear();
    await server.stop();
  });

  async function gone(worker: ChildProcess): Promise<void> {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    const exit = once(worker, "exit");
    worker.kill("SIGKILL");
    await exit;
  }

  function start(url: string, execArgv: readonly string[] = []): ChildProcess {
    const worker = fork(new URL("./fault-worker.ts", import.meta.url), [url], {
      execArgv: ["--disable-warning=ExperimentalWarning", ...execArgv],
    });
    workers.add(worker);
    return worker;
  }

  /** As a service manager does: it is started again whatever it ended of. */
  function keep(url: string): void {
    start(url).once("exit", function (this: ChildProcess) {
      workers.delete(this);
      crashes += 1;
      if (!ended) keep(url);
    });
  }

  /** Publishes one after the other, each again until it is acknowledged, as a source does. */
  async function publishAll(bus: RedisBus, ids: readonly string[]): Promise<void> {
    for (const id of ids) while (!(await acknowledged(bus, id)));
  }

  async function acknowledged(bus: RedisBus, id: string): Promise<boolean> {
    try {
      return (await bus.publish([canary(id)])).length === 1;
    } catch (error) {
      if (error instanceof HatrackError && error.retryable) return false;
      throw error;
    }
  }

  /** An innocent that was in the hands of too many killed processes is a dead letter, and is redriven: none is lost. */
  async function settled(watch: RedisBus, count: number): Promise<void> {
    for (;;) {
      const dead = await watch.dead.list();
      expect(dead.filter(({ reason }) => reason !== "crashed")).toEqual([]);
      const innocent = dead.filter(({ text }) => !text.includes('"canaryId":"poison"'));
      for (const { group, position } of innocent) await watch.dead.redrive(group, position);
      const done = answered(await readAll(watch)).length;
      if (done === count && dead.length === 1 && innocent.length === 0) return;
      await delay(100);
    }
  }

  it.each(long ? [1, 2, 3, 4, 5] : [1])(
    "account for every event, each answered once, whatever is killed, frozen and cut (seed %i)",
    { timeout: 1_800_000 },
    async (seed) => {
      const draw = random(seed);
      const proxy = await CuttingProxy.to(server.port);
      const bus = await openBus(proxy, ["work"]);
      const watch = await openBus(server, ["work"]);
      const redis = tamper(server);
      redis.on("error", () => undefined);
      const faults = {
        "a worker killed": () => [...workers].at(0)?.kill("SIGKILL"),
        "both twins killed": () => [...workers].map((worker) => worker.kill("SIGKILL")),
        "redis killed": async () => {
          await server.kill9();
          await server.restart();
        },
        "redis frozen": async () => {
          server.freeze();
          await delay(400);
          server.thaw();
        },
        "connections cut": () => redis.call("CLIENT", ["KILL", "TYPE", "normal", "SKIPME", "yes"]),
      } satisfies Record<string, () => unknown>;
      const names = Object.keys(faults) as (keyof typeof faults)[];
      const happened: Record<string, number> = {};

      const ids = Array.from({ length: long ? 20_000 : 2_000 }, (_, n) => (n === 700 ? "poison" : `c${n}`));
      keep(server.url);
      keep(server.url);
      proxy.loseReplyTo('"canaryId":"c0"');
      const published = publishAll(bus, ids);
      const rounds = long ? 40 : 9;
      for (let round = 1; round <= rounds; round++) {
        const enough = Math.floor((round * (ids.length - 200)) / rounds);
        await untilAnswered(watch, enough);
        // Each once, then at random.
        const name = names[round <= names.length ? round - 1 : Math.floor(draw() * names.length)];
        if (name === undefined) throw new Error("no fault");
        happened[name] = (happened[name] ?? 0) + 1;
        await faults[name]();
      }
      await published;
      await settled(watch, ids.length - 1);
      const log = await readAll(watch);
      expect(answered(log).toSorted()).toEqual(ids.filter((id) => id !== "poison").toSorted());
      expect(
        log.filter(({ event }) => event.type === "canary.sent").map(({ event }) => event.id),
      ).toHaveLength(ids.length);
      const [status] = await watch.groups();
      expect(status).toMatchObject({ lag: 0, pending: 0, dead: 1 });
      figure(`seed ${seed}`, {
        events: ids.length,
        ...happened,
        "replies lost": proxy.cuts,
        restarts: crashes,
      });
      redis.disconnect();
      await bus.close();
      await watch.close();
      await proxy.close();
    },
  );

  it(
    "hold little of a long queue: its events are many times what the process may have",
    { timeout: 1_800_000 },
    async () => {
      const [count, bytes] = long ? [100_000, 4_000] : [1_000, 60_000];
      const bus = await openBus(server, ["work"], { durability: "relaxed" });
      const redis = tamper(server);
      await redis.config("SET", "appendfsync", "no");
      redis.disconnect();
      const filling = "x".repeat(bytes);
      for (let at = 0; at < count; at += 100) {
        await bus.publish(
          Array.from({ length: 100 }, (_, n) => {
            const event = canary(`c${at + n}`);
            return { ...event, data: { ...event.data, canaryId: `c${at + n} ${filling}` } };
          }),
        );
      }
      const worker = start(server.url, ["--max-old-space-size=48"]);
      await untilAnswered(bus, count);
      worker.send("memory");
      let rss = Number.NaN;
      while (Number.isNaN(rss)) rss = await once(worker, "message").then(([said]: unknown[]) => Number(said));
      figure("a queue", {
        ...{ events: count, "MB queued": Math.round((count * bytes) / 1e6) },
        "MB of the worker, heap limited to 48": Math.round(rss / 1e6),
      });
      expect(worker.exitCode).toBeNull();
      await bus.close();
    },
  );
});
