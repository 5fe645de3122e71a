/** The schedules, wherever they run: in `hatrack start`, or in a process of their own. */
import type { Bus } from "../src/bus/bus.ts";
import { startCanary } from "../src/canary/runner.ts";
import { systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { loadSchedules } from "../schedules/load-schedules.ts";
import { nextFirings } from "../schedules/match.ts";
import { everyMinute } from "../schedules/minutes.ts";
import { logBegan, shortLog, startScheduler } from "../schedules/tick.ts";
import { startDailyAudit } from "./audit/daily.ts";
import type { Closers } from "./closers.ts";
import { shadowOf } from "./shadow.ts";

export interface Scheduling {
  /** Everything that was ever appended: the day's audit reads it all. */
  readonly bus: Bus;
  readonly soc: Pick<SocFile, "schedules">;
  readonly diagnostics: Diagnostics;
  readonly open: Closers;
}

/** @throws HatrackError `schedule_invalid` before anything is fired */
export async function startSchedules({ bus, soc, diagnostics, open }: Scheduling): Promise<void> {
  const schedules = await loadSchedules(soc.schedules);
  const { catchUpHours } = soc.schedules;
  const now = systemClock.now();
  const began = await logBegan(bus);
  for (const schedule of schedules) {
    const { role, cron, zone } = schedule;
    const next = nextFirings(schedule, now, 1)[0]?.local;
    diagnostics.debug(
      { role, cron: cron.text, zone: zone.name, next },
      `${role} wakes next at ${next ?? "no time"}`,
    );
    const short = began === undefined ? undefined : shortLog(schedule, began, now);
    if (short !== undefined) diagnostics.info({ role }, `schedules: ${short}`);
  }
  const audit = startDailyAudit(bus);
  open.add(() => audit.close());
  // In shadow nothing is shown: no card would ever say that it came through.
  if ((await shadowOf(bus)) === undefined) {
    const canary = startCanary({ bus, clock: systemClock });
    open.add(() => canary.close());
  }
  const waker = everyMinute(diagnostics);
  const running = startScheduler({ bus, schedules, catchUpHours, clock: systemClock, diagnostics, waker });
  open.add(() => running.close());
}
