/**
 * Fires the schedules: the only part that sees a clock. Any number of processes may do so at once; each firing is on
 * the log once, by its id. What was missed is caught up at start, within a limit.
 */
import type { Bus } from "../src/bus/bus.ts";
import { logTime } from "../src/bus/bus.ts";
import { isoTime, type Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import { isEvent } from "../src/events/envelope.ts";
import { firings, longestWindow } from "./match.ts";
import { days, firedEvent, type Schedule } from "./schedule.ts";

/** Calls back at the start of every minute until what it returns is called. */
export type Waker = (wake: () => void) => () => void | Promise<void>;

export interface SchedulerOptions {
  readonly bus: Pick<Bus, "read" | "publish">;
  readonly schedules: readonly Schedule[];
  /** How far back what was missed is caught up, hours. */
  readonly catchUpHours: number;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly waker: Waker;
}

export interface RunningScheduler {
  /** Resolves when it has looked as often as it was woken; what fails is tried again with the next minute. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export function startScheduler(options: SchedulerOptions): RunningScheduler {
  const scheduler = new Scheduler(options);
  void scheduler.wake();
  const stop = options.waker(() => void scheduler.wake());
  return {
    idle: () => scheduler.idle(),
    close: async () => {
      scheduler.close();
      await stop();
      await scheduler.idle();
    },
  };
}

class Scheduler {
  readonly #options: SchedulerOptions;
  /** Role → the last firing that needs no more work, milliseconds since the epoch. */
  readonly #done = new Map<string, number>();
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  close(): void {
    this.#closed = true;
  }

  /** One look after the other: a slow log makes no two of them. */
  wake(): Promise<void> {
    this.#working = this.#working.then(() => this.#look());
    return this.#working;
  }

  idle(): Promise<void> {
    return this.#working;
  }

  async #look(): Promise<void> {
    for (const schedule of this.#options.schedules) {
      if (this.#closed) return;
      try {
        await this.#fire(schedule);
      } catch (error) {
        const { diagnostics } = this.#options;
        diagnostics.warn(
          { role: schedule.role, error: reasonOf(error) },
          "schedules: not fired yet; trying again",
        );
      }
    }
  }

  /** In order, so that what has been fired is a beginning of what there is to fire. */
  async #fire(schedule: Schedule): Promise<void> {
    const { bus, clock } = this.#options;
    const now = clock.now();
    const from = this.#done.get(schedule.role) ?? (await this.#from(schedule.role, now));
    const done = this.#withinLimit(schedule, from, now);
    this.#done.set(schedule.role, done);
    for (const firing of firings(schedule, done, now)) {
      if (this.#closed) return;
      await bus.publish([firedEvent(schedule, firing, now)]);
      this.#done.set(schedule.role, firing.at);
    }
  }

  /** Behind what has been fired, and behind the beginning of the log. */
  async #from(role: string, now: number): Promise<number> {
    const { bus } = this.#options;
    const began = await logBegan(bus);
    return began === undefined ? now : Math.max(began, (await lastFired(bus, role)) ?? began);
  }

  /** A process that slept, or a SOC that stood still, does not report on last week as if it were news. */
  #withinLimit(schedule: Schedule, from: number, now: number): number {
    const { catchUpHours, diagnostics } = this.#options;
    const limit = now - catchUpHours * 3_600_000;
    if (from >= limit) return from;
    const lost = firings(schedule, from, limit);
    if (lost.length > 0) {
      const { role } = schedule;
      const what = `${lost.length} of ${role} are more than ${catchUpHours} hours ago and are not caught up`;
      diagnostics.warn({ role, from: lost[0]?.local, to: lost.at(-1)?.local }, `schedules: ${what}`);
    }
    return limit;
  }
}

/** Log time of the first entry; undefined for an empty log, of which nothing was missed. */
export async function logBegan(bus: Pick<Bus, "read">): Promise<number | undefined> {
  for await (const { position } of bus.read()) return logTime(position);
  return undefined;
}

/** When this role was last fired for, as it stands on the log. */
async function lastFired(bus: Pick<Bus, "read">, role: string): Promise<number | undefined> {
  let last: number | undefined;
  for await (const { event } of bus.read({ types: ["schedule.fired"], subject: `calendar:${role}` })) {
    if (!isEvent(event, "schedule.fired") || event.data.role !== role) continue;
    last = Math.max(last ?? 0, Date.parse(event.data.nominal));
  }
  return last;
}

const day = 86_400_000;

/** Where a schedule looks back further than the log reaches; of a day or less, nobody needs to be told. */
export function shortLog(schedule: Schedule, began: number, now: number): string | undefined {
  const window = longestWindow(schedule, now);
  if (window <= day || now - window >= began) return undefined;
  const since = `${days(now - began)} ago (${isoTime(began)})`;
  return `${schedule.role} looks back ${days(window)}, and the log begins ${since}: it reports on less`;
}
