import type { Bus } from "../../src/bus/bus.ts";
import { examine, type Check } from "../../src/check.ts";
import { systemClock } from "../../src/clock.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import { loadSchedules } from "../../schedules/load-schedules.ts";
import { nextFirings } from "../../schedules/match.ts";
import type { Schedule } from "../../schedules/schedule.ts";
import { logBegan, shortLog } from "../../schedules/tick.ts";
import type { Config } from "../config.ts";
import { withWholeBus } from "../open-bus.ts";

/** Every line and zone can be read and fires; and the log reaches back as far as they look. */
export async function* checkSchedules({ schedules: calendar }: SocFile): AsyncGenerator<Check, Schedule[]> {
  let schedules: Schedule[] = [];
  yield await examine("schedules", "Correct schedules in soc.yaml as the message says.", async () => {
    schedules = await loadSchedules(calendar);
    return inWords(schedules);
  });
  return schedules;
}

function inWords(schedules: readonly Schedule[]): string {
  const now = systemClock.now();
  const next = schedules.map(
    (one) => `${one.role} ${nextFirings(one, now, 1)[0]?.local.replace("T", " ") ?? "never"}`,
  );
  return next.length === 0 ? "all off" : `next: ${next.join(", ")}`;
}

/** Of a log that cannot be read, or is not there yet, another check says so. */
export async function* checkWindows(config: Config, schedules: readonly Schedule[]): AsyncGenerator<Check> {
  const now = systemClock.now();
  let began: number | undefined;
  try {
    began = await withWholeBus(config, (bus: Bus) => logBegan(bus));
  } catch {
    return;
  }
  if (began === undefined) return;
  const short = schedules.flatMap((schedule) => shortLog(schedule, began, now) ?? []);
  if (short.length === 0) return;
  const fix =
    "A young log grows into it; of one that is trimmed, keep more, or set a shorter window in soc.yaml.";
  yield { name: "windows", status: "warn", found: short.join("; "), fix };
}
