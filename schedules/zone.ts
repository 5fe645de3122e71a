/**
 * A time zone's clock on the wall, by the zone data that comes with Node. Wall times are milliseconds as if the wall
 * were in UTC: `Date.UTC(2026, 2, 2, 6)` is six o'clock there. Pure.
 */
import { HatrackError } from "../src/errors.ts";

const minute = 60_000;
const quarter = 15 * minute;
const hour = 60 * minute;
/** Two months of quarters. */
const mostKnown = 6_000;

export interface Shown {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The wall never shows it: `at` is when the clock is put forward past it. */
  readonly skipped: boolean;
}

export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #known = new Map<number, number>();

  /** @throws HatrackError `zone_invalid` */
  constructor(name: string) {
    this.name = name;
    const format = formatOf(name);
    if (format === undefined) {
      throw new HatrackError(
        "zone_invalid",
        `time zone "${name.slice(0, 64)}": expected an IANA name such as Europe/Berlin, America/New_York or UTC`,
      );
    }
    this.#format = format;
  }

  /** What the wall shows at an instant, to the minute. */
  wallAt(at: number): number {
    return Math.floor(at / minute) * minute + this.#ahead(at);
  }

  /** The first instant at which the wall shows this; shown twice, the first; never, when it is jumped over. */
  firstShown(wall: number): Shown {
    // No wall is more than 14 hours ahead or 12 behind, and none changes twice in a day.
    const before = this.#ahead(wall - 15 * hour);
    const after = this.#ahead(wall + 13 * hour);
    const instants = [wall - before, wall - after].sort((a, b) => a - b);
    const at = instants.find((instant) => this.wallAt(instant) === wall);
    return at === undefined
      ? { at: this.#jumpPast(wall, wall - after, wall - before), skipped: true }
      : { at, skipped: false };
  }

  /** How far the wall is ahead of UTC. Clocks are changed on a quarter of an hour, so one look does for each. */
  #ahead(at: number): number {
    const since = Math.floor(at / quarter) * quarter;
    const known = this.#known.get(since);
    if (known !== undefined) return known;
    const parts = new Map(this.#format.formatToParts(since).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(since, wall - since);
    return wall - since;
  }

  /** The first minute whose wall is past this one; at `low` it is not yet, at `high` it is. */
  #jumpPast(wall: number, low: number, high: number): number {
    let [not, past] = [low, high];
    while (past - not > minute) {
      const middle = not + Math.floor((past - not) / 2 / minute) * minute;
      if (this.wallAt(middle) > wall) past = middle;
      else not = middle;
    }
    return past;
  }
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  // "+02:00" is a distance, not a zone: it knows no summer.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  const numeric = "numeric";
  try {
    return new Intl.DateTimeFormat("en-US", {
      ...{ timeZone: name, hourCycle: "h23", calendar: "gregory", numberingSystem: "latn" },
      ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric },
    });
  } catch {
    return undefined;
  }
}
