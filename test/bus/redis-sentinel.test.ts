import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";
import { requires } from "../require.ts";
import { canary, openBus, readAll } from "./redis-help.ts";
import { freePort, RedisServer } from "./redis-server.ts";

let folder: string;
let sentinel: ChildProcess;
const servers: RedisServer[] = [];

/** One Sentinel, which alone decides. */
async function watch(primary: RedisServer): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), "hatrack-sentinel-"));
  const port = await freePort();
  const file = join(folder, "sentinel.conf");
  const name = "soc";
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor ${name} 127.0.0.1 ${primary.port} 1`,
    `sentinel down-after-milliseconds ${name} 500`,
    `sentinel failover-timeout ${name} 3000`,
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  sentinel = spawn("redis-server", [file, "--sentinel"], { stdio: "ignore" });
  const asking = new Redis({ host: "127.0.0.1", port, protocol: 2, retryStrategy: () => 50 });
  asking.on("error", () => undefined);
  // It fails over to a replica it has heard of.
  for (;;) {
    const replicas: unknown = await asking.call("SENTINEL", ["REPLICAS", name]).catch(() => []);
    if (Array.isArray(replicas) && replicas.length === 1) break;
    await sleep(100);
  }
  asking.disconnect();
  return `redis-sentinel://127.0.0.1:${port}/${name}`;
}

/** Resolves when it has what its primary has. */
async function following(replica: RedisServer): Promise<void> {
  const asking = new Redis(replica.url, { protocol: 2 });
  while (!(await asking.info("replication")).includes("master_link_status:up")) await sleep(50);
  asking.disconnect();
}

/** Resolves when its replica has what it has. */
async function received(primary: RedisServer): Promise<void> {
  const asking = new Redis(primary.url, { protocol: 2 });
  // WAIT counts what its own connection wrote.
  await asking.set("last", "1");
  expect(await asking.wait(1, 30_000)).toBe(1);
  asking.disconnect();
}

afterEach(async () => {
  const ended = once(sentinel, "exit");
  sentinel.kill("SIGKILL");
  await ended;
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!requires("redis"))("the Redis bus behind Sentinels", () => {
  it("goes on with the new primary, with everything that was acknowledged", async () => {
    const primary = await RedisServer.start("--repl-diskless-sync-delay", "0");
    const replica = await RedisServer.start("--replicaof", "127.0.0.1", String(primary.port));
    servers.push(primary, replica);
    await following(replica);
    const url = await watch(primary);
    // The one replica becomes the one primary: there is nobody left to confirm, and that is what relaxed accepts.
    const bus = await openBus({ url }, ["g"], { durability: "relaxed", confirmMs: 200 });
    const before = Array.from({ length: 50 }, (_, n) => `b${n}`);
    await bus.publish(before.map((id) => canary(id)));
    // Relaxed promises what the primary has; this test asks for what its replica has too.
    await received(primary);
    await primary.kill9();
    for (;;) {
      const done = await bus.publish([canary("after")]).catch(() => undefined);
      if (done !== undefined) break;
      await sleep(100);
    }
    expect((await readAll(bus)).map(({ event }) => event.id)).toEqual([...before, "after"]);
    await bus.close();
  });
});
