/** A Redis that refuses: each refusal is an error of its own, and nothing is acknowledged, appended or trimmed by it. */
import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Claim, GroupStore } from "../../src/bus/group-store.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { requires } from "../require.ts";
import { archiveScene } from "./archive-scene.ts";
import { answerTo, canary, fast, keys, pending, takeOne } from "./redis-help.ts";

describe.skipIf(!requires("redis"))("a Redis that refuses", () => {
  const at = archiveScene();
  let store: GroupStore;
  let claim: Claim;

  beforeEach(async () => {
    await at().bus.open(["work"]);
    await at().published(0, 10);
    store = at().bus.groupStore({ group: "work", types: ["canary.sent"], consumer: "a" });
    claim = await takeOne(store);
  });
  afterEach(async () => {
    // Whatever a test left of its refusal.
    const { redis } = at();
    await redis.config("SET", "maxmemory", "0");
    await redis.replicaof("NO", "ONE");
    await redis.config("SET", "requirepass", "");
    await store.close();
  });

  const stands = async () => ({
    entries: (await at().redis.xrange(keys.log, "-", "+")).map(([id]) => id),
    pending: await pending(at().redis),
    head: await at().redis.hgetall(keys.archive),
  });

  interface Refusal {
    readonly by: () => Promise<unknown>;
    readonly mended: () => Promise<unknown>;
    readonly error: { readonly code: string; readonly retryable: boolean; readonly message: unknown };
    /** Trimming is what helps a Redis that is full. */
    readonly trims?: true;
  }

  const refusals: Readonly<Record<string, Refusal>> = {
    OOM: {
      by: () => at().redis.config("SET", "maxmemory", "1"),
      mended: () => at().redis.config("SET", "maxmemory", "0"),
      error: { code: "bus_full", retryable: true, message: expect.stringContaining("raise maxmemory") },
      trims: true,
    },
    READONLY: {
      by: () => at().redis.replicaof("127.0.0.1", 1),
      mended: () => at().redis.replicaof("NO", "ONE"),
      error: { code: "bus_unavailable", retryable: true, message: expect.stringContaining("is a replica") },
    },
    NOAUTH: {
      by: async () => {
        await at().redis.config("SET", "requirepass", "secret");
        await at().redis.call("CLIENT", ["KILL", "TYPE", "normal", "SKIPME", "yes"]);
      },
      mended: () => at().redis.config("SET", "requirepass", ""),
      error: { code: "bus_denied", retryable: false, message: expect.stringContaining("wants a password") },
    },
  };

  it.each(Object.entries(refusals))(
    "with %s changes nothing, and goes on when it no longer does",
    async (_, { by, mended, error, trims }) => {
      const before = await stands();
      await by();
      await expect(at().bus.publish([canary("refused")])).rejects.toMatchObject(error);
      await expect(store.commit(answerTo(claim))).rejects.toMatchObject(error);
      if (trims === undefined) await expect(at().archived()).rejects.toMatchObject(error);
      expect(await stands()).toEqual(before);
      await mended();
      expect(await store.commit(answerTo(claim))).toBe("ok");
      // What was refused may still have been on its way: it is on the log once all the same.
      await at().bus.publish([canary("refused")]);
      await at().archived();
      expect(await at().partition.verify([])).toMatchObject({ entries: 12, damage: [] });
    },
  );

  it("for want of a group takes nothing for it and trims nothing, until somebody has decided", async () => {
    const { entries } = await stands();
    await at().redis.xgroup("DESTROY", keys.log, "work");
    const vanished = { code: "group_vanished", retryable: false };
    await expect(store.commit(answerTo(claim))).rejects.toMatchObject(vanished);
    await expect(at().bus.open(["work"])).rejects.toMatchObject(vanished);
    const archived = await at().archived();
    expect(archived).toMatchObject({ entries: 10, trimmed: 0, heldBy: "work, which vanished" });
    expect((await at().redis.xrange(keys.log, "-", "+")).map(([id]) => id)).toEqual(entries);
    await at().partition.detach("work", "its role is gone");
    await at().published(10, 12);
    expect((await at().archived()).trimmed).toBeGreaterThan(0);
    expect((await at().partition.verify([])).damage).toEqual([]);
  });

  it("with another number of partitions is refused before anything is opened, archived or trimmed", async () => {
    const before = await stands();
    for (const readOnly of [false, true]) {
      const { server, folder } = at();
      const other = new RedisBus({
        url: server.url,
        partitions: 4,
        archive: folder,
        timings: fast,
        readOnly,
      });
      await expect(other.open(["more"])).rejects.toMatchObject({
        code: "partitions_mismatch",
        message: expect.stringMatching(/asks for 4, this log was created with 1/) as string,
      });
    }
    expect(await stands()).toEqual(before);
    expect(await readdir(at().folder)).toEqual([]);
    expect(await at().redis.exists("{soc:1}:log", "{soc:1}:groups")).toBe(0);
  });
});
