/** One file under definitions/ per role that wakes on the calendar; soc.yaml may set another time, zone or window. */

export interface ScheduleDefinition {
  /** As its file, and as `schedule.fired` names it. */
  readonly role: string;
  /** For people: "sums up the shift". */
  readonly does: string;
  /** Minutes, hours, days, months, weekdays. */
  readonly cron: string;
  /** IANA; left out, the zone of soc.yaml. */
  readonly zone?: string;
  readonly window: "since-last" | { readonly hours: number };
}

export function defineSchedule(definition: ScheduleDefinition): ScheduleDefinition {
  return definition;
}
