/**
 * Alerts polled from CrowdStrike Falcon. Each poll asks for what was created and what was changed since its cursor, ten
 * minutes further back for what arrives late. The cursor moves only after the alerts are on the log, by Falcon's times
 * and never past Falcon's clock; what the log has already is not said again. A closed alert says how it was closed.
 */
import { pauseFor, type Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { caseIdOf } from "../src/events/ids.ts";
import type { Verdict } from "../src/events/vocabulary.ts";
import type { AlertSource, SourceItem } from "../src/seams/alert-source.ts";
import { alertsById, idsSince, type TimeField } from "./falcon-alerts.ts";
import type { FalconClient } from "./falcon-client.ts";
import { cursorText, firstCursor, parseCursor, type FalconCursor } from "./falcon-cursor.ts";
import { isoTimeOf } from "./lenient.ts";
import { readAlert } from "./read-alerts.ts";
import { RecentIds } from "./recent-ids.ts";

/** What the log holds of an alert. */
export interface OnLog {
  /** As a case of its own, as one more of another's, or muted. */
  readonly taken: boolean;
  readonly hasCase: boolean;
  /** What the source said last of how it was closed. */
  readonly labelled: Verdict | undefined;
}

export interface FalconSourceOptions {
  readonly client: FalconClient;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** The cursor of the last `source.advanced` of this source. */
  readonly cursor: () => Promise<string | undefined>;
  readonly onLog: (sourceId: string) => Promise<OnLog>;
  /** How far back the first poll of a new log begins. Default 10 minutes. */
  readonly lookBackMs?: number;
  /** How far behind its cursor each poll begins. Default 10 minutes. */
  readonly overlapMs?: number;
  /** Between two polls. Default 30 seconds. */
  readonly intervalMs?: number;
  readonly pageSize?: number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

export const falconSourceName = "crowdstrike";

const minute = 60_000;
/** The log knows an id for seven days; what was passed earlier than that and is not there was there, and is archived. */
const rememberedMs = 6.5 * 24 * 60 * minute;
const longestPauseMs = 5 * minute;
/** Alerts of one request: some 10 KB each. */
const perRequest = 200;
/** Polls in which an alert that was listed may not be handed out before the cursor moves on without it. */
const patience = 5;

export function falconSource(options: FalconSourceOptions): AlertSource {
  return { name: falconSourceName, items: (signal) => new Poller(options, signal).items() };
}

class Poller {
  readonly #options: Required<FalconSourceOptions>;
  readonly #signal: AbortSignal;
  /** On the log, or refused: not asked for again by when it was created. */
  readonly #done = new RecentIds(100_000);
  /** In how many polls an alert that was listed has not been handed out. */
  readonly #missing = new Map<string, number>();
  #cursor: FalconCursor = { sinceMs: 0, created_timestamp: 0, updated_timestamp: 0 };
  #saved = "";
  /** What Falcon's clock said last. */
  #servedAtMs = 0;

  constructor(options: FalconSourceOptions, signal: AbortSignal) {
    const times = { lookBackMs: 10 * minute, overlapMs: 10 * minute, intervalMs: 30_000 };
    this.#options = { ...times, pageSize: 10_000, wait: pauseFor, ...options };
    this.#signal = signal;
  }

  async *items(): AsyncGenerator<SourceItem> {
    yield* this.#begin();
    let failures = 0;
    let everPolled = false;
    for (;;) {
      try {
        yield* this.#poll();
        everPolled = true;
        failures = 0;
      } catch (error) {
        if (this.#signal.aborted) return;
        // What is wrong from the start is said at the start; later, a scope that was taken away may come back.
        if (!everPolled && !(error instanceof HatrackError && error.retryable)) throw error;
        failures += 1;
        this.#complain(error, failures);
      }
      if (!(await this.#pause(failures))) return;
    }
  }

  /** The first look-back is kept before anything is asked: also after a start that Falcon did not answer it holds. */
  async *#begin(): AsyncGenerator<SourceItem> {
    const { cursor, clock, lookBackMs } = this.#options;
    this.#saved = (await cursor()) ?? "";
    const kept = parseCursor(this.#saved);
    this.#cursor = kept ?? firstCursor(clock.now() - lookBackMs);
    if (kept === undefined) yield this.#advanced();
  }

  /** False: it has ended. */
  async #pause(failures: number): Promise<boolean> {
    const { intervalMs, wait } = this.#options;
    const longest = Math.max(longestPauseMs, intervalMs);
    await wait(Math.min(intervalMs * 2 ** Math.min(failures, 10), longest), this.#signal).catch(
      () => undefined,
    );
    return !this.#signal.aborted;
  }

  #complain(error: unknown, failures: number): void {
    const { diagnostics } = this.#options;
    const fields = {
      source: falconSourceName,
      code: error instanceof HatrackError ? error.code : "",
      failures,
    };
    const message = `no alerts from Falcon, it is asked again: ${reasonOf(error)}`;
    if (failures < 3 && error instanceof HatrackError && error.retryable) diagnostics.warn(fields, message);
    else diagnostics.error(fields, message);
  }

  /** An alert that was read for when it was created is not read again for when it changed. */
  async *#poll(): AsyncGenerator<SourceItem> {
    const seen = new Map<string, number>();
    yield* this.#stream("created_timestamp", seen);
    yield* this.#stream("updated_timestamp", seen);
    // One that is no longer listed either would else hold the cursor back for good.
    for (const id of [...this.#missing.keys()]) if (!seen.has(id)) yield* this.#lacking(id);
  }

  async *#stream(field: TimeField, seen: Map<string, number>): AsyncGenerator<SourceItem> {
    const { client, overlapMs, pageSize } = this.#options;
    const fromMs = this.#cursor[field] - overlapMs;
    for await (const ids of idsSince(client, { field, fromMs, pageSize, signal: this.#signal })) {
      const anew = field === "created_timestamp";
      const wanted = ids.filter((id) => !seen.has(id) && !(anew && this.#done.has(id)));
      const passed = anew ? [] : ids.map((id) => Math.min(seen.get(id) ?? 0, this.#servedAtMs));
      let toMs = Math.max(this.#cursor[field], ...passed);
      for (let i = 0; i < wanted.length; i += perRequest) {
        toMs = Math.max(toMs, yield* this.#batch(wanted.slice(i, i + perRequest), field, seen));
      }
      yield* this.#advance(field, toMs);
    }
  }

  /** Yields what these alerts come to; returns the latest of their times, Falcon's clock at the most. */
  async *#batch(
    ids: readonly string[],
    field: TimeField,
    seen: Map<string, number>,
  ): AsyncGenerator<SourceItem, number> {
    const { client, clock } = this.#options;
    const { alerts, missing, servedAtMs } = await alertsById(client, ids, this.#signal);
    let latest = 0;
    for (const [id, raw] of alerts) {
      yield* this.#itemsOf(raw);
      this.#done.add(id);
      this.#missing.delete(id);
      seen.set(id, timeOf(raw, "updated_timestamp") ?? 0);
      latest = Math.max(latest, timeOf(raw, field) ?? 0);
    }
    for (const id of missing.filter((each) => !this.#done.has(each))) {
      seen.set(id, 0);
      yield* this.#lacking(id);
    }
    this.#servedAtMs = servedAtMs ?? clock.now();
    return Math.min(latest, this.#servedAtMs);
  }

  async *#itemsOf(raw: object): AsyncGenerator<SourceItem> {
    const read = readAlert(raw, 1);
    const old = this.#isOld(timeOf(raw, "created_timestamp") ?? Infinity);
    if ("rejected" in read) {
      const { reason, excerpt } = read.rejected;
      if (!old) yield { rejected: { reason, excerpt } };
      return;
    }
    const { alert, label } = read;
    const { taken, hasCase, labelled } = await this.#options.onLog(alert.sourceId);
    if (taken) {
      // A comment moves the time of a change, and says nothing new of how it was closed.
      if (hasCase && label !== undefined && label.verdict !== labelled) yield { label };
    } else if (!old) yield label === undefined ? { alert } : { alert, label };
  }

  /** Created before this log began, or passed so long ago that its place on the log may be trimmed. */
  #isOld(createdMs: number): boolean {
    const { clock, overlapMs } = this.#options;
    const { sinceMs, created_timestamp: passedMs } = this.#cursor;
    const passed = createdMs < passedMs - overlapMs && createdMs < clock.now() - rememberedMs;
    return createdMs < sinceMs || passed;
  }

  /** Once listed, and not handed out: waited for, and after some polls on the record as such. */
  *#lacking(id: string): Generator<SourceItem> {
    const polls = (this.#missing.get(id) ?? 0) + 1;
    this.#missing.set(id, polls);
    if (polls < patience) return;
    this.#missing.delete(id);
    this.#done.add(id);
    const reason = `${id.slice(0, 200)}: Falcon lists this alert and does not hand it out (case ${caseIdOf({ source: falconSourceName, sourceId: id })})`;
    yield { rejected: { reason, excerpt: id.slice(0, 500) } };
  }

  *#advance(field: TimeField, toMs: number): Generator<SourceItem> {
    // A restart must find what is still missing.
    if (this.#missing.size > 0) return;
    this.#cursor = { ...this.#cursor, [field]: Math.max(this.#cursor[field], toMs) };
    if (cursorText(this.#cursor) !== this.#saved) yield this.#advanced();
  }

  #advanced(): SourceItem {
    this.#saved = cursorText(this.#cursor);
    return { advanced: this.#saved };
  }
}

function timeOf(raw: object, field: TimeField): number | undefined {
  const said: unknown = Object.entries(raw).find(([name]) => name === field)?.[1];
  const iso = isoTimeOf(said);
  return iso === undefined ? undefined : Date.parse(iso);
}
