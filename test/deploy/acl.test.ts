/** The Redis users that come with hatrack: each process kind does its real work under its own, and nothing more. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRedis } from "../../bin/doctor/redis.ts";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import { says, type Bus } from "../../src/bus/bus.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { canary, count, eventually, missed, quick, statusOf, until } from "../bus/conformance/harness.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { requires } from "../require.ts";
import { z } from "zod";

const file = join(import.meta.dirname, "../../deploy/redis/users.acl");
const shipped = readFileSync(file, "utf8");
const workers = ["hatrack-role", "hatrack-gate", "hatrack-slack", "hatrack-schedule"] as const;
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

  /** What every process of work does: open, prove the scripts, take, keep state, say, bury, look, follow. */
  async function work(user: string, prefix: string): Promise<void> {
    const bus = busOf(user, prefix);
    await bus.open(["g"]);
    const State = z.number();
    bus.subscribe<"canary.sent", number>(
      "g",
      ["canary.sent"],
      ({ event }) => {
        if (event.data.canaryId === "bad") throw new Error("no");
        return says(missed(event.data.canaryId));
      },
      {
        source: "/operations",
        confirmed: true,
        state: { key: () => "k", evolve: (state = 0) => state + 1, parse: (value) => State.parse(value) },
      },
    );
    await bus.publish([canary("good"), canary("good"), canary("bad")]);
    await until(bus, (events) => count("entry.dead", 1)(events) && count("canary.missed", 1)(events));
    expect((await statusOf(bus, "g")).dead).toBe(1);
    const about: string[] = [];
    for await (const { event } of bus.read({ subject: "system" })) about.push(event.type);
    expect(about).toContain("canary.missed");
    await bus.close();
  }

  it.each(workers)("%s opens, works, keeps state, buries and publishes", async (user) => {
    await work(user, `soc:${user}`);
  });

  it("hatrack-archive archives and trims", async () => {
    await work("hatrack-role", "soc:archived");
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
    await work("hatrack-role", "soc:mended");
    const bus = busOf("hatrack-operator", "soc:mended");
    await bus.open([]);
    const [dead] = await bus.dead.list();
    expect(await bus.dead.redrive("g", dead?.position ?? "")).toBe(true);
    expect(await bus.dead.discard("g", dead?.position ?? "")).toBe(false);
    await bus.parts[0]?.detach("g", "its role is gone");
    await bus.close();
  });

  it("hatrack-reader reads all of it and writes nothing", async () => {
    await work("hatrack-role", "soc:shown");
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

  it("may do on a Cluster and with replicas what ioredis and a confirmation send", async () => {
    const sent = [["CLUSTER", "SLOTS"], ["INFO", "replication"], ["READONLY"], ["PING"]];
    const writing = [
      ["SET", "{soc:0}:confirm", "1", "PX", "60000"],
      ["WAIT", "1", "2000"],
      ["EXISTS", "{soc:0}:id:a", "{soc:0}:id:b"],
    ];
    for (const user of everybody)
      for (const words of sent) expect(await admin?.call("ACL", ["DRYRUN", user, ...words])).toBe("OK");
    for (const user of [...workers, "hatrack-archive", "hatrack-operator"])
      for (const words of writing) expect(await admin?.call("ACL", ["DRYRUN", user, ...words])).toBe("OK");
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
