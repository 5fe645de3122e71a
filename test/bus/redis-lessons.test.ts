import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Redis } from "ioredis";
import { says } from "../../src/bus/bus.ts";
import type { GroupStore } from "../../src/bus/group-store.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { requires } from "../require.ts";
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

describe.skipIf(!requires("redis"))("what went wrong with Redis Streams before", () => {
  let server: RedisServer;
  let redis: Redis;
  let bus: RedisBus;
  let a: GroupStore;
  let b: GroupStore;

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = tamper(server);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    bus = await openBus(server, ["work", "other"]);
    a = bus.groupStore({ group: "work", types, consumer: "a" });
    b = bus.groupStore({ group: "work", types, consumer: "b" });
  });
  afterEach(async () => {
    await bus.close();
  });

  /** Waits until Redis shows what is claimed as idle for longer than the reclaim takes; asks, does not guess. */
  async function abandonedTo(store: GroupStore): Promise<void> {
    while ((await store.abandoned()) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it("writes nothing when it was opened to read, and says so of what would", async () => {
    const before = await redis.dbsize();
    const bus = await openBus(server, ["g"], { prefix: "looked-at", readOnly: true });
    expect(await readAll(bus)).toEqual([]);
    await expect(bus.publish([canary("a")])).rejects.toMatchObject({ code: "read_only" });
    await bus.close();
    expect(await redis.dbsize()).toBe(before);
  });

  describe("the five causes of XACK answering 0 (lesson 33)", () => {
    beforeEach(async () => {
      await bus.publish([canary("1")]);
    });

    it("1. a twin that took the entry over: the slow one changes nothing, the twin commits", async () => {
      const slow = await takeOne(a);
      await abandonedTo(b);
      const taken = await b.reclaim();
      if (taken === undefined) throw new Error("nothing reclaimed");
      expect(await a.commit(answerTo(slow, "slow"))).toBe("settled");
      expect(await b.commit(answerTo(taken, "twin"))).toBe("ok");
      expect(await a.commit(answerTo(slow, "slow"))).toBe("settled");
      expect(answered(await readAll(bus))).toEqual(["1"]);
    });

    it("2. a deleted consumer: an error, not an entry that nobody has any more", async () => {
      const claim = await takeOne(a);
      await redis.call("XGROUP", ["DELCONSUMER", keys.log, "work", "a"]);
      await expect(a.commit(answerTo(claim))).rejects.toMatchObject({
        code: "consumer_vanished",
        retryable: false,
      });
      await expect(a.take({ max: 1, waitMs: 1, signal: never })).rejects.toMatchObject({
        code: "consumer_vanished",
      });
      expect(answered(await readAll(bus))).toEqual([]);
    });

    it("3. a destroyed group: an error, and open does not make it again", async () => {
      const claim = await takeOne(a);
      await redis.call("XGROUP", ["DESTROY", keys.log, "work"]);
      const vanished = { code: "group_vanished", retryable: false };
      await expect(a.commit(answerTo(claim))).rejects.toMatchObject(vanished);
      await expect(a.renew([claim])).rejects.toMatchObject(vanished);
      await expect(a.abandoned()).rejects.toMatchObject(vanished);
      await expect(a.take({ max: 1, waitMs: 1, signal: never })).rejects.toMatchObject(vanished);
      await expect(bus.open(["work"])).rejects.toMatchObject(vanished);
      await expect(bus.open(["other"])).resolves.toBeUndefined();
      expect(answered(await readAll(bus))).toEqual([]);
    });

    it("4. a log that is gone: an error, and nothing is written in its place", async () => {
      const claim = await takeOne(a);
      await redis.flushall();
      await expect(a.commit(answerTo(claim))).rejects.toMatchObject({ code: "group_vanished" });
      expect(await redis.exists(keys.log)).toBe(0);
    });

    it("5. a second commit of the same entry: settled, with the first one's outputs only", async () => {
      const claim = await takeOne(a);
      expect(await a.commit(answerTo(claim, "first"))).toBe("ok");
      expect(await a.commit(answerTo(claim, "second"))).toBe("settled");
      expect(answered(await readAll(bus))).toEqual(["1"]);
    });
  });

  it("settles each entry of a batch on its own", async () => {
    await bus.publish([canary("1"), canary("2"), canary("3")]);
    const claims = await a.take({ max: 3, waitMs: 1, signal: never });
    const [first, second, third] = claims.map((claim) => answerTo(claim));
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("three claims expected");
    expect(await a.commit(second)).toBe("ok");
    const state = { key: "k", before: "what nobody wrote", after: "x" };
    const results = [a.commit(first), a.commit(second), a.commit({ ...third, state })];
    expect(await Promise.all(results)).toEqual(["ok", "settled", "conflict"]);
    expect(answered(await readAll(bus))).toEqual(["2", "1"]);
    expect(await pending(redis)).toEqual([["a", 1]]);
  });

  it("changes nothing when a key of the batch holds something else", async () => {
    await bus.publish([canary("1", "mine")]);
    const claim = await takeOne(a);
    await redis.del(keys.subject("mine"));
    await redis.set(keys.subject("mine"), "not a list");
    await expect(a.commit(answerTo(claim))).rejects.toMatchObject({ code: "bus_foreign_key" });
    expect(await pending(redis)).toEqual([["a", 1]]);
    expect(answered(await readAll(bus))).toEqual([]);
  });

  it("renews only what it still holds, and never takes it back (lesson 36)", async () => {
    await bus.publish([canary("1")]);
    const lost = await takeOne(a);
    expect(await a.renew([lost])).toEqual([]);
    await abandonedTo(b);
    const taken = await b.reclaim();
    expect(await a.renew([lost])).toEqual([lost]);
    expect(await pending(redis)).toEqual([["b", 2]]);
    expect(taken && (await b.renew([taken]))).toEqual([]);
  });

  it("keeps a renewed claim from being reclaimed", async () => {
    await bus.publish([canary("1"), canary("2")]);
    const [kept, left] = await a.take({ max: 2, waitMs: 1, signal: never });
    if (kept === undefined || left === undefined) throw new Error("two claims expected");
    while ((await b.abandoned()) === undefined) await a.renew([kept]);
    expect((await b.reclaim())?.position).toBe(left.position);
    expect(await b.reclaim()).toBeUndefined();
  });

  it("makes a dead letter of a pending entry that was trimmed away (lesson 37)", async () => {
    await bus.publish([canary("1"), canary("2")]);
    const [trimmed] = await a.take({ max: 2, waitMs: 1, signal: never });
    if (trimmed === undefined) throw new Error("two claims expected");
    await redis.xtrim(keys.log, "MINID", (await readAll(bus))[1]?.position ?? "");
    expect(await a.renew([trimmed])).toEqual([]);
    const handled: string[] = [];
    const work = bus.subscribe(
      "work",
      types,
      ({ event }) => says(missed(handled[handled.push(event.id) - 1] ?? "")),
      {
        source: "/test",
      },
    );
    await seen(
      bus,
      (log) => log.some(({ event }) => event.type === "entry.dead") && answered(log).length === 1,
    );
    expect(await bus.dead.list()).toMatchObject([
      { group: "work", position: trimmed.position, reason: "unreadable", text: "" },
    ]);
    expect(handled).toEqual(["2"]);
    expect(await pending(redis)).toEqual([]);
    await expect(bus.dead.redrive("work", trimmed.position)).rejects.toMatchObject({ code: "entry_gone" });
    expect(await bus.dead.discard("work", trimmed.position)).toBe(true);
    await work.close();
  });

  it("redrives into the one group that failed, at once and as never delivered (lesson 35)", async () => {
    await bus.publish([canary("1")]);
    let broken = true;
    const runs: string[] = [];
    const subscribe = (group: string) =>
      bus.subscribe(
        group,
        types,
        ({ event, deliveries }) => {
          runs.push(`${group} ${deliveries}`);
          if (group === "work" && broken) throw new Error("out of order");
          return says(missed(event.id, group));
        },
        { source: "/test" },
      );
    subscribe("work");
    subscribe("other");
    const dead = await seen(bus, (log) =>
      ["entry.dead", "canary.missed"].every((t) => log.some(({ event }) => event.type === t)),
    );
    expect(runs.toSorted()).toEqual(["other 1", "work 1", "work 1", "work 1"]);
    broken = false;
    expect(await bus.dead.redrive("work", dead[0]?.position ?? "")).toBe(true);
    expect(await bus.dead.redrive("work", dead[0]?.position ?? "")).toBe(false);
    await seen(bus, (log) => answered(log).length === 2);
    expect(runs.toSorted()).toEqual(["other 1", "work 1", "work 1", "work 1", "work 1"]);
    expect(await bus.dead.list()).toEqual([]);
  });

  it("makes a dead letter of an entry somebody else wrote, for each group that reads it", async () => {
    await redis.xadd(keys.log, "*", "hello", "world");
    await redis.xadd(keys.log, "*", "type", "canary.sent", "event", "{}");
    for (const group of ["work", "other"]) bus.subscribe(group, types, () => says(), { source: "/test" });
    await seen(bus, (log) => log.length === 4);
    const dead = await bus.dead.list();
    expect(dead.map(({ group, reason, text }) => [group, reason, text])).toEqual([
      ["other", "unreadable", '{"hello":"world"}'],
      ["work", "unreadable", '{"hello":"world"}'],
      ["other", "unreadable", "{}"],
      ["work", "unreadable", "{}"],
    ]);
  });

  it("hands back without counting the delivery, and whoever is next gets it at once", async () => {
    await bus.publish([canary("1")]);
    const claim = await takeOne(a);
    await a.handBack([claim]);
    expect((await bus.groups()).find(({ group }) => group === "work")).toMatchObject({ lag: 1, pending: 0 });
    expect(await b.abandoned()).toBeUndefined();
    expect(await takeOne(b)).toEqual(claim);
    expect(await pending(redis)).toEqual([["b", 1]]);
    await a.handBack([claim]);
    expect(await pending(redis)).toEqual([["b", 1]]);
  });

  it("starts a group of a later role one hour back, and knows its lag", async () => {
    const now = Date.now();
    await redis.flushall();
    for (const minutes of [90, 61, 59, 1]) {
      await redis.xadd(keys.log, `${now - minutes * 60_000}-0`, "type", "canary.sent", "event", "{}");
    }
    await bus.open(["late"]);
    expect(await bus.groups()).toMatchObject([{ group: "late", lag: 2 }]);
    const late = bus.groupStore({ group: "late", types, consumer: "a" });
    expect(await late.take({ max: 9, waitMs: 1, signal: never })).toHaveLength(2);
  });

  it("says which group nobody has opened", async () => {
    const stranger = bus.groupStore({ group: "stranger", types, consumer: "a" });
    await expect(stranger.take({ max: 1, waitMs: 1, signal: never })).rejects.toMatchObject({
      code: "group_unknown",
    });
  });

  it("leaves nothing of its self-test behind: every scratch key expires", async () => {
    await bus.publish([canary("1")]);
    const scratch = (await redis.keys("*")).filter((key) => key.includes(":scratch:"));
    expect(scratch.length).toBeGreaterThan(0);
    const left = await Promise.all(scratch.map((key) => redis.pttl(key)));
    for (const ms of left) expect(ms).toBeGreaterThan(0);
  });
});
