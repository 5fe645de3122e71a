import { afterAll, beforeAll, describe } from "vitest";
import type { Redis } from "ioredis";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { redisKeys } from "../../src/bus/redis/keys.ts";
import { eventText } from "../../src/events/parse.ts";
import { requires } from "../require.ts";
import { busConformance } from "./conformance.ts";
import type { Harness, StartOptions, SuiteBus } from "./conformance/harness.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { tamper } from "./redis-help.ts";
import { RedisServer } from "./redis-server.ts";

let logs = 0;
/** Buses that were cut off take a while to see that they are. */
const dying: Promise<void>[] = [];

/** One log: a prefix of its own on the one server. Each bus has a proxy of its own, so that it can be cut off. */
class RedisHarness implements Harness {
  readonly #server: RedisServer;
  readonly #redis: Redis;
  readonly #prefix = `log${(logs += 1)}`;
  readonly #keys = redisKeys(this.#prefix, 0);
  readonly #buses = new Map<SuiteBus, CuttingProxy>();

  constructor(server: RedisServer, redis: Redis) {
    this.#server = server;
    this.#redis = redis;
  }

  async start(options: StartOptions): Promise<SuiteBus> {
    const proxy = await CuttingProxy.to(this.#server.port);
    const bus = new RedisBus({ url: proxy.url, prefix: this.#prefix, ...options });
    this.#buses.set(bus, proxy);
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

  async crash(bus: SuiteBus): Promise<void> {
    await this.#buses.get(bus)?.close();
    this.#buses.delete(bus);
    dying.push(bus.close());
  }

  async end(): Promise<void> {
    await Promise.all([...this.#buses.keys()].map((bus) => bus.close()));
    await Promise.all([...this.#buses.values()].map((proxy) => proxy.close()));
  }

  async #append(
    id: string,
    { type, subject, text }: Parameters<NonNullable<Harness["inject"]>>[0],
  ): Promise<void> {
    const position = await this.#redis.xadd(this.#keys.log, id, "type", type, "event", text);
    await this.#redis.rpush(this.#keys.subject(subject), position ?? "");
  }
}

describe.skipIf(!requires("redis"))("the Redis bus", () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = tamper(server);
  });
  afterAll(async () => {
    await Promise.all(dying);
    redis.disconnect();
    await server.stop();
  });

  busConformance("Redis Streams", () => new RedisHarness(server, redis));
});
