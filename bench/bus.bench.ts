/**
 * Publish, handle and commit one output per event: through the bus, as bare pipelined commands of the same bytes,
 * and with BullMQ workers that add one follow-up job each. Rounds are interleaved, so that a busy machine is busy
 * for all of them; each figure is the median.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { z } from "zod";
import { says, type Bus, type Handler } from "../src/bus/bus.ts";
import { LocalBus } from "../src/bus/local-bus.ts";
import { RedisBus } from "../src/bus/redis-bus.ts";
import { RedisServer } from "../test/bus/redis-server.ts";
import { alerts, group, inBatches, source, triage, written, type Written } from "./bus-load.ts";
import { alone, compared, median, type Row } from "./row.ts";

const events = alerts(10_240);
const bytes = written(events);
const batch = 256;
const rounds = 3;

interface Rates {
  /** Events per second. */
  readonly publish: number;
  readonly handle: number;
  /** Microseconds of this process's CPU per event handled: what a busy machine does not distort as much. */
  readonly cpu: number;
}

interface Contender {
  readonly name: string;
  readonly run: () => Promise<Rates>;
}

export async function run(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const fsync of ["everysec", "always"]) {
    const server = await RedisServer.start("--appendfsync", fsync);
    try {
      rows.push(...(await withRedis(server, fsync)));
    } finally {
      await server.stop();
    }
  }
  const [local] = await measured([{ name: "local", run: localBus }]);
  rows.push(...ratesOf("local bus, synchronous=FULL", local));
  return rows;
}

async function withRedis(server: RedisServer, fsync: string): Promise<Row[]> {
  const [bus, bare, bull] = await measured([
    { name: "bus", run: () => redisBus(server) },
    { name: "bare", run: () => barePipelines(server) },
    { name: "bull", run: () => bullmq(server) },
  ]);
  const ours = ratesOf(`redis bus, ${fsync}`, bus);
  return [
    ...against(ours, "bare pipelined ioredis", ratesOf("", bare)),
    ...against(ours, "BullMQ", ratesOf("", bull)),
  ];
}

function against(ours: readonly Row[], name: string, theirs: readonly Row[]): Row[] {
  return ours.map((row, at) => compared(row, { name, value: theirs[at]?.value ?? Number.NaN }));
}

function ratesOf(what: string, rates: Rates | undefined): Row[] {
  if (rates === undefined) throw new Error(`bench: ${what} was not measured`);
  const both = 1 / (1 / rates.publish + 1 / rates.handle);
  return [
    alone(`${what}: publish`, Math.round(rates.publish), "events/s"),
    alone(`${what}: handle and commit`, Math.round(rates.handle), "events/s"),
    alone(`${what}: both`, Math.round(both), "events/s"),
    alone(`${what}: handle and commit, CPU`, Math.round(rates.cpu), "µs/event"),
  ];
}

async function measured(contenders: readonly Contender[]): Promise<Rates[]> {
  const results = contenders.map(() => new Array<Rates>());
  for (let round = 0; round <= rounds; round++) {
    for (const [at, { run: measure, name }] of contenders.entries()) {
      globalThis.gc?.();
      const rates = await measure();
      process.stderr.write(`${name} ${Math.round(rates.publish)} ${Math.round(rates.handle)}\n`);
      // The first round warms up.
      if (round > 0) results[at]?.push(rates);
    }
  }
  return results.map((all) => ({
    publish: median(all.map(({ publish }) => publish)),
    handle: median(all.map(({ handle }) => handle)),
    cpu: median(all.map(({ cpu }) => cpu)),
  }));
}

async function rate(work: () => Promise<void>): Promise<{ perSecond: number; cpu: number }> {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const perSecond = events.length / ((performance.now() - start) / 1000);
  return { perSecond, cpu: (user + system) / events.length };
}

async function redisBus(server: RedisServer): Promise<Rates> {
  await flush(server);
  const bus = new RedisBus({ url: server.url, durability: "relaxed" });
  return throughBus(bus);
}

async function localBus(): Promise<Rates> {
  const folder = mkdtempSync(join(tmpdir(), "hatrack-bench-"));
  try {
    return await throughBus(new LocalBus({ file: join(folder, "bench.db") }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function throughBus(bus: Bus): Promise<Rates> {
  await bus.open([group]);
  const publish = await rate(async () => {
    for (const some of inBatches(events, batch)) await bus.publish(some);
  });
  const handle = await rate(async () => {
    let left = events.length;
    const handled = Promise.withResolvers<undefined>();
    const handler: Handler<"alert.received", undefined> = ({ event }) => {
      left -= 1;
      if (left === 0) handled.resolve(undefined);
      return says(triage(event));
    };
    bus.subscribe(group, ["alert.received"], handler, { source, concurrency: batch });
    await handled.promise;
    await settled(bus);
  });
  await bus.close();
  return { publish: publish.perSecond, handle: handle.perSecond, cpu: handle.cpu };
}

/** The last commits are under way: asks until they are settled. */
async function settled(bus: Bus): Promise<void> {
  for (;;) {
    const [status] = await bus.groups();
    if (status?.lag === 0 && status.pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const Read = z.tuple([z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))])]);

async function barePipelines(server: RedisServer): Promise<Rates> {
  await flush(server);
  const redis = new Redis(server.url, { protocol: 2 });
  await redis.xgroup("CREATE", "log", group, "0", "MKSTREAM");
  const publish = await rate(async () => {
    for (const some of inBatches(bytes, batch)) await addAll(redis, some);
  });
  const handle = await rate(async () => {
    for (const some of inBatches(bytes, batch)) {
      const reply = await redis.call("XREADGROUP", [
        "GROUP",
        group,
        "c",
        "COUNT",
        batch,
        "STREAMS",
        "log",
        ">",
      ]);
      const pipeline = redis.pipeline();
      Read.parse(reply)[0][1].forEach(([id], at) => {
        const [type, text] = some[at]?.output ?? ["", ""];
        pipeline.xack("log", group, id).xadd("log", "*", "type", type, "event", text);
      });
      await pipeline.exec();
    }
  });
  redis.disconnect();
  return { publish: publish.perSecond, handle: handle.perSecond, cpu: handle.cpu };
}

async function addAll(redis: Redis, some: readonly Written[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const { input } of some) pipeline.xadd("log", "*", "type", input[0], "event", input[1]);
  await pipeline.exec();
}

async function bullmq(server: RedisServer): Promise<Rates> {
  await flush(server);
  const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };
  const [from, to] = [new Queue("alerts", { connection }), new Queue("triages", { connection })];
  const publish = await rate(async () => {
    for (const some of inBatches(bytes, batch)) {
      await from.addBulk(some.map(({ input }) => ({ name: input[0], data: { text: input[1] } })));
    }
  });
  const handle = await rate(async () => {
    let left = bytes.length;
    const done = Promise.withResolvers<undefined>();
    const worker = new Worker<{ text: string }>(
      "alerts",
      async (job) => {
        const output = bytes[Number(job.id) - 1]?.output ?? ["", ""];
        await to.add(output[0], { text: output[1] });
      },
      { connection, concurrency: batch },
    );
    worker.on("completed", () => {
      left -= 1;
      if (left === 0) done.resolve(undefined);
    });
    await done.promise;
    await worker.close();
  });
  await Promise.all([from.close(), to.close()]);
  return { publish: publish.perSecond, handle: handle.perSecond, cpu: handle.cpu };
}

async function flush(server: RedisServer): Promise<void> {
  const redis = new Redis(server.url, { protocol: 2 });
  await redis.flushall();
  redis.disconnect();
}
