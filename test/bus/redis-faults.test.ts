import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Redis } from "ioredis";
import { says, skip } from "../../src/bus/bus.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { HatrackError } from "../../src/errors.ts";
import { requires } from "../require.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import {
  answered,
  answerTo,
  canary,
  keys,
  missed,
  never,
  openBus,
  pending,
  readAll,
  seen,
  takeOne,
  tamper,
} from "./redis-help.ts";
import { RedisServer } from "./redis-server.ts";

const types = ["canary.sent"] as const;

describe.skipIf(!requires("redis"))("the Redis bus when things break", () => {
  let server: RedisServer;
  let redis: Redis;
  const open: RedisBus[] = [];

  beforeEach(async () => {
    server = await RedisServer.start();
    redis = tamper(server);
    redis.on("error", () => undefined);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
    redis.disconnect();
    await server.stop();
  });

  async function bus(...args: Parameters<typeof openBus> extends [unknown, ...infer Rest] ? Rest : never) {
    const opened = await openBus(server, ...args);
    open.push(opened);
    return opened;
  }

  /** Publishes one after the other, each again until it is acknowledged. */
  async function publishAll(to: RedisBus, ids: readonly string[]): Promise<void> {
    for (const id of ids) while (!(await acknowledged(to, id)));
  }

  async function acknowledged(to: RedisBus, id: string): Promise<boolean> {
    try {
      return (await to.publish([canary(id)])).length === 1;
    } catch (error) {
      if (error instanceof HatrackError && error.retryable) return false;
      throw error;
    }
  }

  const answer = (to: RedisBus) =>
    to.subscribe("work", types, ({ event }) => says(missed(event.data.canaryId)), { source: "/test" });

  it("loses nothing it acknowledged and does nothing twice when Redis is killed in the middle of a chain", async () => {
    const ours = await bus(["work"]);
    const work = answer(ours);
    const ids = Array.from({ length: 300 }, (_, n) => `c${n}`);
    const published = publishAll(ours, ids);
    await seen(ours, (log) => answered(log).length === 50);
    await server.kill9();
    await expect.poll(() => work.status()).toBe("paused");
    await server.restart();
    await published;
    const log = await seen(ours, (soFar) => answered(soFar).length === ids.length);
    expect(answered(log).toSorted()).toEqual(ids.toSorted());
    expect(log).toHaveLength(2 * ids.length);
    expect(work.status()).toBe("running");
    expect((await ours.groups())[0]).toMatchObject({ lag: 0, pending: 0, dead: 0 });
  });

  it("goes on by itself when all its connections are cut, again and again", async () => {
    const ours = await bus(["work"]);
    answer(ours);
    const ids = Array.from({ length: 200 }, (_, n) => `c${n}`);
    const published = publishAll(ours, ids);
    for (const enough of [30, 60, 90]) {
      await seen(ours, (log) => answered(log).length >= enough);
      await redis.call("CLIENT", ["KILL", "TYPE", "normal", "SKIPME", "yes"]);
    }
    await published;
    const log = await seen(ours, (soFar) => answered(soFar).length >= ids.length);
    expect(answered(log).toSorted()).toEqual(ids.toSorted());
    expect(log).toHaveLength(2 * ids.length);
  });

  it("publishes once and settles once when the replies are lost", async () => {
    const proxy = await CuttingProxy.to(server.port);
    const ours = await openBus(proxy, ["work"]);
    proxy.loseReplyTo('"canaryId":"first"');
    const [said] = await ours.publish([canary("first")]);
    expect(proxy.cuts).toBe(1);
    expect(await ours.publish([canary("first")])).toEqual([said]);

    const store = ours.groupStore({ group: "work", types, consumer: "a" });
    const claim = await takeOne(store);
    proxy.loseReplyTo("canary.missed");
    expect(await store.commit(answerTo(claim))).toBe("settled");
    expect(proxy.cuts).toBe(2);
    expect((await readAll(ours)).map(({ event }) => event.type)).toEqual(["canary.sent", "canary.missed"]);
    expect(await pending(redis)).toEqual([]);
    await ours.close();
    await proxy.close();
  });

  it("claims again what was given to it in a reply it never saw", async () => {
    const proxy = await CuttingProxy.to(server.port);
    const ours = await openBus(proxy, ["work"]);
    await ours.publish([canary("1")]);
    proxy.loseReplyTo("(handed back)");
    const work = answer(ours);
    const log = await seen(ours, (soFar) => answered(soFar).length === 1);
    expect(proxy.cuts).toBe(1);
    expect(log).toHaveLength(2);
    await work.close();
    await ours.close();
    await proxy.close();
  });

  it("says in time that a frozen Redis is unavailable, and goes on when it thaws", async () => {
    const ours = await bus(["work"], { commandMs: 1_000 });
    server.freeze();
    await expect(ours.publish([canary("1")])).rejects.toMatchObject({
      code: "bus_unavailable",
      retryable: true,
    });
    server.thaw();
    await publishAll(ours, ["1"]);
    expect(await readAll(ours)).toHaveLength(1);
  });

  it("changes nothing when Redis is full, and goes on when it is not", async () => {
    const ours = await bus(["work"]);
    await ours.publish([canary("1")]);
    const store = ours.groupStore({ group: "work", types, consumer: "a" });
    const claim = await takeOne(store);
    await redis.config("SET", "maxmemory", "1");
    const full = {
      code: "bus_full",
      retryable: true,
      message: expect.stringContaining("raise maxmemory") as string,
    };
    await expect(ours.publish([canary("2")])).rejects.toMatchObject(full);
    await expect(store.commit(answerTo(claim))).rejects.toMatchObject(full);
    expect(await store.renew([claim])).toEqual([]);
    expect(await pending(redis)).toEqual([["a", 1]]);
    await redis.config("SET", "maxmemory", "0");
    expect(await store.commit(answerTo(claim))).toBe("ok");
    expect(answered(await readAll(ours))).toEqual(["1"]);
  });

  it("knows a replica, a wrong password and a Redis that is not there from one another", async () => {
    const ours = await bus(["work"]);
    await redis.config("SET", "replica-serve-stale-data", "yes");
    await redis.replicaof("127.0.0.1", 1);
    await expect(ours.publish([canary("1")])).rejects.toMatchObject({
      code: "bus_unavailable",
      retryable: true,
      message: expect.stringContaining("is a replica") as string,
    });
    await redis.replicaof("NO", "ONE");
    await redis.config("SET", "requirepass", "secret");
    const denied = { code: "bus_denied", retryable: false };
    await expect(openBus(server, [])).rejects.toMatchObject(denied);
    const wrong = openBus({ url: server.url.replace("//", "//:wrong-word@") }, []);
    await expect(wrong).rejects.toMatchObject(denied);
    await expect(wrong).rejects.not.toThrow("wrong-word");
    open.push(await openBus({ url: server.url.replace("//", "//:secret@") }, ["work"]));
    await expect(openBus({ url: "redis://127.0.0.1:1" }, [])).rejects.toMatchObject({
      code: "bus_unavailable",
      retryable: true,
      message: expect.stringContaining("ECONNREFUSED") as string,
    });
  });

  it("fails the subscription loudly when its group vanishes", async () => {
    const ours = await bus(["work"]);
    const work = ours.subscribe("work", types, () => skip("not asked"), { source: "/test" });
    await redis.call("XGROUP", ["DESTROY", keys.log, "work"]);
    await expect(work.ended).rejects.toMatchObject({ code: "group_vanished" });
    expect(work.status()).toBe("failed");
  });

  it("ends a wait at once when it is given up, and claims nothing by it", async () => {
    const ours = await bus(["work"]);
    const store = ours.groupStore({ group: "work", types, consumer: "a" });
    const given = new AbortController();
    const taking = store.take({ max: 1, waitMs: 60_000, signal: given.signal });
    given.abort();
    expect(await taking).toEqual([]);
    await ours.publish([canary("1")]);
    expect(await pending(redis)).toEqual([]);
    await store.close();
  });

  it("knows its scripts again after Redis forgot them", async () => {
    const ours = await bus(["work"]);
    await redis.script("FLUSH");
    await ours.publish([canary("1")]);
    const store = ours.groupStore({ group: "work", types, consumer: "a" });
    await redis.script("FLUSH");
    expect(await store.take({ max: 1, waitMs: 1, signal: never })).toHaveLength(1);
  });

  it("refuses a Redis that may lose what it acknowledged, and says what to set", async () => {
    await redis.config("SET", "appendfsync", "everysec", "maxmemory-policy", "allkeys-lru");
    const refused = openBus(server, ["work"]);
    await expect(refused).rejects.toMatchObject({ code: "bus_not_durable" });
    await expect(refused).rejects.toThrow(
      /appendfsync is "everysec".*maxmemory-policy is "allkeys-lru".*REDIS_DURABILITY=relaxed/s,
    );
    expect(await redis.exists(keys.groups)).toBe(0);
    const relaxed = await bus(["work"], { durability: "relaxed" });
    expect(relaxed.findings.map(({ setting, found }) => [setting, found])).toEqual([
      ["appendfsync", "everysec"],
      ["maxmemory-policy", "allkeys-lru"],
    ]);
  });

  it("asks for min-replicas-to-write where there are replicas", async () => {
    const replica = await RedisServer.start("--replicaof", "127.0.0.1", String(server.port));
    await expect.poll(() => redis.info("replication"), { timeout: 20_000 }).toContain("connected_slaves:1");
    await expect(openBus(server, [])).rejects.toThrow(/min-replicas-to-write is "0"/);
    await redis.config("SET", "min-replicas-to-write", "1");
    await expect
      .poll(() => redis.info("replication"), { timeout: 20_000 })
      .toContain("min_slaves_good_slaves:1");
    expect((await bus([])).findings).toEqual([]);
    await replica.stop();
  });

  it("reports what it may not look at, and works with the rights it needs and no more", async () => {
    const rights = [
      "~soc:*",
      "~{soc:*",
      "resetchannels",
      "-@all",
      "+@connection",
      "+@stream",
      "-xdel",
      "-xtrim",
      "-xsetid",
    ];
    const more = [
      "+@hash",
      "+@list",
      "+get",
      "+set",
      "+exists",
      "+pexpire",
      "+time",
      "+info",
      "+eval",
      "+evalsha",
    ];
    const never = ["-xgroup|destroy", "-xgroup|delconsumer", "-xgroup|setid"];
    await redis.call("ACL", ["SETUSER", "role", "reset", "on", ">word", ...rights, ...more, ...never]);
    const ours = await openBus({ url: server.url.replace("//", "//role:word@") }, ["work"]);
    open.push(ours);
    expect(ours.findings.map(({ setting, found }) => [setting, found])).toEqual([
      ["appendonly", undefined],
      ["appendfsync", undefined],
      ["maxmemory-policy", undefined],
    ]);
    expect(ours.findings[0]?.message).toContain("cannot check appendonly");
    let broken = true;
    ours.subscribe(
      "work",
      types,
      ({ event }) => {
        if (broken) throw new Error("out of order");
        return says(missed(event.id));
      },
      { source: "/test", state: { key: ({ subject }) => subject, evolve: () => "done", parse: String } },
    );
    await ours.publish([canary("1")]);
    const log = await seen(ours, (soFar) => soFar.length === 2);
    broken = false;
    expect(await ours.dead.redrive("work", log[0]?.position ?? "")).toBe(true);
    await seen(ours, (soFar) => answered(soFar).length === 1);
    expect(await ours.groups()).toMatchObject([{ group: "work", lag: 0, dead: 0 }]);
  });
});
