/** What Redis keeps on its disk, cut off at random, full, or written by a clock that jumps. */
import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { says, type StoredEvent, type Subscription } from "../../src/bus/bus.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { eventText } from "../../src/events/parse.ts";
import { random } from "../../src/replay/random.ts";
import { requires } from "../require.ts";
import { answered, canary, keys, missed, openBus, readAll, seen, tamper } from "../bus/redis-help.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { figure, long, untilAnswered } from "./long.ts";

const start = Date.parse("2026-03-02T08:00:00Z");

describe.skipIf(!requires("redis"))("Redis and its disk", () => {
  let server: RedisServer | undefined;
  const open: RedisBus[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
    await server?.stop();
  });

  async function bus(at: RedisServer, options: Parameters<typeof openBus>[2] = {}): Promise<RedisBus> {
    const opened = await openBus(at, ["work"], { durability: "relaxed", ...options });
    open.push(opened);
    return opened;
  }

  const answer = (to: RedisBus): Subscription =>
    to.subscribe("work", ["canary.sent"], ({ event }) => says(missed(event.data.canaryId)), {
      source: "/test",
    });

  /** Says all of it again, as a source does from its cursor, until all is answered. */
  async function finish(ours: RedisBus, ids: readonly string[]): Promise<StoredEvent[]> {
    await ours.publish(ids.map((id) => canary(id)));
    return seen(ours, (log) => answered(log).length >= ids.length);
  }

  function cutTail(at: RedisServer, bytes: number): void {
    const folder = join(at.directory, "appendonlydir");
    const file = readdirSync(folder).find((name) => name.endsWith(".incr.aof"));
    if (file === undefined) throw new Error("no append-only file");
    const path = join(folder, file);
    truncateSync(path, Math.max(0, statSync(path).size - bytes));
  }

  it.each(["everysec", "always"])(
    "leave nothing half when the end of the append-only file is cut off (%s)",
    { timeout: 600_000 },
    async (fsync) => {
      const draw = random(fsync.length);
      const ids = Array.from({ length: 40 }, (_, n) => `c${n}`);
      const lost: number[] = [];
      for (let round = 0; round < (long ? 60 : 3); round++) {
        server = await RedisServer.start("--appendfsync", fsync);
        const before = await bus(server);
        const work = answer(before);
        for (const id of ids) await before.publish([canary(id)]);
        await untilAnswered(before, 30);
        await server.kill9();
        await Promise.all([work.close(0), before.close()]);
        open.splice(0);
        cutTail(server, 1 + Math.floor(draw() * 12_000));
        await server.restart();

        const after = await bus(server);
        const left = await readAll(after);
        const sent = new Set(left.flatMap(({ event }) => (event.type === "canary.sent" ? [event.id] : [])));
        const causes = left.flatMap(({ event }) =>
          isEvent(event, "canary.missed") ? [event.causationid] : [],
        );
        expect(causes.filter((cause) => !sent.has(cause ?? ""))).toEqual([]);
        expect(new Set(causes).size).toBe(causes.length);
        lost.push(ids.length - sent.size);
        answer(after);
        const log = await finish(after, ids);
        expect(answered(log).toSorted()).toEqual(ids.toSorted());
        expect(log).toHaveLength(2 * ids.length);
        await after.close();
        open.splice(0);
        await server.stop();
      }
      figure(`the tail cut, ${fsync}`, {
        rounds: lost.length,
        "events cut away": lost.reduce((a, b) => a + b, 0),
      });
    },
  );

  it("keep under always all that was acknowledged before the kill", { timeout: 600_000 }, async () => {
    const acknowledged = new Set<string>();
    server = await RedisServer.start();
    for (let round = 0; round < (long ? 30 : 3); round++) {
      const ours = await bus(server);
      const killed = Promise.withResolvers<undefined>();
      const publishing = (async () => {
        for (let n = 0; ; n++) {
          const id = `r${round}-${n}`;
          await ours.publish([canary(id)]);
          acknowledged.add(id);
          if (n === 50) killed.resolve(undefined);
        }
      })().catch(() => undefined);
      await killed.promise;
      await server.kill9();
      await publishing;
      await ours.close();
      open.splice(0);
      await server.restart();
      const log = await readAll(await bus(server));
      const there = new Set(log.map(({ event }) => event.id));
      expect([...acknowledged].filter((id) => !there.has(id))).toEqual([]);
    }
    figure("killed under always", { acknowledged: acknowledged.size, missing: 0 });
  });

  it.each(["everysec", "always"])(
    "refuse on a full disk, keep under always what was acknowledged, and go on when there is room (%s)",
    async (fsync) => {
      server = await RedisServer.start("--appendfsync", fsync);
      await server.kill9();
      server.fileLimit = 96 * 1024;
      await server.restart();
      const ours = await bus(server);
      const acknowledged: string[] = [];
      const full = (async () => {
        for (let n = 0; n < 2_000; n++) {
          await ours.publish([canary(`c${n}`)]);
          acknowledged.push(`c${n}`);
        }
      })();
      // With "always" Redis ends when it cannot write; with "everysec" it refuses.
      await expect(full).rejects.toMatchObject({ retryable: true });
      await server.kill9();
      server.fileLimit = undefined;
      await server.restart();
      answer(ours);
      const said = new Set((await readAll(ours)).map(({ event }) => event.id));
      const missing = acknowledged.filter((id) => !said.has(id));
      if (fsync === "always") expect(missing).toEqual([]);
      const all = [...acknowledged, "last"];
      const log = await finish(ours, all);
      expect(
        answered(log)
          .filter((id) => all.includes(id))
          .toSorted(),
      ).toEqual(all.toSorted());
      figure(`a full disk, ${fsync}`, { acknowledged: acknowledged.length, missing: missing.length });
    },
  );

  it("keep order and each effect once when clocks jump: this process's, and Redis's own", async () => {
    server = await RedisServer.start();
    const clock = manualClock(start);
    const ours = await bus(server, { clock });
    answer(ours);
    const ids = Array.from({ length: 60 }, (_, n) => `c${n}`);
    for (const [n, id] of ids.entries()) {
      clock.advance(n % 3 === 0 ? -3_600_000 : 7_200_000);
      if (n === 20) {
        // Redis wrote this while its clock was a day ahead, which then was put right.
        const redis = tamper(server);
        const ahead = `${Date.now() + 86_400_000}-0`;
        await redis.xadd(keys.log, ahead, "type", "canary.sent", "event", eventText(canary("ahead")));
        redis.disconnect();
      }
      await ours.publish([canary(id)]);
    }
    const log = await seen(ours, (soFar) => answered(soFar).length === ids.length + 1);
    expect(answered(log).toSorted()).toEqual([...ids, "ahead"].toSorted());
    const sent = log.flatMap(({ event }) => (event.type === "canary.sent" ? [event.id] : []));
    expect(sent).toEqual([...ids.slice(0, 20), "ahead", ...ids.slice(20)]);
    expect((await ours.groups())[0]).toMatchObject({ lag: 0, pending: 0, dead: 0 });
  });
});
