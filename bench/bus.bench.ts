/**
 * Publish, handle and commit one output per event: through the bus, as bare pipelined commands of the same bytes,
 * and with BullMQ workers that add one follow-up job each. Rounds are interleaved, so that a busy machine is busy
 * for all of them; the first warms up, and each figure is the median of the others.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalBus } from "../src/bus/local-bus.ts";
import { RedisServer } from "../test/bus/redis-server.ts";
import { barePipelines, bullmq, redisBus, serverCpu, throughBus, type Rates } from "./bus-contenders.ts";
import { latencyOfBare, latencyOfBullmq, latencyOfBus, type Latency } from "./bus-latency.ts";
import { alerts, written } from "./bus-load.ts";
import { alone, compared, median, type Row } from "./row.ts";

const events = alerts(6_144);
const bytes = written(events);
const rounds = 3;

export async function run(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const fsync of ["everysec", "always"]) {
    const server = await RedisServer.start("--appendfsync", fsync);
    try {
      rows.push(...(await throughput(server, fsync)), ...(await latency(server, fsync)));
    } finally {
      await server.stop();
    }
  }
  return [...rows, ...(await local())];
}

interface Measured extends Rates {
  /** Microseconds of Redis's CPU per event. */
  readonly server?: number;
}

async function throughput(server: RedisServer, fsync: string): Promise<Row[]> {
  const onServer = (count: number, measure: () => Promise<Rates>) => async (): Promise<Measured> => {
    const before = await serverCpu(server);
    return { ...(await measure()), server: ((await serverCpu(server)) - before) / count };
  };
  const [bus, bare, alike, bull] = await interleaved([
    onServer(events.length, () => redisBus(server, events)),
    onServer(events.length, () => barePipelines(server, bytes, false)),
    onServer(events.length, () => barePipelines(server, bytes, true)),
    onServer(4_096, () => bullmq(server, bytes.slice(0, 4_096))),
  ]);
  const ours = ratesOf(`redis bus, ${fsync}`, medians(bus));
  return [
    ...against(ours, "bare pipelined XADD, XACK", medians(bare)),
    ...against(ours, "bare pipelines of the same writes", medians(alike)),
    ...against(ours, "BullMQ", medians(bull)),
  ];
}

async function latency(server: RedisServer, fsync: string): Promise<Row[]> {
  const [ours = [], bare = [], bull = []] = await interleaved([
    () => latencyOfBus(server, events.slice(0, 400)),
    () => latencyOfBare(server, bytes.slice(0, 400)),
    () => latencyOfBullmq(server, bytes.slice(0, 400)),
  ]);
  return (["p50", "p99"] as const).flatMap((part) => {
    const middle = (all: readonly Latency[]): number => Math.round(median(all.map((each) => each[part])));
    const row = alone(`redis bus, ${fsync}: publish to handler, ${part}`, middle(ours), "µs");
    return [
      compared(row, { name: "bare XADD to blocked XREADGROUP", value: middle(bare) }),
      compared(row, { name: "BullMQ, job added to its worker", value: middle(bull) }),
    ];
  });
}

async function local(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [concurrency, count] of [
    [1, 1_024],
    [4, 2_048],
    [256, 6_144],
  ] as const) {
    const [rates] = await interleaved([() => localBus(concurrency, count)]);
    rows.push(...ratesOf(`local bus, synchronous=FULL, concurrency ${concurrency}`, medians(rates)));
  }
  return rows;
}

async function localBus(concurrency: number, count: number): Promise<Rates> {
  const folder = mkdtempSync(join(tmpdir(), "hatrack-bench-"));
  try {
    const bus = new LocalBus({ file: join(folder, "bench.db") });
    return await throughBus(bus, events.slice(0, count), concurrency);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function interleaved<R>(contenders: readonly (() => Promise<R>)[]): Promise<R[][]> {
  const results = contenders.map(() => new Array<R>());
  for (let round = 0; round <= rounds; round++) {
    for (const [at, measure] of contenders.entries()) {
      globalThis.gc?.();
      const result = await measure();
      process.stderr.write(round === 0 ? "warm-up\n" : `${JSON.stringify(result)}\n`);
      if (round > 0) results[at]?.push(result);
    }
  }
  return results;
}

function medians(all: readonly Measured[] = []): Measured {
  const of = (what: keyof Rates): number => median(all.map((rates) => rates[what]));
  const servers = all.flatMap(({ server }) => server ?? []);
  const own = { publish: of("publish"), handle: of("handle"), cpu: of("cpu") };
  return servers.length === 0 ? own : { ...own, server: median(servers) };
}

function against(ours: readonly Row[], name: string, theirs: Measured): Row[] {
  const rows = ratesOf("", theirs);
  return ours.map((row, at) => compared(row, { name, value: rows[at]?.value ?? Number.NaN }));
}

function ratesOf(what: string, { publish, handle, cpu, server }: Measured): Row[] {
  const rows = [
    alone(`${what}: publish`, Math.round(publish), "events/s"),
    alone(`${what}: handle and commit`, Math.round(handle), "events/s"),
    alone(`${what}: both`, Math.round(1 / (1 / publish + 1 / handle)), "events/s"),
    alone(`${what}: both, CPU`, Math.round(cpu), "µs/event"),
  ];
  if (server === undefined) return rows;
  return [...rows, alone(`${what}: both, CPU of Redis`, Math.round(server), "µs/event")];
}
