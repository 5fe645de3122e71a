/** A schedule as it runs: its definition, with what soc.yaml says otherwise, parsed. And its firing as an event. */
import { isoTime } from "../src/clock.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { KnownEvent } from "../src/events/envelope.ts";
import { naturalId } from "../src/events/ids.ts";
import { makeEvent } from "../src/events/parse.ts";
import { parseCron } from "./cron.ts";
import type { ScheduleDefinition } from "./define-schedule.ts";
import { longestWindow, windowOf, type Firing, type Timing } from "./match.ts";
import { Zone } from "./zone.ts";

export interface Schedule extends Timing {
  readonly role: string;
  readonly does: string;
}

/** What soc.yaml says of one role's schedule; what it leaves out stays as defined. */
export interface ScheduleOverride {
  readonly cron?: string | undefined;
  readonly zone?: string | undefined;
  readonly window?: ScheduleDefinition["window"] | undefined;
  readonly off?: boolean | undefined;
}

/** The `schedules` part of soc.yaml. */
export interface Calendar {
  /** Of every schedule that names none. */
  readonly zone: string;
  readonly catchUpHours: number;
  /** How many days of the log are kept, where it is trimmed; undefined: all of it. */
  readonly retentionDays?: number | undefined;
  readonly roles: Readonly<Record<string, ScheduleOverride>>;
}

const day = 86_400_000;

/** @throws HatrackError `schedule_invalid` naming the role and what is wrong with its line, its zone or its window */
export function scheduleOf(
  definition: ScheduleDefinition,
  override: ScheduleOverride,
  { zone, retentionDays }: Calendar,
): Schedule {
  const { role, does } = definition;
  const cron = parsed(role, "cron", () => parseCron(override.cron ?? definition.cron));
  const named = override.zone ?? definition.zone;
  const where = parsed(role, named === undefined ? "the zone of all" : "zone", () => new Zone(named ?? zone));
  const window = override.window ?? definition.window;
  const schedule = { role, does, cron, zone: where, window };
  const back = longestWindow(schedule, 0);
  if (retentionDays !== undefined && back > retentionDays * day) {
    const why = `it looks back ${days(back)}, and the log is kept for ${days(retentionDays * day)}: expected no more`;
    throw new HatrackError("schedule_invalid", `schedule ${role}: window: ${why}`);
  }
  return schedule;
}

/** "14 days", "0.5 days" */
export function days(ms: number): string {
  const n = Math.round((ms / day) * 10) / 10;
  return `${n} ${n === 1 ? "day" : "days"}`;
}

function parsed<T>(role: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new HatrackError("schedule_invalid", `schedule ${role}: ${what}: ${reasonOf(cause)}`, { cause });
  }
}

/** Its id is role, local date and time: whoever says it, and however often the clock shows it, it is one event. */
export function firedEvent(schedule: Schedule, firing: Firing, now: number): KnownEvent<"schedule.fired"> {
  const { role, zone } = schedule;
  const { start, end } = windowOf(schedule, firing);
  return makeEvent({
    id: naturalId("schedule.fired", role, firing.local),
    source: `/schedules/${role}`,
    type: "schedule.fired",
    subject: `calendar:${role}`,
    time: isoTime(now),
    data: {
      role,
      window: { start: isoTime(start), end: isoTime(end) },
      nominal: isoTime(firing.at),
      ...{ local: firing.local, zone: zone.name },
    },
  });
}
