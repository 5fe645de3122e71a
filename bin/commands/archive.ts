import { rm } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "../../src/bus/bus.ts";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import type { Archived, ArchiveTimes } from "../../src/bus/redis/archiver.ts";
import type { ErasureOrder } from "../../src/bus/redis/eraser.ts";
import { systemClock } from "../../src/clock.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { flag, textOption, type Command, type Invocation, type Values } from "../command.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { Closers } from "../closers.ts";
import type { Config } from "../config.ts";
import { Health } from "../health.ts";
import { metricsHelp, metricsOption, withMetrics } from "../health-option.ts";
import { untilTerminated } from "../lifetime.ts";
import { archiveFolder, makeDataDir, openRedis } from "../open-bus.ts";

const everyMs = 60_000;
/** A mute may be in force for 30 days, and is judged by what the log says of it. */
const leastErasedDays = 31;
const day = 24 * 60 * 60 * 1000;

interface Part {
  archiveOnce(folder: ArchiveFolder, times: ArchiveTimes): Promise<Archived>;
  erase(folder: ArchiveFolder, order: ErasureOrder): Promise<number>;
}

interface Erasure {
  readonly days: number;
  readonly by: string;
  /** Memory as this host keeps it between starts: folded from what is erased. */
  readonly forget: () => Promise<void>;
}

type Done = Archived & { readonly erased: number };

interface Archiving {
  readonly parts: readonly Part[];
  readonly folder: ArchiveFolder;
  readonly times: ArchiveTimes;
  /** Retention; undefined: nothing is erased. */
  readonly erasure: Erasure | undefined;
  /** Called for each segment, and each time round: it gets on. */
  readonly beat?: () => void;
}

/** Every partition until there is nothing old enough; of each what it came to. */
async function archiveAll({ parts, folder, times, erasure, beat }: Archiving): Promise<Done[]> {
  const all: Done[] = [];
  for (const part of parts) {
    let sum = await part.archiveOnce(folder, times);
    for (let last = sum; last.entries > 0;) {
      beat?.();
      last = await part.archiveOnce(folder, times);
      sum = { ...last, entries: sum.entries + last.entries, trimmed: sum.trimmed + last.trimmed };
    }
    beat?.();
    all.push({ ...sum, erased: erasure === undefined ? 0 : await erase(part, folder, erasure) });
  }
  return all;
}

async function erase(part: Part, folder: ArchiveFolder, { days, by, forget }: Erasure): Promise<number> {
  const beforeMs = systemClock.now() - days * day;
  const erased = await part.erase(folder, { beforeMs, by, why: `older than ${days} days` });
  if (erased > 0) await forget();
  return erased;
}

interface Keeping extends Archiving {
  readonly bus: Bus;
  readonly diagnostics: Diagnostics;
}

async function keepArchiving(config: Config, on: Keeping): Promise<void> {
  const { diagnostics } = on;
  const life = untilTerminated(diagnostics);
  const open = new Closers();
  try {
    const health = await Health.open(config, { part: "archive", diagnostics, open, ending: life.signal });
    const beat = (): void => {
      health.pulse.beat("archive");
    };
    await health.serving({ bus: on.bus });
    while (!life.signal.aborted) {
      beat();
      await round({ ...on, beat }, diagnostics);
      health.pulse.rest("archive");
      await sleep(everyMs, undefined, { signal: life.signal }).catch(() => undefined);
    }
    await life.ended;
  } finally {
    await open.close();
    life.release();
  }
}

/** What a person must decide ends it; what passes is tried again. */
async function round(on: Archiving, diagnostics: Diagnostics): Promise<void> {
  try {
    for (const { partition, entries, trimmed, erased, heldBy } of await archiveAll(on)) {
      if (entries + trimmed > 0) diagnostics.info({ partition, entries, trimmed }, "archived");
      if (erased > 0) diagnostics.warn({ partition, erased }, "erased what the archive said of old cases");
      if (heldBy !== undefined)
        diagnostics.warn(
          { partition, group: heldBy },
          "keeps the log from being trimmed: is its process running?",
        );
    }
  } catch (error) {
    if (!(error instanceof HatrackError && error.retryable)) throw error;
    diagnostics.warn({}, reasonOf(error));
  }
}

