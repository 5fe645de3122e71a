/** All schedules there are: the files of definitions/, as soc.yaml sets them, and those soc.yaml adds. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { RoleName } from "../src/events/vocabulary.ts";
import type { ScheduleDefinition } from "./define-schedule.ts";
import { scheduleOf, type Calendar, type Schedule, type ScheduleOverride } from "./schedule.ts";

const Definition = z.strictObject({
  role: RoleName,
  does: z.string().min(1).max(200),
  cron: z.string(),
  zone: z.string().optional(),
  window: z.union([z.literal("since-last"), z.strictObject({ hours: z.number().positive() })]),
});

export const definitionsFolder = join(import.meta.dirname, "definitions");

/** By role. @throws HatrackError `schedule_invalid` naming each that is wrong */
export async function loadSchedules(calendar: Calendar, folder = definitionsFolder): Promise<Schedule[]> {
  const files = (await readdir(folder)).filter((name) => /^[a-z0-9-]+\.[jt]s$/.test(name)).sort();
  const shipped = await Promise.all(files.map((name) => loadDefinition(join(folder, name))));
  const overrides = new Map(Object.entries(calendar.roles));
  const added = [...overrides]
    .filter(([role]) => !shipped.some((definition) => definition.role === role))
    .map(([role, override]) => ownDefinition(role, override, shipped));
  const faults: string[] = [];
  const schedules = [...shipped, ...added].flatMap((definition) => {
    const override = overrides.get(definition.role) ?? {};
    if (override.off === true) return [];
    try {
      return [scheduleOf(definition, override, calendar)];
    } catch (error) {
      faults.push(reasonOf(error));
      return [];
    }
  });
  if (faults.length > 0) throw new HatrackError("schedule_invalid", faults.join("\n"));
  return schedules.sort((a, b) => (a.role < b.role ? -1 : 1));
}

async function loadDefinition(file: string): Promise<ScheduleDefinition> {
  const module: unknown = await import(pathToFileURL(file).href);
  const found = z.object({ default: Definition }).safeParse(module);
  const role = basename(file).replace(/\.[jt]s$/, "");
  if (!found.success) {
    const why = z.prettifyError(found.error);
    throw new HatrackError(
      "schedule_invalid",
      `${file}: expected "export default defineSchedule({ … })": ${why}`,
    );
  }
  const { zone, ...definition } = found.data.default;
  if (definition.role !== role) {
    throw new HatrackError(
      "schedule_invalid",
      `${file}: is of role "${definition.role}", expected "${role}"`,
    );
  }
  return { ...definition, ...(zone === undefined ? {} : { zone }) };
}

/** For a role of one's own: nothing is known of it but what soc.yaml says. */
function ownDefinition(
  role: string,
  { cron, window = "since-last" }: ScheduleOverride,
  shipped: readonly ScheduleDefinition[],
): ScheduleDefinition {
  if (cron !== undefined) return { role, does: "a schedule of soc.yaml", cron, window };
  const names = shipped.map((definition) => definition.role).join(", ");
  throw new HatrackError(
    "schedule_invalid",
    `soc.yaml schedules.roles.${role}: none of ${names}; expected one of them, or "cron" for a role of your own`,
  );
}
