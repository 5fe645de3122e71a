/**
 * What the log costs as it grows: rebuilding every projection from N archived events (case memory, accuracy, the
 * balance of all alerts, the gate's requests), and one more event on a log that has N already.
 * `--cases 50000,500000` gives the numbers of cases; a case is two events or a little more.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArchiveFolder } from "../src/bus/archive/archive-folder.ts";
import { RedisBus } from "../src/bus/redis-bus.ts";
import { archiveTimes } from "../src/bus/redis/archiver.ts";
import { says, type Bus } from "../src/bus/bus.ts";
import type { AnyEvent } from "../src/events/envelope.ts";
import { gateList } from "../src/gate/front.ts";
import { accuracyOf } from "../src/memory/accuracy.ts";
import { alertBalance } from "../src/memory/alert-balance.ts";
import { CaseMemory } from "../src/memory/case-memory.ts";
import { RedisServer } from "../test/bus/redis-server.ts";
import { alerts, group, inBatches, source, triage } from "./bus-load.ts";
import { caseLog } from "./memory-cases.ts";
import { alone, type Options, type Row } from "./row.ts";

const probes = 2_000;

export async function run({ cases = "500,50000" }: Options): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const count of cases.split(",").map(Number)) {
    const folder = mkdtempSync(join(tmpdir(), "hatrack-bench-"));
    const server = await RedisServer.start("--appendfsync", "no", "--appendonly", "no");
    try {
      rows.push(...(await onALogOf(count, { server, folder })));
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

interface Place {
  readonly server: RedisServer;
  readonly folder: string;
}

async function onALogOf(cases: number, { server, folder }: Place): Promise<Row[]> {
  const bus = new RedisBus({ url: server.url, durability: "relaxed", archive: folder });
  await bus.open([group]);
  const events = await fill(bus, cases);
  const per = await costOfOneMore(bus);
  const behind = { ...archiveTimes, behindMs: -1_000, keepMs: -1_000 };
  await bus.parts[0]?.archiveOnce(new ArchiveFolder(folder), behind);
  const what = `${events} events`;
  const rows = [alone(`${what}: publish, handle and commit one more`, per, "µs/event")];
  rows.push(...(await rebuilt(what, events, bus)));
  await bus.close();
  return rows;
}

async function fill(bus: Bus, cases: number): Promise<number> {
  let [events, batch]: [number, AnyEvent[]] = [0, []];
  const flush = async (): Promise<void> => {
    events += batch.length;
    await bus.publish(batch);
    batch = [];
    process.stderr.write(`\r${events} events`);
  };
  for (const { event } of caseLog(cases, 7)) if (batch.push(event) === 256) await flush();
  await flush();
  process.stderr.write("\n");
  return events;
}

/** Microseconds, of events that come in batches. */
async function costOfOneMore(bus: Bus): Promise<number> {
  const handled = Promise.withResolvers<undefined>();
  let left = probes;
  const subscription = bus.subscribe(
    group,
    ["alert.received"],
    ({ event }) => {
      if (!event.data.sourceId.startsWith("ldt:bench:")) return says();
      left -= 1;
      if (left === 0) handled.resolve(undefined);
      return says(triage(event));
    },
    { source, concurrency: 256 },
  );
  while ((await bus.groups()).some(({ lag, pending }) => lag + pending > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const began = performance.now();
  for (const batch of inBatches(alerts(probes), 256)) await bus.publish(batch);
  await handled.promise;
  const took = performance.now() - began;
  await subscription.close();
  return Math.round((took / probes) * 1000);
}

const projections = {
  "case memory": (bus: Bus) => CaseMemory.project(bus),
  accuracy: accuracyOf,
  "balance of alerts": alertBalance,
  "requests of the gate": gateList,
} satisfies Record<string, (bus: Bus) => Promise<unknown>>;

async function rebuilt(what: string, events: number, bus: Bus): Promise<Row[]> {
  const rows: Row[] = [];
  let all = 0;
  for (const [name, project] of Object.entries(projections)) {
    const { seconds, cpu, megabytes } = await measured(() => project(bus));
    all += seconds;
    rows.push(
      alone(`${what}: ${name} from the archive`, Math.round(events / seconds), "events/s"),
      alone(`${what}: ${name} from the archive, CPU`, Math.round(cpu / events), "µs/event"),
      alone(`${what}: ${name}, peak memory above what was there`, megabytes, "MB"),
    );
  }
  return [...rows, alone(`${what}: all projections`, Math.round(events / all), "events/s")];
}

interface Cost {
  readonly seconds: number;
  /** Microseconds. */
  readonly cpu: number;
  readonly megabytes: number;
}

async function measured(work: () => Promise<unknown>): Promise<Cost> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const began = performance.now();
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - began) / 1000;
  peak = Math.max(peak, process.memoryUsage().rss);
  clearInterval(watch);
  return { seconds, cpu: user + system, megabytes: Math.round((peak - before) / 1e6) };
}
