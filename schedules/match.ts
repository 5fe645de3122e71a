/**
 * When a schedule fires, and over which window. Pure: the same schedule gives the same firings in every process, so
 * that their ids are the same. What the clock shows twice fires once, the first time; what it jumps over fires as it
 * jumps; and there is one firing an instant.
 */
import type { Cron } from "./cron.ts";
import type { Zone } from "./zone.ts";

export interface Timing {
  readonly cron: Cron;
  readonly zone: Zone;
  /** What a firing looks back over: all since the one before it, or so many hours. */
  readonly window: "since-last" | { readonly hours: number };
}

export interface Firing {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What the clock on the wall should show, "2026-03-29T02:30"; it may jump over it. */
  readonly local: string;
}

const day = 86_400_000;

/** The firings after one instant and up to another, inclusive, in order. */
export function firings({ cron, zone }: Timing, after: number, to: number): Firing[] {
  const byInstant = new Map<number, Firing & { readonly skipped: boolean }>();
  // Two days around: a wall may skip a whole day, and its firings with it.
  const last = zone.wallAt(to) + 2 * day;
  for (let date = midnight(zone.wallAt(after) - 2 * day); date <= last; date += day) {
    for (const wall of wallTimes(cron, date)) {
      const { at, skipped } = zone.firstShown(wall);
      if (at <= after || at > to) continue;
      const there = byInstant.get(at);
      // What the wall does show then goes before what it has jumped over, and of that the first.
      if (there !== undefined && (skipped || !there.skipped)) continue;
      byInstant.set(at, { at, local: new Date(wall).toISOString().slice(0, 16), skipped });
    }
  }
  return [...byInstant.values()].sort((a, b) => a.at - b.at).map(({ at, local }) => ({ at, local }));
}

/** The next firings after an instant; fewer where there are none for as long as a leap day may take to come. */
export function nextFirings(timing: Timing, after: number, count: number): Firing[] {
  return search((days) => firings(timing, after, after + days * day), count).slice(0, count);
}

/** The firing before an instant. */
export function lastFiring(timing: Timing, before: number): Firing | undefined {
  return search((days) => firings(timing, before - days * day, before - 1), 1).at(-1);
}

/** From 29 February to the next it may be eight years: there was none in 1900. */
const longest = 8 * 366 + 2;

function search(within: (days: number) => Firing[], count: number): Firing[] {
  for (let days = 2; ; days = Math.min(days * 4, longest)) {
    const found = within(days);
    if (found.length >= count || days === longest) return found;
  }
}

export interface Window {
  readonly start: number;
  readonly end: number;
}

/** What a firing looks back over; windows "since-last" meet, also where the clock is changed. */
export function windowOf(timing: Timing, { at }: Firing): Window {
  if (timing.window !== "since-last") return { start: at - timing.window.hours * 3_600_000, end: at };
  return { start: lastFiring(timing, at)?.at ?? at, end: at };
}

/** Firings whose windows are measured for the longest: two months of days, a year of weeks. */
const measured = 60;

/** The longest window of the firings to come, milliseconds. */
export function longestWindow(timing: Timing, from: number): number {
  if (timing.window !== "since-last") return timing.window.hours * 3_600_000;
  const times = nextFirings(timing, from, measured).map(({ at }) => at);
  return Math.max(0, ...times.slice(1).map((at, i) => at - (times[i] ?? at)));
}

/** The wall times of one date (its midnight) at which the schedule fires. */
function wallTimes(cron: Cron, date: number): number[] {
  if (!firesOn(cron, new Date(date))) return [];
  return cron.hours.flatMap((hour) => cron.minutes.map((minute) => date + (hour * 60 + minute) * 60_000));
}

function firesOn({ days, months, weekdays, eitherDay }: Cron, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [named, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return eitherDay ? named || weekday : named && weekday;
}

function midnight(wall: number): number {
  return Math.floor(wall / day) * day;
}
