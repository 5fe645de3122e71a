/** The Redis users that come with hatrack: each process kind does its real work under its own, and nothing more. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRedis } from "../../bin/doctor/redis.ts";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { count, eventually, quick, statusOf, until } from "../bus/conformance/harness.ts";
import { RedisCluster } from "../bus/redis-cluster.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { requires } from "../require.ts";
import { work } from "./acl-work.ts";

const file = join(import.meta.dirname, "../../deploy/redis/users.acl");
const shipped = readFileSync(file, "utf8");
const workers = [
  "hatrack-alerts",
  "hatrack-role",
  "hatrack-gate",
  "hatrack-slack",
  "hatrack-schedule",
] as const;
const others = ["hatrack-archive", "hatrack-operator", "hatrack-reader", "hatrack-doctor"] as const;
const everybody = [...workers, ...others];

describe("the users as they are shipped", () => {
  it("are all off, so that nobody comes in with a password that stands in a repository", () => {
    const lines = shipped.trim().split("\n");
    expect(lines.map((line) => /^user ([\w-]+) off /.exec(line)?.[1])).toEqual([
      "default",
      "admin",
      ...everybody,
    ]);
    expect(shipped).not.toMatch(/[>#<!]|nopass/);
  });
});

const redisIsHere = requires("redis");

describe.runIf(redisIsHere)("under the Redis users of deploy/", () => {
  let server: RedisServer;
  let folder = "";
  let admin: Redis | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hatrack-acl-"));
    const acl = join(folder, "users.acl");
    writeFileSync(acl, shipped.replaceAll(/^user (?!default)([\w-]+) off /gm, "user $1 on >pw-$1 "));
    server = await RedisServer.start("--aclfile", acl);
    admin = new Redis(urlOf("admin"));
  });
  afterAll(async () => {
    admin?.disconnect();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const urlOf = (user: string): string => `redis://${user}:pw-${user}@127.0.0.1:${server.port}`;
  const busOf = (
    user: string,
    prefix: string,
    options: { readOnly?: boolean; archive?: string } = {},
  ): RedisBus => new RedisBus({ url: urlOf(user), prefix, timings: quick, ...options });

  it.each(workers)("%s opens, works, keeps state, buries and publishes", async (user) => {
    await work(busOf(user, `soc:${user}`));
  });

  it("hatrack-archive archives and trims", async () => {
    await work(busOf("hatrack-role", "soc:archived"));
    const bus = busOf("hatrack-archive", "soc:archived", { archive: join(folder, "archive") });
    await bus.open([]);
    const archive = new ArchiveFolder(join(folder, "archive"));
    const times = { behindMs: -1_000, keepMs: -1_000, retentionMs: 1_000_000 };
    const done = await bus.parts[0]?.archiveOnce(archive, times);
    expect(done?.entries).toBeGreaterThan(0);
    expect(done?.trimmed).toBeGreaterThan(0);
    await bus.close();
  });

  it("hatrack-operator redrives, discards and retires", async () => {
    await work(busOf("hatrack-role", "soc:mended"));
    const bus = busOf("hatrack-operator", "soc:mended");
    await bus.open([]);
    const [dead] = await bus.dead.list();
    expect(await bus.dead.redrive("g", dead?.position ?? "")).toBe(true);
    expect(await bus.dead.discard("g", dead?.position ?? "")).toBe(false);
    await bus.parts[0]?.detach("g", "its role is gone");
    await bus.close();
  });

  it("hatrack-reader reads all of it and writes nothing", async () => {
    await work(busOf("hatrack-role", "soc:shown"));
    const bus: Bus = busOf("hatrack-reader", "soc:shown", { readOnly: true });
    await bus.open([]);
    expect((await statusOf(bus, "g")).dead).toBe(1);
    expect(await bus.dead.list()).toHaveLength(1);
    await until(bus, count("entry.dead", 1));
    await bus.close();
    const writing = busOf("hatrack-reader", "soc:shown");
    await expect(writing.open(["g"])).rejects.toMatchObject({ code: "bus_denied" });
  });

  const checksOf = async (user: string): Promise<{ name: string; status: string; found: string }[]> => {
    const checks = [];
    for await (const check of checkRedis({ url: urlOf(user), durability: "strict", partitions: undefined }))
      checks.push(check);
    return checks;
  };

  it("hatrack-doctor can check the settings; where CONFIG is denied doctor says that it cannot", async () => {
    expect(await checksOf("hatrack-doctor")).toContainEqual(
      expect.objectContaining({ name: "redis durability", status: "ok" }),
    );
    const denied = await checksOf("hatrack-reader");
    const found = denied.filter((check) => check.found.startsWith("cannot check"));
    expect(found.map(({ status }) => status)).toEqual(["warn", "warn", "warn"]);
  });

  const log = "{soc:0}:log";
  const forbidden: readonly (readonly [string, ...string[]])[] = [
    ["XDEL", log, "1-1"],
    ["XSETID", log, "1-1"],
    ["XGROUP", "DESTROY", log, "g"],
    ["XGROUP", "SETID", log, "g", "$"],
    ["XGROUP", "DELCONSUMER", log, "g", "c"],
    ["XAUTOCLAIM", log, "g", "c", "0", "0"],
    ["DEL", log],
    ["UNLINK", log],
    ["RENAME", log, "{soc:0}:other"],
    ["EXPIRE", log, "1"],
    ["FLUSHDB"],
    ["FLUSHALL"],
    ["SWAPDB", "0", "1"],
    ["KEYS", "*"],
    ["CONFIG", "SET", "appendonly", "no"],
    ["CONFIG", "REWRITE"],
    ["ACL", "LIST"],
    ["SCRIPT", "FLUSH"],
    ["FUNCTION", "FLUSH"],
    ["SHUTDOWN", "NOSAVE"],
    ["REPLICAOF", "NO", "ONE"],
    ["MONITOR"],
    ["GET", "another-program's-key"],
    ["EVAL", "return redis.call('XDEL', KEYS[1], '1-1')", "1", log],
  ];

  it.each(everybody)("%s is refused whatever would undo the log", async (user) => {
    const client = new Redis(urlOf(user));
    try {
      for (const [command, ...args] of forbidden) {
        // Inside a script Redis says it in words of its own.
        const refusal =
          command === "EVAL" ? /ACL failure in script|NOPERM|user executing the script/ : /NOPERM/;
        await expect(client.call(command, args), `${user} ${command}`).rejects.toThrow(refusal);
      }
      const trim = client.call("XTRIM", [log, "MAXLEN", "1000000"]);
      if (user === "hatrack-archive") expect(await trim).toBe(0);
      else await expect(trim).rejects.toThrow(/NOPERM/);
      const discard = client.call("HDEL", ["{soc:0}:dead:g", "1-1"]);
      if (user === "hatrack-operator") expect(await discard).toBe(0);
      else await expect(discard).rejects.toThrow(/NOPERM/);
    } finally {
      client.disconnect();
    }
  });

  it("lets nobody in as the default user", async () => {
    const nobody = new Redis(server.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
    nobody.on("error", () => undefined);
    await eventually(async () => {
      await expect(nobody.call("PING")).rejects.toThrow(/NOAUTH|closed/);
    });
    nobody.disconnect();
  });
});

describe.runIf(redisIsHere)("under the same users on a Redis Cluster with replicas", () => {
  let cluster: RedisCluster;
  let folder = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hatrack-acl-"));
    cluster = await RedisCluster.start();
    await cluster.demandReplicas();
    const client = cluster.client();
    await client.ping();
    for (const node of client.nodes("all"))
      for (const line of shipped.trim().split("\n").slice(1)) {
        const [, user = "", , ...rules] = line.split(" ");
        await node.call("ACL", ["SETUSER", user, "on", `>pw-${user}`, ...rules]);
      }
    client.disconnect();
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  const busOf = (user: string, options: { readOnly?: boolean; archive?: string } = {}): RedisBus => {
    const url = cluster.url.replace("//", `//${user}:pw-${user}@`);
    return new RedisBus({ url, prefix: "soc", partitions: 3, timings: quick, ...options });
  };

  it("a worker, the archive, an operator, a reader and the doctor do what is theirs", async () => {
    const rulesOf = (user: string): string | undefined =>
      new RegExp(`^user ${user} off (.*)$`, "m").exec(shipped)?.[1];
    expect(new Set(workers.map(rulesOf)).size).toBe(1);
    await work(busOf("hatrack-role"), [
      "CASE-0000000001",
      "CASE-0000000002",
      "CASE-0000000003",
      "CASE-0000000004",
    ]);

    const reader = busOf("hatrack-reader", { readOnly: true });
    await reader.open([]);
    expect(await reader.dead.list()).toHaveLength(4);
    await until(reader, count("entry.dead", 4));
    await reader.close();

    const operator = busOf("hatrack-operator");
    await operator.open([]);
    const [first, second, ...rest] = await operator.dead.list();
    expect(await operator.dead.redrive("g", first?.position ?? "")).toBe(true);
    for (const dead of [second, ...rest])
      expect(await operator.dead.discard("g", dead?.position ?? "")).toBe(true);
    for (const part of operator.parts) await part.detach("g", "its role is gone");
    await operator.close();

    const archive = join(folder, "archive");
    const archiver = busOf("hatrack-archive", { archive });
    await archiver.open([]);
    const times = { behindMs: -1_000, keepMs: -1_000, retentionMs: 1_000_000 };
    const order = { beforeMs: Infinity, by: "test", why: "test" };
    let trimmed = 0;
    for (const part of archiver.parts) {
      trimmed += (await part.archiveOnce(new ArchiveFolder(archive), times)).trimmed;
      await part.erase(new ArchiveFolder(archive), order);
      expect((await part.verify([])).damage).toEqual([]);
    }
    expect(trimmed).toBeGreaterThan(0);
    await archiver.close();

    const url = cluster.url.replace("//", "//hatrack-doctor:pw-hatrack-doctor@");
    const checks = [];
    for await (const check of checkRedis({ url, durability: "strict", partitions: undefined }))
      checks.push(check);
    expect(checks).toContainEqual(expect.objectContaining({ name: "redis durability", status: "ok" }));
  });
});
