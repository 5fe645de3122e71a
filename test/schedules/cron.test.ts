import { describe, expect, it } from "vitest";
import { parseCron } from "../../schedules/cron.ts";

describe("a cron line", () => {
  it("names values, ranges, steps and lists, months and weekdays by name too", () => {
    const cron = parseCron(" 0,30  */6 1-5/2,31 jan,JUL-sep  Mon-fri ");

    expect(cron).toMatchObject({
      text: "0,30 */6 1-5/2,31 jan,JUL-sep Mon-fri",
      minutes: [0, 30],
      hours: [0, 6, 12, 18],
    });
    expect([...cron.days]).toEqual([1, 3, 5, 31]);
    expect([...cron.months]).toEqual([1, 7, 8, 9]);
    expect([...cron.weekdays]).toEqual([1, 2, 3, 4, 5]);
  });

  it("has two numbers for Sunday", () => {
    expect([...parseCron("0 0 * * 7").weekdays]).toEqual([0]);
    expect([...parseCron("0 0 * * 5-7").weekdays]).toEqual([5, 6, 0]);
    expect([...parseCron("0 0 * * *").weekdays]).toHaveLength(7);
  });

  it("takes a named day or a named weekday, and both where one is a step of all", () => {
    expect(parseCron("0 0 1 * mon").eitherDay).toBe(true);
    expect(parseCron("0 0 */2 * mon").eitherDay).toBe(false);
    expect(parseCron("0 0 1 * *").eitherDay).toBe(false);
  });

  it.each([
    ["61 * * * *", "too large value '61' in minutes: expected 0-59"],
    ["* 24 * * *", "too large value '24' in hours: expected 0-23"],
    ["* * 0 * *", "too small value '0' in days: expected 1-31"],
    ["* * * 13 *", "too large value '13' in months: expected 1-12"],
    ["* * * * 8", "too large value '8' in weekdays: expected 0-7"],
    ["0-61 * * * *", "too large value '61' in minutes: expected 0-59"],
    ["0 6 * * fri-mon", "range 'fri-mon' in weekdays runs backwards"],
    ["*/0 * * * *", "step '0' in minutes '*/0': expected a whole number from 1"],
    ["5/10 * * * *", "step '10' of a single value in minutes '5/10': expected a range before it"],
    [
      "noon * * * *",
      "'noon' in minutes: expected *, a value, a range such as 1-5, or a step such as */2; values 0-59",
    ],
    [
      "0 6 * juni *",
      "'juni' in months: expected *, a value, a range such as 1-5, or a step such as */2; values 1-12 or jan",
    ],
    ["1--2 * * * *", "'1--2' in minutes"],
    ["1,,2 * * * *", "'' in minutes"],
    ["-5 * * * *", "'' in minutes"],
    ["0 6 * *", "4 fields: expected 5 (minutes hours days months weekdays)"],
    ["0 0 6 * * *", "6 fields: expected 5 (minutes hours days months weekdays); seconds are not scheduled"],
    ["", "0 fields: expected 5"],
    ["@daily", "1 fields: expected 5"],
    ["0 6 30 2 *", "it never fires: no feb has a day 30"],
    ["0 6 31 4,jun */2", "it never fires: no apr, jun has a day 31"],
  ])("%s is refused: %s", (line, why) => {
    expect(() => parseCron(line)).toThrow(`cron "${line}": ${why}`);
  });

  it("on a leap day alone does fire, and so does a day that never comes with a weekday that does", () => {
    expect(() => parseCron("0 6 29 2 *")).not.toThrow();
    expect(() => parseCron("0 6 30 2 mon")).not.toThrow();
  });
});
