/**
 * One process of the race at the calendar: `calendar-process.ts URL scheduler FROM`, whose clock begins at FROM
 * (milliseconds since the epoch) and is six hours further each time it looks; `calendar-process.ts URL hunter`; or
 * `calendar-process.ts URL front-end WORKSPACE`, which posts what the hunters report.
 */
import { setTimeout as delay } from "node:timers/promises";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { manualClock, systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import threatHunter from "../../roles/threat-hunter.ts";
import { scheduleOf } from "../../schedules/schedule.ts";
import { startScheduler } from "../../schedules/tick.ts";
import { startSlack } from "../../slack/start.ts";
import { fast } from "../bus/redis-help.ts";
import { soc } from "../slack/soc.ts";

const lanes = ["slack-gate", "slack-case", "slack-direct", "slack-digest", "slack-picture", "slack-ops"];

const [url = "", kind = "", from = "0"] = process.argv.slice(2);
const bus = new RedisBus({ url, timings: { ...fast, maxDeliveries: 50 } });
await bus.open([threatHunter.name, ...lanes]);
process.once("disconnect", () => process.exit(0));

if (kind === "hunter") {
  threatHunter.start({ bus, clock: systemClock, diagnostics: silent, model: () => undefined, tools: [] });
  process.send?.("ready");
} else if (kind === "front-end") {
  const connection = { kind: "local", url: from } as const;
  await startSlack({ bus, soc, connection, clock: systemClock, diagnostics: silent, leaseMs: 300 });
  process.send?.("ready");
} else {
  const clock = manualClock(Number(from));
  const calendar = { zone: "Europe/Berlin", catchUpHours: 100, roles: {} };
  const definition = {
    role: threatHunter.name,
    does: "hunts",
    cron: "0 6,18 * * *",
    window: "since-last",
  } as const;
  const scheduler = startScheduler({
    ...{
      bus,
      clock,
      schedules: [scheduleOf(definition, {}, calendar)],
      catchUpHours: 100,
      diagnostics: silent,
    },
    waker: (wake) => {
      const controller = new AbortController();
      void (async () => {
        for (let looks = 0; looks < 8 && !controller.signal.aborted; looks += 1) {
          clock.advance(6 * 3_600_000);
          wake();
          await delay(Math.random() * 30);
        }
        process.send?.("done");
      })();
      return () => {
        controller.abort();
      };
    },
  });
  process.send?.("ready");
  await scheduler.idle();
}
