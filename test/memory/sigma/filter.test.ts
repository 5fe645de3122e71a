import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { parseCondition } from "../../../src/memory/sigma/condition.ts";
import { parseFilter, type SigmaEvent } from "../../../src/memory/sigma/filter.ts";
import { literal, matches } from "../../../src/memory/sigma/pattern.ts";
import { dataPath, requires } from "../../require.ts";

const good = {
  title: "Filter Administrator account",
  id: "6f3e2987-db24-4c78-a860-b4f4095a7095",
  date: "2026-03-02",
  logsource: { category: "process_creation", product: "windows" },
  filter: {
    rules: ["df0841c0-9846-4e9f-ad8a-7df91571771b"],
    selection: { "User|startswith": "adm_", Image: ["?:\\Windows\\\\*", "C:\\Tools\\x.exe"] },
    condition: "not selection",
  },
};
const filterOf = (filter: object): string => stringify({ ...good, filter: { ...good.filter, ...filter } });
const selecting = (selection: unknown, condition = "not selection"): string =>
  filterOf({ selection, condition });

describe("a Sigma value", () => {
  const text = fc.string({
    unit: fc.constantFrom("\\", "*", "?", "a", "B", ".", "ß", "-", "$", "😀"),
    maxLength: 8,
  });

  it("made of a text matches that text, and nothing else", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(matches(one, literal(one))).toBe(true);
        expect(matches(other, literal(one))).toBe(other.toLowerCase() === one.toLowerCase());
      }),
    );
  });

  it.each([
    ["*\\cmd.exe", "C:\\Windows\\cmd.exe", true],
    ["*\\cmd.exe", "C:\\Windows\\xcmd.exe", false],
    ["?:\\x", "D:\\X", true],
    ["?:\\x", "DD:\\x", false],
    ["\\\\srv", "\\srv", true],
    ["\\\\\\\\srv", "\\\\srv", true],
    ["a\\*", "a*", true],
    ["a\\*", "a\\b", false],
    ["a\\\\*", "a\\b", true],
    ["a.c", "abc", false],
  ])("%s is held against %s as Sigma says: %s", (value, content, expected) => {
    expect(matches(content, value)).toBe(expected);
  });
});

describe("a Sigma condition", () => {
  it.each(["not selection", "a and (b or not c)", "1 of sel_*", "all of them and not x", "A or b AND c"])(
    "%s is one",
    (text) => {
      expect(() => parseCondition(text)).not.toThrow();
    },
  );

  it.each([
    ["", "it ends, expected a search identifier"],
    ["not", "it ends, expected a search identifier"],
    ["a b", '"b", expected and, or, or the end'],
    ["(a or b", 'it ends, expected ")"'],
    ["a | count() > 3", '"|", expected and, or, or the end'],
    ["1 of", 'it ends, expected a pattern such as selection_*, or "them"'],
    ["and a", '"and", expected a search identifier'],
  ])("%j is none: %s", (text, why) => {
    expect(() => parseCondition(text)).toThrow(`condition "${text}": ${why}`);
  });

  it("binds not before and before or", () => {
    const passes = (condition: string, event: SigmaEvent): boolean =>
      parseFilter(filterOf({ selection: { A: "1" }, b: { B: "1" }, c: { C: "1" }, condition })).passes(event);

    expect(passes("selection or b and not c", { A: "1", C: "1" })).toBe(true);
    expect(passes("(selection or b) and not c", { A: "1", C: "1" })).toBe(false);
    expect(passes("1 of them", { B: "1" })).toBe(true);
    expect(passes("all of them", { B: "1" })).toBe(false);
  });
});

