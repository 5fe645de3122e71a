/**
 * Case memory at 10,000 and 100,000 cases (`--cases 10000,1000000` names other sizes): how fast it folds, what a case
 * costs, recall against the same query in SQLite, clusters against a graphology graph and its components.
 */
import { shippedActors } from "../src/memory/shipped-actors.ts";
import { shippedBenign } from "../src/memory/shipped-benign.ts";
import { clusters } from "../src/memory/clusters.ts";
import { MemoryFold, type MemoryState } from "../src/memory/memory-state.ts";
import { recall } from "../src/memory/recall.ts";
import { random } from "../src/replay/random.ts";
import { caseIdAt, caseLog } from "./memory-cases.ts";
import { graphClusters, linkingCases, SqlRecall } from "./memory-peers.ts";
import { alone, compared, median, percentile, type Options, type Row } from "./row.ts";

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
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The log is made as it is folded, so that only the memory stays. */
function build(n: number): Built {
  // The lists that come with hatrack are read once and are no case's.
  const [benign, actors] = [shippedBenign(), shippedActors()];
  const before = heapNow();
  const fold = new MemoryFold(benign, actors);
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

/**
 * Each question twenty times, and its best time: what is measured is neither the compiler's first steps, nor the first
 * touch of a page, nor what else this machine does. The same for both.
 */
const passes = 20;

function timed(ids: readonly string[], ask: (caseId: string) => unknown): Times {
  const best = ids.map(() => Infinity);
  for (let pass = 0; pass < passes; pass += 1) {
    for (const [i, id] of ids.entries()) {
      const started = performance.now();
      ask(id);
      best[i] = Math.min(best[i] ?? Infinity, (performance.now() - started) * 1000);
    }
  }
  const mean = best.reduce((sum, time) => sum + time, 0) / best.length;
  return { mean, p50: median(best), p99: percentile(best, 0.99) };
}

function recallIn(state: MemoryState, caseId: string) {
  return recall(state, { self: caseId }, { limit: 5, asOf: state.latest });
}

/** A peer that answers something else would be no peer. */
function expectSame(state: MemoryState, sql: SqlRecall, ids: readonly string[]): void {
  for (const id of ids) {
    const ours = recallIn(state, id).map(({ score, verdict, confirmedBy, shared }) =>
      [
        score.toFixed(3),
        verdict,
        confirmedBy,
        ...shared.map(({ type, value }) => `${type} ${value}`).sort(),
      ].join(),
    );
    const theirs = sql
      .recall(id, state.latest)
      .map(({ score, verdict, confirmedBy, shared }) =>
        [Number(score).toFixed(3), verdict, confirmedBy, ...String(shared).split("\n").sort()].join(),
      );
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
        against(`clusters of ${days} days`, value, { name: "graphology and components", value: peer }, "ms"),
      ),
    ),
  ];
}

function clusterRow(state: MemoryState, days: number, row: (ours: number, theirs: number) => Row): Row {
  // The best of fifteen for both: the first five still hold the compiler's work.
  const time = (work: () => unknown): number => {
    const times = Array.from({ length: 15 }, () => {
      const started = performance.now();
      work();
      return performance.now() - started;
    });
    return Math.min(...times);
  };
  const ours = time(() => clusters(state, { days, asOf: state.latest }));
  const linking = linkingCases(state);
  const window = { from: state.latest - days * day, to: state.latest };
  return row(
    ours,
    time(() => graphClusters(state, linking, window)),
  );
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

export function run({ cases = "10000,100000" }: Options): Promise<Row[]> {
  const sizes = cases.split(",").map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1000 && size <= 5_000_000)) {
    throw new Error(
      `bench memory: --cases ${cases}: expected sizes from 1000 to 5000000, such as 10000,100000`,
    );
  }
  return Promise.resolve(sizes.flatMap(rowsFor));
}
