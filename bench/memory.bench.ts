/**
 * Case memory at 10,000 and 100,000 cases (HATRACK_BENCH_CASES names other sizes, such as "10000,1000000"): how fast it
 * folds, what a case costs, recall against the same query in SQLite, clusters against a graph with components.
 */
import { shippedBenign } from "../src/memory/shipped-benign.ts";
import { clusters } from "../src/memory/clusters.ts";
import { MemoryFold, type MemoryState } from "../src/memory/memory-state.ts";
import { recall, sought } from "../src/memory/recall.ts";
import { caseIdAt, caseLog, random } from "./memory-cases.ts";
import { graphClusters, SqlRecall } from "./memory-peers.ts";
import { alone, compared, median, type Row } from "./row.ts";

const seed = 20_260_302;
const questions = 2000;
const day = 86_400_000;

interface Built {
  readonly state: MemoryState;
  readonly perSecond: number;
  readonly bytesPerCase: number;
}

function heapNow(): number {
  if (global.gc === undefined) throw new Error("bench memory: expected node --expose-gc (npm run bench)");
  global.gc();
  global.gc();
  return process.memoryUsage().heapUsed;
}

/** The log is made as it is folded, so that only the memory stays. */
function build(n: number): Built {
  const benign = shippedBenign();
  const before = heapNow();
  const fold = new MemoryFold(benign);
  let folding = 0;
  for (const entry of caseLog(n, seed)) {
    const started = performance.now();
    fold.evolve(entry);
    folding += performance.now() - started;
  }
  const bytesPerCase = (heapNow() - before) / n;
  return { state: fold.state, perSecond: n / (folding / 1000), bytesPerCase };
}

interface Times {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
}

function timed(ids: readonly string[], ask: (caseId: string) => unknown): Times {
  for (const id of ids.slice(0, 200)) ask(id);
  const times = ids.map((id) => {
    const started = performance.now();
    ask(id);
    return (performance.now() - started) * 1000;
  });
  const sorted = times.sort((a, b) => a - b);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return { mean, p50: median(sorted), p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}

function recallIn(state: MemoryState, caseId: string) {
  const record = state.cases.get(caseId);
  if (record === undefined) throw new Error(`bench memory: no case ${caseId}`);
  return recall(state, { indicators: sought(record), self: caseId }, { limit: 5, asOf: state.latest });
}

/** A peer that answers something else would be no peer. */
function expectSame(state: MemoryState, sql: SqlRecall, ids: readonly string[]): void {
  for (const id of ids) {
    const ours = recallIn(state, id).map(({ score }) => score.toFixed(3));
    const theirs = sql.recall(id, state.latest).map(({ score }) => score.toFixed(3));
    if (ours.join() !== theirs.join()) {
      throw new Error(`bench memory: ${id}: memory says ${ours.join()}, SQLite ${theirs.join()}`);
    }
  }
}

function rowsFor(n: number): Row[] {
  const { state, perSecond, bytesPerCase } = build(n);
  const next = random(7);
  const ids = Array.from({ length: questions }, () => caseIdAt(Math.floor(next() * n)));
  const sql = new SqlRecall(state);
  expectSame(state, sql, ids.slice(0, 300));
  const ours = timed(ids, (id) => recallIn(state, id));
  const theirs = timed(ids, (id) => sql.recall(id, state.latest));
  sql.close();
  const size = `${n.toLocaleString("en-GB")} cases`;
  const against = (what: string, value: number, peer: { name: string; value: number }, unit: string): Row =>
    compared(alone(`${size}: ${what}`, rounded(value), unit), {
      name: peer.name,
      value: rounded(peer.value),
    });
  return [
    alone(`${size}: folded`, Math.round(perSecond), "cases/s"),
    alone(`${size}: memory`, Math.round(bytesPerCase), "bytes/case"),
    against("recall, mean", ours.mean, { name: "node:sqlite, indexed join", value: theirs.mean }, "µs"),
    against("recall p50", ours.p50, { name: "node:sqlite, indexed join", value: theirs.p50 }, "µs"),
    against("recall p99", ours.p99, { name: "node:sqlite, indexed join", value: theirs.p99 }, "µs"),
    ...[30, 365].map((days) =>
      clusterRow(state, days, (value, peer) =>
        against(`clusters of ${days} days`, value, { name: "graph and components", value: peer }, "ms"),
      ),
    ),
  ];
}

function clusterRow(state: MemoryState, days: number, row: (ours: number, theirs: number) => Row): Row {
  const time = (work: () => unknown): number => {
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now();
      work();
      return performance.now() - started;
    });
    return median(times);
  };
  const ours = time(() => clusters(state, { days, asOf: state.latest }));
  return row(
    ours,
    time(() => graphClusters(state, state.latest - days * day, state.latest)),
  );
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

export function run(): Promise<Row[]> {
  const sizes = (process.env["HATRACK_BENCH_CASES"] ?? "10000,100000").split(",").map(Number);
  return Promise.resolve(sizes.flatMap(rowsFor));
}
