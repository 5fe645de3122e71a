/** Entries that are delivered once a replica has them. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Replicas } from "../../src/bus/redis/replicas.ts";
import { requires } from "../require.ts";
import { canary, keys, never, openBus, takeOne, tamper } from "./redis-help.ts";
import { RedisServer } from "./redis-server.ts";

describe.skipIf(!requires("redis"))("a group whose entries are confirmed", () => {
  let primary: RedisServer;
  let replica: RedisServer;
  beforeEach(async () => {
    primary = await RedisServer.start("--repl-diskless-sync-delay", "0");
    replica = await RedisServer.start("--replicaof", "127.0.0.1", String(primary.port));
  });
  afterEach(() => Promise.all([primary.stop(), replica.stop()]));

  it("is given what is gone from the log, to bury it, and not handed it back for ever", async () => {
    const redis = tamper(primary);
    await redis.set("something", "1");
    expect(await redis.call("WAIT", [1, 0])).toBe(1);
    const bus = await openBus(primary, ["work"], { durability: "relaxed" });
    await bus.publish([canary("gone")]);
    const before = bus.groupStore({ group: "work", types: ["canary.sent"], consumer: "a" });
    const claim = await takeOne(before);
    const { position } = claim;
    await before.handBack([claim]);
    await redis.xdel(keys.log, position);
    const store = bus.groupStore({ group: "work", types: ["canary.sent"], consumer: "b", confirmed: true });
    const claims = await store.take({ max: 1, waitMs: 1, signal: never });
    expect(claims).toMatchObject([{ position, text: undefined }]);
    redis.disconnect();
    await Promise.all([before.close(), store.close(), bus.close()]);
  });
});

describe("whether there are replicas", () => {
  const minute = 60_000;
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("is looked at again, so that one that joins later confirms too", async () => {
    const answers = [false, false, true];
    const replicas = new Replicas(() =>
      Promise.resolve(answers.shift() ?? expect.fail("looked once too often")),
    );
    expect(await replicas.exist()).toBe(false);
    expect(await replicas.exist()).toBe(false);
    expect(answers).toEqual([false, true]);
    vi.advanceTimersByTime(minute);
    expect(await replicas.exist()).toBe(false);
    vi.advanceTimersByTime(minute);
    expect(await Promise.all([replicas.exist(), replicas.exist()])).toEqual([true, true]);
  });

  it("is not forgotten when the last of them is away", async () => {
    const answers = [true];
    const replicas = new Replicas(() => Promise.resolve(answers.shift() ?? false));
    expect(await replicas.exist()).toBe(true);
    vi.advanceTimersByTime(minute);
    expect(await replicas.exist()).toBe(true);
  });

  it("is asked again when it could not be said", async () => {
    const answers = [Promise.reject(new Error("no answer")), Promise.resolve(true)];
    const replicas = new Replicas(() => answers.shift() ?? expect.fail("looked once too often"));
    await expect(replicas.exist()).rejects.toThrow("no answer");
    expect(await replicas.exist()).toBe(true);
  });
});
