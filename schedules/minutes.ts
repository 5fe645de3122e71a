/** Wakes the scheduler each minute, by node-cron. Whether anything is due then, match.ts says. */
import { schedule } from "node-cron";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import type { Waker } from "./tick.ts";

export function everyMinute(diagnostics: Diagnostics): Waker {
  const say = (message: string | Error): void => {
    diagnostics.debug({ timer: reasonOf(message) }, "schedules: timer");
  };
  return (wake) => {
    const task = schedule("* * * * *", wake, {
      ...{ name: "hatrack schedules", timezone: "UTC" },
      // A minute that a busy machine missed is made up for at the next: nothing is lost by it.
      suppressMissedWarning: true,
      logger: { info: say, warn: say, error: say, debug: say },
    });
    return () => task.destroy();
  };
}