describe("a Sigma filter", () => {
  it("lets pass what its condition says", () => {
    const { passes, rules, logsource } = parseFilter(stringify(good));

    expect(rules).toEqual(["df0841c0-9846-4e9f-ad8a-7df91571771b"]);
    expect(logsource).toEqual({ category: "process_creation", product: "windows" });
    expect(passes({ User: "ADM_mia", Image: "C:\\Windows\\System32\\x.exe" })).toBe(false);
    expect(passes({ User: "ADM_mia", Image: "C:\\Users\\x.exe" })).toBe(true);
    expect(passes({ User: "mia", Image: "C:\\Windows\\x.exe" })).toBe(true);
    expect(passes({ User: "adm_mia" })).toBe(true);
  });

  it.each<[string, unknown, SigmaEvent]>([
    ["contains, all of them", { "CommandLine|contains|all": ["-a", "-b"] }, { CommandLine: "x -b -a" }],
    ["endswith", { "Image|endswith": "\\x.exe" }, { Image: "C:\\X.EXE" }],
    ["cased", { "User|cased": "Mia" }, { User: "Mia" }],
    ["re", { "CommandLine|re": "^x\\s+\\d$" }, { CommandLine: "x  1" }],
    ["exists", { "User|exists": false }, { Image: "x" }],
    ["null", { User: null }, { Image: "x" }],
    ["a number", { EventID: 4688 }, { EventID: "4688" }],
    ["a list of maps", [{ User: "a" }, { User: "b" }], { User: "b" }],
    ["a word anywhere", ["agent"], { CommandLine: "the Agent ran" }],
  ])("hides by %s", (_what, selection, event) => {
    expect(parseFilter(selecting(selection)).passes(event)).toBe(false);
    expect(
      parseFilter(selecting(selection)).passes({ CommandLine: "else", User: "mIA", Image: "D:\\y" }),
    ).toBe(true);
  });

  it.each<[string, string, string]>([
    ["no title", stringify({ ...good, title: undefined }), "title: "],
    ["a level, which a filter has not", stringify({ ...good, level: "high" }), 'Unrecognized key: "level"'],
    [
      "no log source",
      stringify({ ...good, logsource: {} }),
      "logsource: expected a category, a product or a service",
    ],
    ["no rules", filterOf({ rules: [] }), "filter.rules: "],
    ["a rule twice", filterOf({ rules: ["a", "a"] }), "filter.rules: names one twice"],
    ["an id that is none", stringify({ ...good, id: "x" }), "id: "],
    [
      "a date that is none",
      stringify({ ...good, date: "2026-13-01" }),
      "date: expected a date such as 2026-03-02",
    ],
    ["an empty selection", selecting({}), "filter.selection: "],
    [
      "a modifier nobody knows",
      selecting({ "User|starts": "a" }),
      'filter.selection.User|starts: modifier "starts": expected one of contains',
    ],
    ["modifiers that contradict", selecting({ "User|contains|endswith": "a" }), "do not go together"],
    ["all of one value", selecting({ "User|contains|all": "a" }), '"all" of a single value'],
    [
      "a value that matches whatever there is",
      selecting({ User: "**?" }),
      'filter.selection.User: "**?" matches whatever there is',
    ],
    ["a regular expression that is none", selecting({ "User|re": "(" }), '"(" is no regular expression'],
    ["exists with a word", selecting({ "User|exists": "yes" }), "expected true or false"],
    [
      "a condition of a search that is not there",
      selecting({ User: "a" }, "not other"),
      'filter.condition: "other" is no search of this filter (selection)',
    ],
    [
      "a search no condition uses",
      filterOf({ other: { User: "b" } }),
      'filter.other: the condition "not selection" does not use it',
    ],
    ["a condition that does not parse", selecting({ User: "a" }, "not"), 'condition "not": it ends'],
    ["a key twice", `${stringify(good)}title: again\n`, "Map keys must be unique"],
    ["YAML that is none", "title: [", "sigma filter: "],
  ])("is refused with %s", (_what, yaml, why) => {
    expect(() => parseFilter(yaml)).toThrow(why);
  });
});

/** Numbers as text, as a filter is held against them. */
function texts(data: Record<string, unknown>): SigmaEvent {
  const Text = z.union([z.string(), z.number()]).transform(String);
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Text.safeParse(value).data]));
}

const Line = z.object({
  rule_id: z.string(),
  event_data: z.record(z.string(), z.unknown()).transform(texts),
});

describe.skipIf(!requires("data"))("filters on Sigma's own regression events", () => {
  const read = () =>
    gunzipSync(readFileSync(dataPath("sigma-regression-events/events.jsonl.gz")))
      .toString("utf8")
      .trim()
      .split("\n")
      .map((line) => Line.parse(JSON.parse(line)))
      .map(({ rule_id: rule, event_data: event }) => ({ rule, event }));
  const fields = ["Image", "CommandLine", "User", "TargetObject", "TargetFilename"];

  it("hide the event they were made of, and of the others exactly those with the same values", () => {
    const events = read();
    let tried = 0;
    for (const { rule, event } of events) {
      const known = fields.flatMap((name) => (event[name] ? [[name, event[name]] as const] : []));
      if (known.length === 0) continue;
      tried += 1;
      const selection = Object.fromEntries(known.map(([name, value]) => [name, literal(value)]));
      const { passes } = parseFilter(filterOf({ rules: [rule], selection }));
      const alike = events.filter(({ event: other }) =>
        known.every(([name, value]) => other[name]?.toLowerCase() === value.toLowerCase()),
      );

      expect(events.filter((other) => !passes(other.event)).length, rule).toBe(alike.length);
      expect(alike.length).toBeGreaterThanOrEqual(1);
    }
    expect(tried).toBeGreaterThan(150);
  });
});
