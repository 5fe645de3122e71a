import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { Cluster } from "ioredis";
import { says, type StoredEvent } from "../../src/bus/bus.ts";
import { redisKeys } from "../../src/bus/redis/keys.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { HatrackError } from "../../src/errors.ts";
import { eventText } from "../../src/events/parse.ts";
import { requires } from "../require.ts";
import { busConformance } from "./conformance.ts";
import type { Harness, StartOptions, SuiteBus } from "./conformance/harness.ts";
import { RedisCluster } from "./redis-cluster.ts";
import { answered, canary, missed, openBus, readAll, seen } from "./redis-help.ts";

let logs = 0;
/** A prefix no other test has had, nor this one when it failed before. */
const fresh = (name: string): string => `${name}${(logs += 1)}`;
const patience = { timeout: 60_000, interval: 20 };

/** One log of one partition: a prefix of its own, so that the logs lie on all three shards. */
class ClusterHarness implements Harness {
  readonly #url: string;
  readonly #redis: Cluster;
  readonly #prefix = fresh("log");
  readonly #keys = redisKeys(this.#prefix, 0);
  readonly #buses: RedisBus[] = [];

  constructor(url: string, redis: Cluster) {
    this.#url = url;
    this.#redis = redis;
  }

  start(options: StartOptions): SuiteBus {
    const bus = new RedisBus({ url: this.#url, prefix: this.#prefix, durability: "relaxed", ...options });
    this.#buses.push(bus);
    return bus;
  }

  async publishAt(_bus: SuiteBus, ms: number, event: Parameters<Harness["publishAt"]>[2]): Promise<void> {
    await this.#append(`${ms}-*`, { type: event.type, subject: event.subject, text: eventText(event) });
  }

  async inject(entry: { type: string; subject: string; text: string }): Promise<void> {
    await this.#append("*", entry);
  }

  async vanish(group: string): Promise<void> {
    await this.#redis.call("XGROUP", ["DESTROY", this.#keys.log, group]);
  }

  async end(): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close()));
  }

  async #append(
    id: string,
    { type, subject, text }: Parameters<NonNullable<Harness["inject"]>>[0],
  ): Promise<void> {
    const position = await this.#redis.xadd(this.#keys.log, id, "type", type, "event", text);
    await this.#redis.rpush(this.#keys.subject(subject), position ?? "");
  }
}

/** As a source does: again until the log has it. */
async function said(bus: RedisBus, id: string, subject?: string): Promise<void> {
  for (;;) {
    try {
      await bus.publish([canary(id, subject)]);
      return;
    } catch (error) {
      if (!(error instanceof HatrackError && error.retryable)) throw error;
      await sleep(20);
    }
  }
}

