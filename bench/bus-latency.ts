/** From the call of publish to the first line of the handler, one event at a time on an idle log. */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { says, type Handler } from "../src/bus/bus.ts";
import { RedisBus } from "../src/bus/redis-bus.ts";
import type { KnownEvent } from "../src/events/envelope.ts";
import type { RedisServer } from "../test/bus/redis-server.ts";
import { flush } from "./bus-contenders.ts";
import { group, source, triage, type Written } from "./bus-load.ts";
import { percentile } from "./row.ts";

/** Microseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export async function latencyOfBus(server: RedisServer, events: readonly KnownEvent[]): Promise<Latency> {
  await flush(server);
  const bus = new RedisBus({ url: server.url, durability: "relaxed" });
  await bus.open([group]);
  let heard = Promise.withResolvers<number>();
  const handler: Handler<"alert.received", undefined> = async ({ event }) => {
    heard.resolve(performance.now());
    return Promise.resolve(says(triage(event)));
  };
  bus.subscribe(group, ["alert.received"], handler, { source });
  const took = await eachOf(server, events, async (event) => {
    heard = Promise.withResolvers();
    const start = performance.now();
    const published = bus.publish([event]);
    const latency = (await heard.promise) - start;
    await published;
    return latency;
  });
  await bus.close();
  return took;
}

/** XADD on one connection, a blocked XREADGROUP on another. */
export async function latencyOfBare(server: RedisServer, bytes: readonly Written[]): Promise<Latency> {
  await flush(server);
  const [writer, reader] = [new Redis(server.url, { protocol: 2 }), new Redis(server.url, { protocol: 2 })];
  await writer.xgroup("CREATE", "log", group, "$", "MKSTREAM");
  const args = ["GROUP", group, "c", "COUNT", 4, "BLOCK", 5_000, "STREAMS", "log", ">"];
  let read = reader.call("XREADGROUP", args);
  const took = await eachOf(server, bytes, async ({ input: [type, text] }) => {
    const start = performance.now();
    const added = writer.xadd("log", "*", "type", type, "event", text);
    await read;
    const latency = performance.now() - start;
    await added;
    read = reader.call("XREADGROUP", args);
    read.catch(() => undefined);
    return latency;
  });
  writer.disconnect();
  reader.disconnect();
  return took;
}

/** A job added, to a worker that waits for one. */
export async function latencyOfBullmq(server: RedisServer, bytes: readonly Written[]): Promise<Latency> {
  await flush(server);
  const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };
  const queue = new Queue("alerts", { connection });
  let heard = Promise.withResolvers<number>();
  const work = async (): Promise<void> => {
    heard.resolve(performance.now());
    return Promise.resolve();
  };
  const worker = new Worker<{ text: string }>("alerts", work, { connection });
  await worker.waitUntilReady();
  const took = await eachOf(server, bytes, async ({ input: [name, text] }) => {
    heard = Promise.withResolvers();
    const start = performance.now();
    const added = queue.add(name, { text });
    const latency = (await heard.promise) - start;
    await added;
    return latency;
  });
  await worker.close();
  await queue.close();
  return took;
}

async function eachOf<Item>(
  server: RedisServer,
  items: readonly Item[],
  measure: (item: Item) => Promise<number>,
): Promise<Latency> {
  const redis = new Redis(server.url, { protocol: 2 });
  const all: number[] = [];
  for (const item of items) {
    // Whoever is measured waits on the log again.
    while (!(await redis.info("clients")).includes("blocked_clients:1")) await settle();
    await settle();
    all.push(await measure(item));
  }
  redis.disconnect();
  const warm = all.slice(items.length >> 2).map((milliseconds) => milliseconds * 1000);
  return { p50: percentile(warm, 0.5), p99: percentile(warm, 0.99) };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
