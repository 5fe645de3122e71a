/**
 * Case memory: a read projection over the log. A query, not a store: it can be thrown away and folded again. What is
 * like this case (`recallSimilar`), and which cases belong together (`findCampaignClusters`).
 */
import { comparePositions, logTime, type Bus, type Position } from "../bus/bus.ts";
import { troubleOnly, type Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import { CaseId, IndicatorType, type Indicator } from "../events/vocabulary.ts";
import type { Benign } from "../indicators/benign.ts";
import { refang } from "../indicators/defang.ts";
import { linkHost } from "../indicators/link-host.ts";
import { normaliseIndicator } from "../indicators/normalise.ts";
import { recordTypes, type CaseRecord } from "./case-record.ts";
import { clusters, type Cluster } from "./clusters.ts";
import { MemoryFold, type Kept, type MemoryState } from "./memory-state.ts";
import { recall, type Question, type Recalled } from "./recall.ts";
import { keptIn, snapshotOf, type SnapshotStore } from "./snapshot.ts";
import { shippedActors, shippedActorsDigest } from "./shipped-actors.ts";
import { shippedBenign } from "./shipped-benign.ts";

export interface MemoryOptions {
  /** Infrastructure that links nothing. Default: the lists that come with hatrack. */
  readonly benign?: Benign;
  /** RFC 3339: what was said later is not folded, so that memory knows the past alone (lesson 25). Default: all. */
  readonly asOf?: string;
  /** Where memory is kept between starts; not used with `asOf`, and with `to` only if it is not past it. */
  readonly snapshot?: SnapshotStore;
  /** Where a snapshot that could not be read or written is reported. Default: the console. */
  readonly diagnostics?: Diagnostics;
  /** The last position to fold, inclusive. Default: the end of the log. */
  readonly to?: Position;
}

export interface Recollection {
  readonly query: string;
  readonly cases: readonly Recalled[];
  /** Where no case holds the link that was asked for: the cases that hold its host. A weaker answer. */
  readonly related?: { readonly host: string; readonly cases: readonly Recalled[] };
}

/** Redis nodes' clocks may differ by this much; only matters where a log has several partitions. Milliseconds. */
const skewMs = 60_000;

/** Entries since the last snapshot from which another is worth writing. */
const worthKeeping = 1000;

export class CaseMemory {
  readonly #bus: Bus;
  readonly #options: MemoryOptions;
  readonly #fold: MemoryFold;

  private constructor(bus: Bus, options: MemoryOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#fold = new MemoryFold(options.benign ?? shippedBenign());
  }

  /** Folds the log from its beginning. The bus must be open. */
  static async project(bus: Bus, options: MemoryOptions = {}): Promise<CaseMemory> {
    const memory = new CaseMemory(bus, options);
    const store = options.asOf === undefined ? options.snapshot : undefined;
    if (store !== undefined) await memory.#restore(store);
    const folded = await memory.catchUp();
    if (options.to === undefined && folded >= worthKeeping) {
      await memory.#keep(store);
    }
    return memory;
  }

  /** Only a cache: where it cannot be written, the next start folds the log. */
  async #keep(store: SnapshotStore | undefined): Promise<void> {
    if (store?.write === undefined) return;
    try {
      await store.write(snapshotOf(this.state, shippedActorsDigest()));
    } catch (cause) {
      this.#diagnostics.warn({ reason: reasonOf(cause) }, "memory: its snapshot was not written");
    }
  }

  async #textIn(store: SnapshotStore): Promise<string | undefined> {
    try {
      return await store.read();
    } catch (cause) {
      this.#diagnostics.warn({ reason: reasonOf(cause) }, "memory: its snapshot was not read");
      return undefined;
    }
  }

  get #diagnostics(): Diagnostics {
    return this.#options.diagnostics ?? troubleOnly;
  }

  async #restore(store: SnapshotStore): Promise<void> {
    const text = await this.#textIn(store);
    const kept = text === undefined ? undefined : keptIn(text, shippedActorsDigest());
    if (kept === undefined || isPast(kept, this.#options.to)) return;
    if (await isOfThisLog(this.#bus, kept)) this.#fold.restore(kept);
  }

  /** Folds what has come since; says how many entries that were. */
  async catchUp(to = this.#options.to): Promise<number> {
    const after = await this.#after();
    const until = this.#options.asOf === undefined ? Infinity : timeOf(this.#options.asOf);
    const reading = { types: recordTypes, ...(to === undefined ? {} : { to }) };
    let folded = 0;
    for await (const stored of this.#bus.read(after === undefined ? reading : { ...reading, after })) {
      if (Date.parse(stored.event.time) > until) continue;
      this.#fold.evolve(stored);
      folded += 1;
    }
    return folded;
  }

  /** Where to read on: an entry that was folded already and is read again changes nothing. */
  async #after(): Promise<Position | undefined> {
    const folded = [...this.#fold.state.positions.values()].sort(comparePositions);
    const [least] = folded;
    if (least === undefined || (await this.#bus.tail()).size <= 1) return least;
    return `${Math.max(0, logTime(least) - skewMs)}-0`;
  }

  /** Partition → the last position folded, as a run's trace records where its memory stood. */
  get positions(): ReadonlyMap<number, Position> {
    return this.#fold.state.positions;
  }

  /** What is known of every case, for who computes over it. */
  get state(): MemoryState {
    return this.#fold.state;
  }

  cases(): CaseRecord[] {
    return [...this.#fold.state.cases.values()];
  }

  /**
   * Past cases like this case, or that hold this indicator (written in any way, defanged too), best first.
   * @throws HatrackError `case_not_found` for a case id the log does not know
   */
  recallSimilar(
    caseOrIndicator: string | Indicator,
    options: { readonly limit?: number; readonly asOf?: string } = {},
  ): Recollection {
    const query = typeof caseOrIndicator === "string" ? caseOrIndicator : caseOrIndicator.value;
    const asOf = this.#asOf(options.asOf);
    const best = { limit: options.limit ?? 5, asOf };
    const cases = recall(this.state, this.#question(caseOrIndicator), best);
    const host = cases.length === 0 ? hostOf(query) : undefined;
    if (host === undefined) return { query, cases };
    const related = recall(this.state, { indicators: anyOf(host), byName: true }, best);
    return related.length === 0 ? { query, cases } : { query, cases, related: { host, cases: related } };
  }

  /** Campaigns among the cases opened in the last `days` (14) before `asOf`, by default the latest event's time. */
  findCampaignClusters(options: { readonly days?: number; readonly asOf?: string } = {}): {
    clusters: Cluster[];
  } {
    const asOf = this.#asOf(options.asOf);
    return { clusters: clusters(this.state, { days: options.days ?? 14, asOf }) };
  }

  #asOf(asOf: string | undefined): number {
    return asOf === undefined ? this.state.latest : timeOf(asOf);
  }

  #question(asked: string | Indicator): Question {
    if (typeof asked !== "string") {
      const value = asked.type === "actor" ? shippedActors().canonical(asked.value) : asked.value;
      const normal = normaliseIndicator(asked.type, value);
      return { indicators: normal === undefined ? [] : [normal], byName: true };
    }
    if (!CaseId.safeParse(asked).success) return { indicators: anyOf(asked), byName: true };
    if (!this.state.cases.has(asked)) {
      throw new HatrackError("case_not_found", `memory: the log knows no case ${asked}`);
    }
    return { self: asked };
  }
}

/** Kept later than what is asked for. */
function isPast({ positions }: Kept, to: Position | undefined): boolean {
  return to !== undefined && [...positions.values()].some((position) => comparePositions(position, to) > 0);
}

/** The log still has, at each position, the entry that was folded there; a log begun anew has not. */
async function isOfThisLog(bus: Bus, { positions }: Kept): Promise<boolean> {
  for (const [partition, position] of positions) {
    let found = false;
    const reading = { types: recordTypes, after: before(position), to: position };
    for await (const stored of bus.read(reading)) found ||= stored.partition === partition;
    if (!found) return false;
  }
  return true;
}

function before(position: Position): Position {
  const sequence = Number(position.slice(position.indexOf("-") + 1));
  return sequence > 0 ? `${logTime(position)}-${sequence - 1}` : `${logTime(position) - 1}-999999999`;
}

/** A value without its type may be any of them; the index knows which it is. */
function anyOf(value: string): Indicator[] {
  return IndicatorType.options.flatMap((type) => {
    const named = type === "actor" ? shippedActors().canonical(value) : refang(value);
    return normaliseIndicator(type, named) ?? [];
  });
}

/** Of a link, however it is written; undefined for what is none. */
function hostOf(value: string): string | undefined {
  const link = refang(value);
  const { host } = linkHost(link);
  return link.includes("://") && host !== "" ? host : undefined;
}

function timeOf(asOf: string): number {
  const time = Date.parse(asOf);
  if (!Number.isNaN(time)) return time;
  throw new HatrackError(
    "time_invalid",
    `memory: asOf "${asOf}": expected a time such as 2026-11-16T08:00:00Z`,
  );
}
