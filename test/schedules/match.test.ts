/** Firings in time zones that change their clock, held against a walk that looks at the wall minute by minute. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCron } from "../../schedules/cron.ts";
import {
  firings,
  lastFiring,
  longestWindow,
  nextFirings,
  windowOf,
  type Timing,
} from "../../schedules/match.ts";
import { Zone } from "../../schedules/zone.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function timing(cron: string, zone: string, window: Timing["window"] = "since-last"): Timing {
  return { cron: parseCron(cron), zone: new Zone(zone), window };
}

/** Firings of one UTC day and the two beside it, as "local = instant". */
function around(cron: string, zone: string, date: string): string[] {
  const noon = Date.parse(`${date}T12:00:00Z`);
  return firings(timing(cron, zone), noon - 1.5 * day, noon + 1.5 * day).map(
    ({ at, local }) => `${local} = ${new Date(at).toISOString().slice(0, 16)}`,
  );
}

describe("the change of the clock", () => {
  it.each([
    [
      "Europe/Berlin",
      "2026-03-29",
      ["03-28T02:30 = 2026-03-28T01:30", "03-29T02:30 = 2026-03-29T01:00", "03-30T02:30 = 2026-03-30T00:30"],
    ],
    [
      "America/New_York",
      "2026-03-08",
      ["03-07T02:30 = 2026-03-07T07:30", "03-08T02:30 = 2026-03-08T07:00", "03-09T02:30 = 2026-03-09T06:30"],
    ],
  ])("forward in %s fires what it jumps over as it jumps", (zone, date, expected) => {
    expect(around("30 2 * * *", zone, date)).toEqual(expected.map((line) => `2026-${line}`));
  });

  it.each([
    [
      "Europe/Berlin",
      "30 2 * * *",
      "2026-10-25",
      ["10-24T02:30 = 2026-10-24T00:30", "10-25T02:30 = 2026-10-25T00:30", "10-26T02:30 = 2026-10-26T01:30"],
    ],
    [
      "America/New_York",
      "30 1 * * *",
      "2026-11-01",
      ["10-31T01:30 = 2026-10-31T05:30", "11-01T01:30 = 2026-11-01T05:30", "11-02T01:30 = 2026-11-02T06:30"],
    ],
  ])("back in %s fires once, the first time", (zone, cron, date, expected) => {
    expect(around(cron, zone, date)).toEqual(expected.map((line) => `2026-${line}`));
  });

  it.each([
    ["Europe/Berlin", "2026-03-29"],
    ["Europe/Berlin", "2026-10-25"],
    ["America/New_York", "2026-03-08"],
    ["America/New_York", "2026-11-01"],
  ])("in %s on %s makes no window empty, and leaves nothing between two of them", (zone, date) => {
    for (const cron of ["0 * * * *", "0 6,14,22 * * *", "30 2 * * *", "*/30 1-3 * * *"]) {
      const of = timing(cron, zone);
      const noon = Date.parse(`${date}T12:00:00Z`);
      const windows = firings(of, noon - 2 * day, noon + 2 * day).map((firing) => windowOf(of, firing));
      windows.slice(1).forEach(({ start, end }, i) => {
        expect(start).toBe(windows[i]?.end);
        expect(end).toBeGreaterThan(start);
      });
    }
  });

  it("gives the night shift seven hours in spring and nine in autumn", () => {
    const of = timing("0 6,14,22 * * *", "Europe/Berlin");
    const hoursOf = (morning: string): number => {
      const [firing] = firings(of, Date.parse(`${morning}T00:00Z`), Date.parse(`${morning}T08:00Z`));
      if (firing === undefined) throw new Error("it did not fire");
      const { start, end } = windowOf(of, firing);
      return (end - start) / hour;
    };

    expect(["2026-03-29", "2026-10-25", "2026-06-01"].map(hoursOf)).toEqual([7, 9, 8]);
  });
});

/** Days in which a clock is changed: by an hour, by half of one, and by a day that is not there at all. */
const changes = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["Australia/Lord_Howe", "2026-10-04"],
  ["Pacific/Apia", "2011-12-30"],
] as const;

/** What the wall shows, each minute of four days around a change. Not by our code. */
function wallOf(zone: string, date: string): { from: number; walls: string[] } {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const from = Date.parse(`${date}T00:00:00Z`) - 2 * day;
  const walls = Array.from({ length: (4 * day) / minute }, (_, i) =>
    format.format(from + i * minute).replace(" ", "T"),
  );
  return { from, walls };
}

