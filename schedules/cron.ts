/**
 * Parses a cron line: five fields, minutes hours days months weekdays, as crontab(5) writes them. Pure; no clock and
 * no time zone. Where days and weekdays are both named, either is enough, as in cron.
 */
import { HatrackError } from "../src/errors.ts";

export interface Cron {
  /** As it was written. */
  readonly text: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** A named day or a named weekday is enough; otherwise both must hold. */
  readonly eitherDay: boolean;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** "jan" stands for `least`, and so on. */
  readonly names?: readonly string[];
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const fields = {
  minutes: { name: "minutes", least: 0, most: 59 },
  hours: { name: "hours", least: 0, most: 23 },
  days: { name: "days", least: 1, most: 31 },
  months: { name: "months", least: 1, most: 12, names: monthNames },
  // 7 is Sunday too.
  weekdays: { name: "weekdays", least: 0, most: 7, names: weekdayNames },
} as const satisfies Record<string, Field>;

const order = "minutes hours days months weekdays";

/** @throws HatrackError `cron_invalid` naming the value, its field and what was expected */
export function parseCron(text: string): Cron {
  const { minutes, hours, days, months, weekdays } = fieldsOf(text);
  const cron: Cron = {
    text: text.trim().replace(/\s+/g, " "),
    minutes: valuesOf(text, fields.minutes, minutes),
    hours: valuesOf(text, fields.hours, hours),
    days: new Set(valuesOf(text, fields.days, days)),
    months: new Set(valuesOf(text, fields.months, months)),
    weekdays: new Set(valuesOf(text, fields.weekdays, weekdays).map((day) => day % 7)),
    eitherDay: !days.startsWith("*") && !weekdays.startsWith("*"),
  };
  const why = whyNever(cron);
  if (why !== undefined) throw invalid(text, `it never fires: ${why}`);
  return cron;
}

function fieldsOf(text: string): Record<keyof typeof fields, string> {
  const parts = text.split(/\s+/).filter((part) => part !== "");
  const [minutes, hours, days, months, weekdays, more] = parts;
  if (minutes && hours && days && months && weekdays && more === undefined) {
    return { minutes, hours, days, months, weekdays };
  }
  const seconds = parts.length === 6 ? "; seconds are not scheduled" : "";
  throw invalid(text, `${parts.length} fields: expected 5 (${order})${seconds}`);
}

function valuesOf(text: string, field: Field, list: string): number[] {
  const values = list.split(",").flatMap((part) => partOf(text, field, part));
  return [...new Set(values)].sort((a, b) => a - b);
}

function partOf(text: string, field: Field, part: string): number[] {
  const [range = "", step, more] = part.split("/");
  if (more !== undefined || range === "") throw unreadable(text, field, part);
  const [from, to] = boundsOf(text, field, range);
  if (step === undefined) return every(from, to, 1);
  if (!/^\d+$/.test(step) || Number(step) === 0) {
    throw invalid(text, `step '${step}' in ${field.name} '${part}': expected a whole number from 1`);
  }
  if (from === to) {
    throw invalid(
      text,
      `step '${step}' of a single value in ${field.name} '${part}': expected a range before it`,
    );
  }
  return every(from, to, Number(step));
}

function boundsOf(text: string, field: Field, range: string): [from: number, to: number] {
  // Sunday has two numbers; of all days each is named once.
  if (range === "*") return [field.least, field === fields.weekdays ? 6 : field.most];
  const [from = "", to, more] = range.split("-");
  if (more !== undefined) throw unreadable(text, field, range);
  const first = valueOf(text, field, from);
  if (to === undefined) return [first, first];
  const last = valueOf(text, field, to);
  if (last < first) throw invalid(text, `range '${range}' in ${field.name} runs backwards`);
  return [first, last];
}

function valueOf(text: string, field: Field, word: string): number {
  const named = field.names?.indexOf(word.toLowerCase()) ?? -1;
  if (named >= 0) return field.least + named;
  if (!/^\d+$/.test(word)) throw unreadable(text, field, word);
  const value = Number(word);
  const expected = `in ${field.name}: expected ${field.least}-${field.most}`;
  if (value > field.most) throw invalid(text, `too large value '${word}' ${expected}`);
  if (value < field.least) throw invalid(text, `too small value '${word}' ${expected}`);
  return value;
}

function every(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

/** A month's days in a leap year: the 29th of February does come. */
const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function whyNever({ days, months, eitherDay }: Cron): string | undefined {
  if (eitherDay) return undefined;
  const comes = [...months].some((month) => [...days].some((day) => day <= (lengths[month - 1] ?? 0)));
  if (comes) return undefined;
  const named = [...months].map((month) => monthNames[month - 1] ?? "").join(", ");
  return `no ${named} has a day ${[...days].join(" or ")}`;
}

function unreadable(text: string, field: Field, word: string): HatrackError {
  const names = field.names === undefined ? "" : ` or ${field.names.join(", ")}`;
  return invalid(
    text,
    `'${word}' in ${field.name}: expected *, a value, a range such as 1-5, or a step such as */2; ` +
      `values ${field.least}-${field.most}${names}`,
  );
}

function invalid(text: string, why: string): HatrackError {
  return new HatrackError("cron_invalid", `cron "${text.slice(0, 100)}": ${why}`);
}