describe.skipIf(!requires("redis"))("the Redis bus on a Cluster", () => {
  let cluster: RedisCluster;
  let redis: Cluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    redis = cluster.client();
  });
  afterAll(async () => {
    redis.disconnect();
    await cluster.stop();
  });

  describe("while a shard changes its primary three times a second", () => {
    const stop = new AbortController();
    let changing: Promise<number>;
    beforeAll(() => {
      changing = cluster.keepChanging(300, stop.signal);
    });
    afterAll(async () => {
      stop.abort();
      expect(await changing).toBeGreaterThan(0);
    });

    busConformance("Redis Cluster", () => new ClusterHarness(cluster.url, redis), {
      noCrash:
        "a Cluster's nodes are reached past a proxy; what a crash leaves is the same script on one Redis",
      histories: 10,
      races: 200,
    });
  });

  const subjects = Array.from({ length: 40 }, (_, n) => `CASE-${n}`);

  it("spreads the cases over its partitions and reads them as one log, each case in its order", async () => {
    const bus = await openBus(cluster, ["echo"], {
      prefix: fresh("spread"),
      partitions: 8,
      durability: "relaxed",
    });
    const events = subjects.flatMap((subject) => ["a", "b"].map((n) => canary(`${subject}/${n}`, subject)));
    const stored = await bus.publish(events);
    expect(stored.map(({ event }) => event.id)).toEqual(events.map(({ id }) => id));
    expect(new Set(stored.map(({ partition }) => partition)).size).toBe(8);
    bus.subscribe("echo", ["canary.sent"], ({ event }) => says(missed(event.data.canaryId)), {
      source: "/t",
    });
    const log = await seen(bus, (so) => answered(so).length === events.length);
    expect(new Set(answered(log)).size).toBe(events.length);
    for (const subject of subjects) {
      const own: StoredEvent[] = [];
      for await (const entry of bus.read({ subject })) own.push(entry);
      expect(own).toHaveLength(4);
      expect(new Set(own.map(({ partition }) => partition)).size).toBe(1);
    }
    const positions = (await readAll(bus)).map(({ position }) => Number(position.split("-")[0]));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect((await bus.groups()).map(({ lag, pending }) => lag + pending)).toEqual([0]);
    expect((await bus.tail()).size).toBe(8);
    await bus.close();
  });

  it("keeps the number of partitions with the log and refuses another, by name", async () => {
    const bus = await openBus(cluster, ["g"], { prefix: "fixed", partitions: 3, durability: "relaxed" });
    await bus.close();
    const found = await openBus(cluster, [], { prefix: "fixed", durability: "relaxed" });
    expect(found.parts).toHaveLength(3);
    await found.close();
    const other = new RedisBus({ url: cluster.url, prefix: "fixed", partitions: 4, durability: "relaxed" });
    await expect(other.open(["g"])).rejects.toThrow(/asks for 4.*created with 3/);
  });

  it("buries an output about a case of another partition instead of losing it there", async () => {
    const bus = await openBus(cluster, ["stray"], {
      prefix: fresh("stray"),
      partitions: 8,
      durability: "relaxed",
    });
    const strays = subjects.map((subject) => ({ ...missed("x"), subject }));
    bus.subscribe("stray", ["canary.sent"], () => says(...strays), { source: "/t" });
    await bus.publish([canary("one", "CASE-1")]);
    const log = await seen(bus, (so) => so.some(({ event }) => event.type === "entry.dead"));
    expect(answered(log)).toEqual([]);
    const [dead] = await bus.dead.list("stray");
    expect(dead?.error).toMatch(/belongs to partition \d and its cause lies in \d/);
    await bus.close();
  });

  it("starts strictly only where a primary demands its replica", async () => {
    const lax = new RedisBus({ url: cluster.url, prefix: "strict" });
    await expect(lax.open(["g"])).rejects.toThrow(/min-replicas-to-write is "0", expected "1"/);
    await cluster.demandReplicas();
    const bus = await openBus(cluster, ["g"], { prefix: "strict" });
    expect(bus.findings).toEqual([]);
    await bus.close();
  });

  it("loses and doubles nothing when a primary dies and its replica was up to date", async () => {
    const prefix = fresh("failover");
    const bus = await openBus(cluster, ["echo"], {
      prefix,
      partitions: 3,
      durability: "relaxed",
    });
    bus.subscribe("echo", ["canary.sent"], ({ event }) => says(missed(event.data.canaryId)), {
      source: "/t",
    });
    const published: string[] = [];
    const publishing = (async () => {
      for (let n = 0; n < 200; n += 1) {
        const id = `c${n}`;
        await said(bus, id, `CASE-${n % 20}`);
        published.push(id);
      }
    })();
    const { master } = await cluster.shard(redisKeys(prefix, 1).log);
    await cluster.failOver(redisKeys(prefix, 1).log);
    await cluster.restart(master);
    await publishing;
    const log = await seen(bus, (so) => answered(so).length >= published.length);
    expect(answered(log).sort()).toEqual([...published].sort());
    expect(new Set(log.map(({ event }) => event.id)).size).toBe(log.length);
    await bus.close();
  });

  it("acknowledges nothing while the replica's link is cut, so that what a failover loses was never promised", async () => {
    await cluster.demandReplicas();
    const prefix = fresh("cut");
    const options = { prefix, confirmMs: 200, commandMs: 3_000 };
    const bus = await openBus(cluster, ["echo"], options);
    const shown: string[] = [];
    bus.subscribe(
      "echo",
      ["canary.sent"],
      ({ event }) => {
        shown.push(event.id);
        return says();
      },
      { source: "/t", confirmed: true },
    );
    await bus.publish([canary("kept")]);
    await vi.waitUntil(() => shown.includes("kept"), patience);
    const key = redisKeys(prefix, 0).log;
    const shard = await cluster.cut(key);
    // For ten seconds a primary does not notice a replica that has gone silent: this is those ten seconds.
    await shard.master.redis.config("SET", "min-replicas-to-write", "0");
    const lost = bus.publish([canary("lost")]);
    await expect(lost).rejects.toMatchObject({ code: "bus_unreplicated", retryable: true });
    // It is on the primary, and was shown to nobody.
    expect((await readAll(bus)).map(({ event }) => event.id)).toContain("lost");
    await cluster.failOverTo(shard);
    await cluster.restart(shard.master);
    await said(bus, "after");
    await vi.waitUntil(() => shown.includes("after"), patience);
    expect(shown).toEqual(["kept", "after"]);
    expect((await readAll(bus)).map(({ event }) => event.id)).toEqual(["kept", "after"]);
    await bus.close();
  });
});