interface Fields {
  readonly minutes: number[];
  readonly hours: number[];
  readonly days: number[] | undefined;
  readonly weekdays: number[] | undefined;
}

const some = (min: number, max: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength });
const anyFields: fc.Arbitrary<Fields> = fc.record({
  minutes: fc.oneof(some(0, 59, 4), fc.constantFrom<number[]>([0], [0, 15, 30, 45])),
  hours: fc.oneof(
    some(0, 23, 5),
    fc.constantFrom<number[]>([1], [2], [1, 2, 3]),
    fc.constant(Array.from({ length: 24 }, (_, i) => i)),
  ),
  days: fc.option(some(1, 31, 20), { nil: undefined }),
  weekdays: fc.option(some(0, 6, 4), { nil: undefined }),
});

function lineOf({ minutes, hours, days, weekdays }: Fields): string {
  return [minutes.join(), hours.join(), days?.join() ?? "*", "*", weekdays?.join() ?? "*"].join(" ");
}

function shows({ minutes, hours, days, weekdays }: Fields, wall: string): boolean {
  const date = new Date(`${wall}:00Z`);
  if (!minutes.includes(date.getUTCMinutes()) || !hours.includes(date.getUTCHours())) return false;
  const named = days?.includes(date.getUTCDate());
  const weekday = weekdays?.includes(date.getUTCDay());
  if (named !== undefined && weekday !== undefined) return named || weekday;
  return named ?? weekday ?? true;
}

/** Fires what the wall shows for the first time, or else the first of what it has just jumped over. */
function walked(fields: Fields, { from, walls }: ReturnType<typeof wallOf>): { at: number; local: string }[] {
  const shown = new Set<string>();
  return walls.flatMap((wall, i) => {
    const before = walls[i - 1] ?? wall;
    const jumped: string[] = [];
    for (let next = Date.parse(`${before}Z`) + minute; next < Date.parse(`${wall}Z`); next += minute) {
      jumped.push(new Date(next).toISOString().slice(0, 16));
    }
    const due = [wall, ...jumped].filter((each) => !shown.has(each) && shows(fields, each));
    shown.add(wall);
    const local = due[0];
    return local === undefined ? [] : [{ at: from + i * minute, local }];
  });
}

describe("firings", () => {
  it.each(changes)("are those of a walk minute by minute, in %s around %s", (zone, date) => {
    const wall = wallOf(zone, date);
    const of = new Zone(zone);
    fc.assert(
      fc.property(anyFields, (fields) => {
        const cron = parseCron(lineOf(fields));
        const to = wall.from + (wall.walls.length - 1) * minute;
        const found = firings({ cron, zone: of, window: "since-last" }, wall.from - 1, to);
        // What is shown again, or jumped over, before the walk begins it cannot know.
        expect(found).toEqual(walked(fields, wall));
      }),
      { numRuns: 20 },
    );
  });

  it("of two stretches are those of the whole, wherever it is cut", () => {
    const of = timing("*/20 1-3 * * *", "Europe/Berlin");
    const [from, to] = [Date.parse("2026-03-28T00:00Z"), Date.parse("2026-03-30T00:00Z")];
    fc.assert(
      fc.property(fc.integer({ min: from, max: to }), (cut) => {
        expect([...firings(of, from, cut), ...firings(of, cut, to)]).toEqual(firings(of, from, to));
      }),
      { numRuns: 20 },
    );
  });

  it("are found however far away the next one is", () => {
    const leap = timing("0 6 29 2 *", "UTC");
    const [next] = nextFirings(leap, Date.parse("2096-03-01T00:00Z"), 1);
    expect(next?.local).toBe("2104-02-29T06:00");
    expect(lastFiring(leap, next?.at ?? 0)?.local).toBe("2096-02-29T06:00");
    expect(longestWindow(timing("0 9 * * mon-fri", "UTC"), 0)).toBe(3 * day);
    expect(longestWindow(timing("0 9 * * *", "UTC", { hours: 36 }), 0)).toBe(36 * hour);
  });
});

describe("a time zone", () => {
  it.each(["Europe/Berln", "+02:00", "", "Mars/Olympus", "Europe/Berlin; x"])("%j is none", (name) => {
    expect(() => new Zone(name)).toThrow(
      `time zone "${name}": expected an IANA name such as Europe/Berlin, America/New_York or UTC`,
    );
  });
});
