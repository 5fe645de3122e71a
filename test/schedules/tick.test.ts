import { afterEach, describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { isoTime, manualClock } from "../../src/clock.ts";
import { silent, type Diagnostics } from "../../src/diagnostics.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { everyMinute } from "../../schedules/minutes.ts";
import { scheduleOf, type Schedule } from "../../schedules/schedule.ts";
import {
  shortLog,
  startScheduler,
  type RunningScheduler,
  type SchedulerOptions,
} from "../../schedules/tick.ts";

const calendar = { zone: "Europe/Berlin", catchUpHours: 26, roles: {} };
const shift = (cron = "0 6,14,22 * * *"): Schedule =>
  scheduleOf({ role: "soc-manager", does: "x", cron, window: "since-last" }, {}, calendar);
const at = (time: string): number => Date.parse(`${time}Z`);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A log that began at a time, and wakers that a test pulls itself. */
async function logFrom(began: string) {
  const clock = manualClock(at(began));
  const bus = new LocalBus({ clock });
  closers.push(() => bus.close());
  await bus.open([]);
  await bus.publish([canary("first")]);
  const start = async (over: Partial<SchedulerOptions> = {}) => {
    let wake = (): void => undefined;
    const options = { bus, clock, schedules: [shift()], catchUpHours: 26, diagnostics: silent, ...over };
    const scheduler: RunningScheduler = startScheduler({
      ...options,
      waker: (call) => {
        wake = call;
        return () => undefined;
      },
    });
    closers.push(() => scheduler.close());
    await scheduler.idle();
    return {
      wake: () => {
        wake();
        return scheduler.idle();
      },
      close: () => scheduler.close(),
    };
  };
  return { clock, bus, start };
}

function canary(canaryId: string): KnownEvent<"canary.sent"> {
  const time = isoTime(0);
  return makeEvent({
    ...{ id: canaryId, source: "/test", type: "canary.sent", subject: "system", time },
    data: { canaryId, due: time },
  });
}

async function fired(bus: LocalBus): Promise<KnownEvent<"schedule.fired">[]> {
  const found: KnownEvent<"schedule.fired">[] = [];
  for await (const { event } of bus.read({ types: ["schedule.fired"] })) {
    if (isEvent(event, "schedule.fired")) found.push(event);
  }
  return found;
}

const localOf = async (bus: LocalBus): Promise<unknown[]> => (await fired(bus)).map(({ data }) => data.local);

describe("the scheduler", () => {
  it("fires what is due, with its window, its local time and its zone", async () => {
    const { clock, bus, start } = await logFrom("2026-03-28T12:00");
    const scheduler = await start();
    expect(await fired(bus)).toEqual([]);

    clock.set(at("2026-03-28T13:00:01"));
    await scheduler.wake();
    await scheduler.close();

    expect(await fired(bus)).toMatchObject([
      {
        ...{
          source: "/schedules/soc-manager",
          subject: "calendar:soc-manager",
          time: "2026-03-28T13:00:01.000Z",
        },
        data: {
          role: "soc-manager",
          window: { start: "2026-03-28T05:00:00.000Z", end: "2026-03-28T13:00:00.000Z" },
          nominal: "2026-03-28T13:00:00.000Z",
          ...{ local: "2026-03-28T14:00", zone: "Europe/Berlin" },
        },
      },
    ]);
  });

  it("catches up at start what was missed, in order, from where the log stops or begins", async () => {
    const { clock, bus, start } = await logFrom("2026-03-28T12:00");
    clock.set(at("2026-03-29T05:00"));
    await (await start()).close();
    expect(await localOf(bus)).toEqual(["2026-03-28T14:00", "2026-03-28T22:00", "2026-03-29T06:00"]);

    clock.set(at("2026-03-29T12:30"));
    await (await start()).close();
    expect(await localOf(bus)).toHaveLength(4);
  });

  it("says how much is too long ago to catch up, also after a sleep", async () => {
    const said: string[] = [];
    const diagnostics: Diagnostics = { ...silent, warn: (_, message) => said.push(message) };
    const { clock, bus, start } = await logFrom("2026-03-20T12:00");
    clock.set(at("2026-03-24T12:00"));
    const scheduler = await start({ diagnostics });

    expect(await localOf(bus)).toEqual(["2026-03-23T14:00", "2026-03-23T22:00", "2026-03-24T06:00"]);
    expect(said).toEqual(["schedules: 9 of soc-manager are more than 26 hours ago and are not caught up"]);

    clock.set(at("2026-03-27T12:00"));
    await scheduler.wake();
    await scheduler.close();
    expect(await localOf(bus)).toHaveLength(6);
    expect(said).toHaveLength(2);
  });

  it("misses nothing of a log that has only begun", async () => {
    const clock = manualClock(at("2026-03-24T12:00"));
    const bus = new LocalBus({ clock });
    closers.push(() => bus.close());
    await bus.open([]);
    const scheduler = startScheduler({
      ...{ bus, clock, schedules: [shift()], catchUpHours: 26, diagnostics: silent },
      waker: () => () => undefined,
    });
    await scheduler.idle();
    await scheduler.close();
    expect(await fired(bus)).toEqual([]);
  });

  it("fires an hour that is shown twice once, however many processes there are and whichever comes when", async () => {
    const { clock, bus, start } = await logFrom("2026-10-24T22:00");
    const one = await start({ schedules: [shift("30 2 * * *")] });
    for (const time of ["2026-10-25T00:31", "2026-10-25T01:30", "2026-10-25T01:31"]) {
      clock.set(at(time));
      await one.wake();
      await (await start({ schedules: [shift("30 2 * * *")] })).close();
    }
    await one.close();
    expect(await localOf(bus)).toEqual(["2026-10-25T02:30"]);
  });

  it("fires an hour that is not there as it is jumped over, and catches it up at start", async () => {
    const { clock, bus, start } = await logFrom("2026-03-28T22:00");
    const one = await start({ schedules: [shift("30 2 * * *")] });
    clock.set(at("2026-03-29T00:59"));
    await one.wake();
    await one.close();
    expect(await fired(bus)).toEqual([]);

    clock.set(at("2026-03-29T09:00"));
    await (await start({ schedules: [shift("30 2 * * *")] })).close();
    expect(await fired(bus)).toMatchObject([
      { data: { local: "2026-03-29T02:30", nominal: "2026-03-29T01:00:00.000Z" } },
    ]);
  });

  it("does not fire the past of a line that soc.yaml has changed", async () => {
    const { clock, bus, start } = await logFrom("2026-03-28T00:00");
    clock.set(at("2026-03-28T05:30"));
    await (await start()).close();
    expect(await localOf(bus)).toEqual(["2026-03-28T06:00"]);

    clock.set(at("2026-03-28T05:40"));
    await (await start({ schedules: [shift("0 5,13,21 * * *")] })).close();
    expect(await localOf(bus)).toEqual(["2026-03-28T06:00"]);
  });

  it("tries again what the log did not take, and does not go ahead of it", async () => {
    const { clock, bus, start } = await logFrom("2026-03-28T12:00");
    let refused = 0;
    const flaky: SchedulerOptions["bus"] = {
      read: (options) => bus.read(options),
      publish: (events) => {
        refused += 1;
        return refused <= 2 ? Promise.reject(new Error("the log is down")) : bus.publish(events);
      },
    };
    clock.set(at("2026-03-28T21:30"));
    const scheduler = await start({ bus: flaky });
    expect(await fired(bus)).toEqual([]);
    await scheduler.wake();
    await scheduler.wake();
    await scheduler.close();
    expect(await localOf(bus)).toEqual(["2026-03-28T14:00", "2026-03-28T22:00"]);
  });

  it("is woken by node-cron each minute, in UTC, until it is stopped", async () => {
    const stop = everyMinute(silent)(() => undefined);
    const { getTasks } = await import("node-cron");
    const tasks = [...getTasks().values()];
    expect(tasks.map((task) => task.getPattern())).toEqual(["* * * * *"]);
    const now = Date.now();
    expect(tasks[0]?.getNextRun()?.getTime()).toBe(Math.floor(now / 60_000) * 60_000 + 60_000);
    await stop();
    expect(getTasks().size).toBe(0);
  });
});

describe("a window longer than the log", () => {
  const weeks = scheduleOf({ role: "x", does: "x", cron: "0 9 * * *", window: { hours: 336 } }, {}, calendar);
  const now = at("2026-03-28T12:00");

  it("is said, of a log that does not reach back as far", () => {
    expect(shortLog(weeks, now - 3.25 * 86_400_000, now)).toBe(
      "x looks back 14 days, and the log begins 3.3 days ago (2026-03-25T06:00:00.000Z): it reports on less",
    );
    expect(shortLog(weeks, now - 15 * 86_400_000, now)).toBeUndefined();
    expect(shortLog(shift(), now - 60_000, now)).toBeUndefined();
  });
});
