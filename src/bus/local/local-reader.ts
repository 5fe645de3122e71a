/** Reading the local log, to its end or on and on. */
import type { Diagnostics } from "../../diagnostics.ts";
import { parseEventText } from "../../events/parse.ts";
import { reasonOf } from "../../errors.ts";
import type { ReadOptions, StoredEvent } from "../bus.ts";
import { pause } from "../waiting.ts";
import type { LocalDatabase } from "./local-database.ts";
import type { LocalLog, LogEntry } from "./local-log.ts";

const pageSize = 256;

export interface Reading {
  readonly database: LocalDatabase;
  readonly log: LocalLog;
  readonly diagnostics: Diagnostics;
  /** How long to wait for this process's own bell before looking whether another process wrote. */
  readonly waitMs: number;
}

/** Everything up to what is the end when the reading begins. */
export async function* readLog(
  { log, diagnostics }: Reading,
  options: ReadOptions,
): AsyncGenerator<StoredEvent> {
  const to = endOf(log, options);
  let after = beginningOf(log, options);
  while (after < to) {
    const page = log.page({ after, to, max: pageSize }, options);
    for (const entry of page) yield* readable(entry, diagnostics);
    after = page.length < pageSize ? to : (page.at(-1)?.n ?? to);
    await Promise.resolve();
  }
}

/** The same, and then what is appended, until the signal aborts. */
export async function* followLog(
  reading: Reading,
  options: ReadOptions & { readonly signal: AbortSignal },
): AsyncGenerator<StoredEvent> {
  const { database, log, waitMs } = reading;
  const { signal } = options;
  let after = beginningOf(log, options);
  while (!signal.aborted) {
    const changed = database.changed.heard();
    const to = endOf(log, options);
    const page = log.page({ after, to, max: pageSize }, options);
    for (const entry of page) {
      yield* readable(entry, reading.diagnostics);
      if (isAborted(signal)) return;
    }
    after = page.length < pageSize ? Math.max(after, to) : (page.at(-1)?.n ?? after);
    if (page.length === 0) await changedOr(changed, waitMs, signal);
  }
}

async function changedOr(changed: Promise<void>, waitMs: number, signal: AbortSignal): Promise<void> {
  const waited = new AbortController();
  await Promise.race([changed, pause(waitMs, signal, waited.signal)]);
  waited.abort();
}

/** Asked in a function because it changes while the reader holds an entry, which narrowing does not know. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function beginningOf(log: LocalLog, { after }: ReadOptions): number {
  return after === undefined ? 0 : (log.lastUpTo(after)?.n ?? 0);
}

function endOf(log: LocalLog, { to }: ReadOptions): number {
  const end = to === undefined ? log.last() : log.lastUpTo(to);
  return end?.n ?? 0;
}

/** An entry that cannot be read is left out here, loudly; the groups it concerns bury it with its text. */
function* readable(entry: LogEntry, diagnostics: Diagnostics): Generator<StoredEvent> {
  let event: StoredEvent;
  try {
    event = storedEvent(entry);
  } catch (error) {
    const { position, type } = entry;
    diagnostics.error({ position, type }, `left out of a read: ${reasonOf(error)}`);
    return;
  }
  yield event;
}

export function storedEvent({ position, text }: LogEntry): StoredEvent {
  return { position, partition: 0, event: parseEventText(text, `entry ${position}`) };
}
