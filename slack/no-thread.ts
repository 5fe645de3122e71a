/** What the log says of a stretch of time that no thread shows, and the days a sample to label is drawn from. */
import type { Bus, Position } from "../src/bus/bus.ts";
import { isEvent, type AnyEvent } from "../src/events/envelope.ts";
import type { Verdict } from "../src/events/vocabulary.ts";
import { isCanary } from "../src/events/ids.ts";
import { verdictOf } from "../src/memory/case-file.ts";
import { sampleOf, type Seen } from "../src/memory/label-sample.ts";
import type { NoThread } from "./blocks/hourly-line.ts";
import type { SampledDay } from "./blocks/label-sample.ts";
import { worthThread } from "./blocks/root.ts";
import type { CaseThread } from "./case-thread.ts";

interface Window {
  readonly start: string;
  readonly end: string;
}

export interface NoThreadOptions {
  readonly bus: Pick<Bus, "read">;
  readonly read: (caseId: string) => Promise<CaseThread>;
  readonly threadPriority: number;
}

const windowTypes = ["alert.triaged", "alert.grouped", "alert.suppressed"] as const;

/** By log time: what is written to the log once the window has ended belongs to the next one, whatever its own time. */
export async function noThreadIn(window: Window, options: NoThreadOptions): Promise<NoThread> {
  const triaged = new Set<string>();
  let [grouped, suppressed] = [0, 0];
  for await (const event of within(options.bus, window)) {
    if (isCanary(event.subject)) continue;
    if (isEvent(event, "alert.triaged")) triaged.add(event.subject);
    if (isEvent(event, "alert.grouped")) grouped += 1;
    if (isEvent(event, "alert.suppressed")) suppressed += 1;
  }
  const quiet: CaseThread[] = [];
  for (const caseId of triaged) {
    const thread = await options.read(caseId);
    if (!worthThread(thread, options.threadPriority)) quiet.push(thread);
  }
  const rule = mostOf(quiet.map(({ file }) => file.alert?.rule.name));
  return {
    ...{ window, grouped, suppressed, verdicts: verdictsOf(quiet) },
    caseIds: quiet.map(({ file }) => file.caseId),
    ...(rule === undefined ? {} : { rule }),
  };
}

async function* within(bus: Pick<Bus, "read">, { start, end }: Window): AsyncGenerator<AnyEvent> {
  // Read to the window's end, not the log's: after an outage many windows are handled at once.
  const reading = { types: windowTypes, after: lastBefore(start), to: lastBefore(end) };
  for await (const { event } of bus.read(reading)) yield event;
}

/** A position is a millisecond and a number: the last before this millisecond. */
function lastBefore(time: string): Position {
  return `${Math.max(0, Date.parse(time) - 1)}-${Number.MAX_SAFE_INTEGER}`;
}

function verdictsOf(threads: readonly CaseThread[]): NoThread["verdicts"] {
  const verdicts = threads.flatMap(({ file }): Verdict[] => {
    const judged = verdictOf(file);
    return judged === undefined ? [] : [judged.verdict];
  });
  return [...Map.groupBy(verdicts, (verdict) => verdict)]
    .map(([verdict, { length: cases }]) => ({ verdict, cases }))
    .sort((a, b) => b.cases - a.cases || (a.verdict < b.verdict ? -1 : 1));
}

/** The rule of most of them, where it says something: two at least. */
function mostOf(names: readonly (string | undefined)[]): NoThread["rule"] {
  const [most] = [...Map.groupBy(names, (name) => name)]
    .flatMap(([name, { length: cases }]) => (name === undefined || cases < 2 ? [] : [{ name, cases }]))
    .sort((a, b) => b.cases - a.cases || (a.name < b.name ? -1 : 1));
  return most;
}

/** Cases of a day: enough for an interval within a month, few enough that somebody looks at them. */
const sampleSize = 5;
const dayMs = 86_400_000;
/** An event's own time and the log's may differ by so much. */
const skewMs = 10 * 60_000;
/** After a long silence the latest days are enough. */
const mostDays = 3;

/**
 * The sample of each day that ended in the window; days of which nothing can be drawn, and days whose sample was put
 * before people already, are left out. Read up to the firing, so that a second handling draws the same.
 */
export async function samplesIn(
  { start, end }: Window,
  bus: Pick<Bus, "read">,
  to?: Position,
): Promise<SampledDay[]> {
  const days = endedIn(Date.parse(start), Date.parse(end));
  const [first] = days;
  if (first === undefined) return [];
  const after = `${Math.max(0, Date.parse(first) - skewMs)}-0`;
  const seen = new Map<string, Seen>();
  const asked = new Set<string>();
  const reading = { types: sampleTypes, after, ...(to === undefined ? {} : { to }) };
  for await (const { event } of bus.read(reading)) {
    if (isCanary(event.subject)) continue;
    if (isEvent(event, "label.requested")) asked.add(event.data.day);
    else if (isEvent(event, "alert.received")) {
      const day = event.time.slice(0, 10);
      seen.set(event.subject, seen.get(event.subject) ?? { caseId: event.subject, day, escalated: false });
    } else {
      const known = seen.get(event.subject);
      if (known !== undefined) known.escalated = true;
    }
  }
  return days
    .filter((day) => !asked.has(day))
    .map((day) => ({
      day,
      caseIds: sampleOf([...seen.values()], day, sampleSize).map(({ caseId }) => caseId),
      of: [...seen.values()].filter((record) => record.day === day && !record.escalated).length,
    }))
    .filter(({ caseIds }) => caseIds.length > 0);
}

const sampleTypes = ["alert.received", "case.escalated", "handoff.requested", "label.requested"] as const;

/** UTC days, as accuracy counts them. */
function endedIn(start: number, end: number): string[] {
  const days: string[] = [];
  for (let midnight = Math.ceil((start + 1) / dayMs) * dayMs; midnight <= end; midnight += dayMs) {
    days.push(new Date(midnight - dayMs).toISOString().slice(0, 10));
  }
  return days.slice(-mostDays);
}