function daysOf(values: Values, name: string, otherwise: number): number {
  const text = textOption(values, name);
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number >= 0) return number * day;
  throw new HatrackError("usage", `--${name} ${text}: expected a number of days, such as 14`);
}

async function run({ values, config: read, print }: Invocation): Promise<number> {
  const config = withMetrics(read(), values);
  const { archiveTimes } = await import("../../src/bus/redis/archiver.ts");
  const keepMs = daysOf(values, "keep", archiveTimes.keepMs);
  const retentionMs = daysOf(values, "retention", archiveTimes.retentionMs);
  if (retentionMs < keepMs)
    throw new HatrackError("usage", "--retention: expected at least as many days as --keep");
  const erasure = erasureOf(values, config, retentionMs);
  const diagnostics = makeDiagnostics(config);
  await makeDataDir(config.dataDir);
  const bus = await openRedis(config, diagnostics);
  try {
    const times = { ...archiveTimes, keepMs, retentionMs };
    const on = { parts: bus.parts, folder: new ArchiveFolder(archiveFolder(config)), times, erasure };
    if (!flag(values, "once")) await keepArchiving(config, { ...on, bus, diagnostics });
    else for (const done of await archiveAll(on)) print(lineOf(done, flag(values, "json")));
    return 0;
  } finally {
    await bus.close();
  }
}

/** Who does not move for so long must be off the log first. */
function erasureOf(values: Values, config: Config, retentionMs: number): Erasure | undefined {
  if (textOption(values, "erase") === undefined) return undefined;
  const days = daysOf(values, "erase", 0) / day;
  if (days * day < retentionMs || days < leastErasedDays) {
    const message = `--erase ${days}: expected at least as many days as --retention, and ${leastErasedDays}`;
    throw new HatrackError("usage", message);
  }
  const by = textOption(values, "by") ?? `${userInfo().username}@${hostname()}`;
  const forget = (): Promise<void> => rm(join(config.dataDir, "memory.snapshot"), { force: true });
  return { days, by: by.slice(0, 200), forget };
}

function lineOf(done: Done, json: boolean): string {
  if (json) return JSON.stringify(done);
  const erased = done.erased === 0 ? "" : `, ${done.erased} erased`;
  const held = done.heldBy === undefined ? "" : `; ${done.heldBy} keeps it from being trimmed further`;
  return `partition ${done.partition}: ${done.entries} archived, ${done.trimmed} trimmed from the log${erased}${held}`;
}

export const command: Command = {
  usage:
    "archive [--once [--json]] [--keep DAYS] [--retention DAYS] [--erase DAYS [--by WHO]] [--metrics PORT]",
  help: `Moves the old end of a log on Redis into DATA/archive, a minute behind the log, and trims what no group needs any
more. Any number may run. Every command reads archive and log as one; "audit verify" checks both.

  --once            until nothing is old enough, and end; --json: one object a partition
  --keep DAYS       what is younger stays on Redis too (default 14)
  --retention DAYS  a group that has not moved for so long is detached, with what it had not done listed in the
                    event group.detached (default 30)
  --erase DAYS      erases what segments that are older say of cases; digests stay, so that the chain can be verified, and
                    the event log.erased says it. It cannot be taken back (docs/log.md). Default: nothing is erased
  --by WHO          on whose word, for that event (default: USER@HOST)
  ${metricsHelp}`,
  takes: 0,
  options: {
    once: { type: "boolean" },
    keep: { type: "string" },
    retention: { type: "string" },
    erase: { type: "string" },
    by: { type: "string" },
    json: { type: "boolean" },
    ...metricsOption,
  },
  run,
};
