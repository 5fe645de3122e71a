/**
 * Change freezes: windows in which something may not be authorised, or needs more people. A window is one stretch
 * (`from`, `to`) or comes back every week (`days`, `start`, `end`, in the time of `zone`).
 */
import { z } from "zod";
import { isoTime } from "../clock.ts";
import type { Ask } from "../events/gate-events.ts";
import { ActionVerb, IsoTime } from "../events/vocabulary.ts";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "18:00"');
const Zone = z.string().refine(isZone, { error: 'expected a time zone such as "Europe/Berlin"' });

const Once = z.strictObject({ from: IsoTime, to: IsoTime });
const Weekly = z.strictObject({
  days: z.array(z.enum(days)).min(1),
  /** An end before the start lies on the day after. */
  start: TimeOfDay,
  end: TimeOfDay,
  zone: Zone.default("UTC"),
});

export const Freeze = z.strictObject({
  name: z.string().min(1).max(100),
  when: z.union([Once, Weekly], { error: 'expected "from" and "to", or "days", "start" and "end"' }),
  /** Left out: any. */
  verbs: z.array(ActionVerb).min(1).optional(),
  classes: z.array(z.string().min(1).max(64)).min(1).optional(),
  /** So many people more than the rule says; left out, nobody may authorise it meanwhile. */
  morePeople: z.int().min(1).max(3).optional(),
});
export type Freeze = z.infer<typeof Freeze>;

/** The freezes that hold for this now, in the order of the file. */
export function freezesAt(
  freezes: readonly Freeze[],
  what: { readonly verb: Ask["verb"]; readonly targetClass: string },
  at: number,
): Freeze[] {
  const covers = ({ verbs, classes }: Freeze): boolean =>
    (verbs?.includes(what.verb) ?? true) && (classes?.includes(what.targetClass) ?? true);
  return freezes.filter((freeze) => covers(freeze) && holdsAt(freeze.when, at));
}

/** "until 2026-01-02T06:00:00.000Z", "every fri, sat 18:00 to 06:00 Europe/Berlin" */
export function whenInWords(when: Freeze["when"]): string {
  if ("from" in when) return `${isoTime(Date.parse(when.from))} to ${isoTime(Date.parse(when.to))}`;
  return `every ${when.days.join(", ")} ${when.start} to ${when.end} ${when.zone}`;
}

function holdsAt(when: Freeze["when"], at: number): boolean {
  if ("from" in when) return at >= Date.parse(when.from) && at < Date.parse(when.to);
  const { day, time } = localTime(at, when.zone);
  const overnight = when.end <= when.start;
  const today = when.days.some((name) => name === days[day]);
  if (!overnight) return today && time >= when.start && time < when.end;
  const yesterday = when.days.some((name) => name === days[(day + 6) % 7]);
  return (today && time >= when.start) || (yesterday && time < when.end);
}

/** Making one takes longer than all it is asked for. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockIn(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    ...{ year: "numeric", month: "2-digit", day: "2-digit" },
  });
  clocks.set(zone, made);
  return made;
}

/** Day of the week (Sunday is 0), "YYYY-MM-DD" and "HH:MM" as the clocks there say. */
export function localTime(at: number, zone: string): { day: number; date: string; time: string } {
  const parts = new Map(
    clockIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  const name = of("weekday").toLowerCase();
  return {
    day: days.findIndex((day) => day === name),
    date: `${of("year")}-${of("month")}-${of("day")}`,
    time: `${of("hour")}:${of("minute")}`,
  };
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
