/** Who does the work of the bus bench: the bus, bare pipelined commands of the same bytes, BullMQ workers. */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { says, type Bus, type Handler } from "../src/bus/bus.ts";
import { RedisBus } from "../src/bus/redis-bus.ts";
import type { KnownEvent } from "../src/events/envelope.ts";
import type { RedisServer } from "../test/bus/redis-server.ts";
import { group, inBatches, source, triage, type Written } from "./bus-load.ts";

export const batch = 256;

export interface Rates {
  /** Events per second. */
  readonly publish: number;
  readonly handle: number;
  /** Microseconds of this process's CPU per event, for both: what a busy machine does not distort as much. */
  readonly cpu: number;
}

async function rate(count: number, work: () => Promise<void>): Promise<{ perSecond: number; cpu: number }> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { perSecond: count / ((performance.now() - start) / 1000), cpu: (user + system) / count };
}

/** Microseconds of CPU that this server's main thread has used so far. */
export async function serverCpu(server: RedisServer): Promise<number> {
  const redis = new Redis(server.url, { protocol: 2 });
  const info = await redis.info("cpu");
  redis.disconnect();
  const used = [...info.matchAll(/used_cpu_(?:user|sys)_main_thread:([\d.]+)/g)];
  return used.reduce((sum, [, seconds]) => sum + Number(seconds) * 1e6, 0);
}

async function ratesOf(
  count: number,
  publish: () => Promise<void>,
  handle: () => Promise<void>,
): Promise<Rates> {
  const published = await rate(count, publish);
  const handled = await rate(count, handle);
  return { publish: published.perSecond, handle: handled.perSecond, cpu: published.cpu + handled.cpu };
}

export function redisBus(server: RedisServer, events: readonly KnownEvent[]): Promise<Rates> {
  const bus = new RedisBus({ url: server.url, durability: "relaxed" });
  return flush(server).then(() => throughBus(bus, events, batch));
}

/** Ends when the last commit is confirmed; that nothing is left is checked beside the clock. */
export async function throughBus(
  bus: Bus,
  events: readonly KnownEvent[],
  concurrency: number,
): Promise<Rates> {
  await bus.open([group]);
  const rates = await ratesOf(
    events.length,
    async () => {
      for (const some of inBatches(events, batch)) await bus.publish(some);
    },
    async () => {
      let left = events.length;
      const handled = Promise.withResolvers<undefined>();
      const handler: Handler<"alert.received", undefined> = async ({ event }) => {
        left -= 1;
        if (left === 0) handled.resolve(undefined);
        return Promise.resolve(says(triage(event)));
      };
      const subscription = bus.subscribe(group, ["alert.received"], handler, { source, concurrency });
      await handled.promise;
      await subscription.close(60_000);
    },
  );
  const [status] = await bus.groups();
  if (status?.lag !== 0 || status.pending !== 0) throw new Error("bench: the bus left something undone");
  await bus.close();
  return rates;
}

/**
 * `alike`: also the writes with which the bus finds an id and a case again (SET of the id, RPUSH to the subject's
 * index). They name the entry, so its id is made here; nothing is parsed, checked, hashed or compared.
 */
export async function barePipelines(
  server: RedisServer,
  bytes: readonly Written[],
  alike: boolean,
): Promise<Rates> {
  await flush(server);
  const redis = new Redis(server.url, { protocol: 2 });
  await redis.xgroup("CREATE", "log", group, "0", "MKSTREAM");
  let entries = 0;
  const nextId = (): string => `1-${++entries}`;
  const rates = await ratesOf(
    bytes.length,
    async () => {
      for (const some of inBatches(bytes, batch)) {
        const pipeline = redis.pipeline();
        for (const { id, subject, input } of some) {
          const position = alike ? nextId() : "*";
          pipeline.xadd("log", position, "type", input[0], "event", input[1]);
          if (alike) pipeline.set(`id:${id}`, position, "EX", 604_800).rpush(`subject:${subject}`, position);
        }
        await pipeline.exec();
      }
    },
    async () => {
      for (const some of inBatches(bytes, batch)) {
        const where = ["COUNT", batch, "STREAMS", "log", ">"];
        const ids = entryIds(await redis.call("XREADGROUP", ["GROUP", group, "c", ...where]));
        const pipeline = redis.pipeline();
        for (const [at, { subject, output }] of some.entries()) {
          const position = alike ? nextId() : "*";
          pipeline.xack("log", group, ids[at] ?? "");
          pipeline.xadd("log", position, "type", output[0], "event", output[1]);
          if (alike) pipeline.rpush(`subject:${subject}`, position);
        }
        await pipeline.exec();
      }
    },
  );
  redis.disconnect();
  return rates;
}

function entryIds(reply: unknown): string[] {
  return listed(listed(listed(reply)[0])[1]).map((entry) => String(listed(entry)[0]));
}

function listed(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error("bench: XREADGROUP gave no entries");
}

export async function bullmq(server: RedisServer, bytes: readonly Written[]): Promise<Rates> {
  await flush(server);
  const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };
  const [from, to] = [new Queue("alerts", { connection }), new Queue("triages", { connection })];
  const rates = await ratesOf(
    bytes.length,
    async () => {
      for (const some of inBatches(bytes, batch)) {
        await from.addBulk(some.map(({ input }) => ({ name: input[0], data: { text: input[1] } })));
      }
    },
    async () => {
      let left = bytes.length;
      const done = Promise.withResolvers<undefined>();
      const work = async ({ id }: { id?: string | undefined }): Promise<void> => {
        const output = bytes[Number(id) - 1]?.output ?? ["", ""];
        await to.add(output[0], { text: output[1] });
      };
      const worker = new Worker<{ text: string }>("alerts", work, { connection, concurrency: batch });
      worker.on("completed", () => {
        left -= 1;
        if (left === 0) done.resolve(undefined);
      });
      await done.promise;
      await worker.close();
    },
  );
  await Promise.all([from.close(), to.close()]);
  return rates;
}

export async function flush(server: RedisServer): Promise<void> {
  const redis = new Redis(server.url, { protocol: 2 });
  await redis.flushall();
  redis.disconnect();
}
