import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Alert } from "../../../src/events/alert-events.ts";
import { parseFilter } from "../../../src/memory/sigma/filter.ts";
import { filterFor, sigmaEventOf, type Exclusion } from "../../../src/memory/sigma/propose.ts";
import { received, type AlertOf } from "../saying.ts";

const program = String.raw`C:\Program Files\NorthVault\nvagent.exe`;
const alert = (name: string, of: AlertOf, id?: string): Alert => {
  const { data } = received(name, of);
  return id === undefined ? data : { ...data, rule: { ...data.rule, id } };
};
const agent = {
  rule: "Hive save",
  user: "svc-backup",
  process: { path: program, commandLine: "nvagent -q" },
};
const quiet = ["a", "b", "c"].map((name) => alert(name, { ...agent, host: `SRV-${name}` }));
const other = alert("d", { ...agent, user: "j.doe" });

function made(exclusion: Exclusion, over: { quiet?: Alert[]; others?: Alert[]; rule?: string } = {}) {
  const given = { rule: "Hive save", tuningId: "TUNE-7K3F9QWM2T", day: "2026-03-02", quiet, others: [other] };
  return filterFor({ ...given, exclusion, ...over });
}
const yamlOf = (...of: Parameters<typeof made>): string => {
  const found = made(...of);
  return "yaml" in found ? found.yaml : `none: ${found.none}`;
};

describe("an exclusion as a Sigma filter", () => {
  it("names the rule, the log source and what is excluded, and hides the cleared alerts alone", () => {
    const yaml = yamlOf({ program, user: "svc-backup" });

    expect(parse(yaml)).toMatchObject({
      title: "Cleared alerts of Hive save",
      date: "2026-03-02",
      logsource: { category: "process_creation", product: "windows" },
      filter: {
        rules: ["Hive save"],
        selection: { Image: program, User: ["svc-backup", "*\\\\svc-backup"] },
        condition: "not selection",
      },
    });
    const { passes } = parseFilter(yaml);
    expect(quiet.map((one) => passes(sigmaEventOf(one)))).toEqual([false, false, false]);
    expect(passes({ Image: program, User: "NORTHWIND\\svc-backup" })).toBe(false);
    expect(passes({ Image: program, User: "NORTHWIND\\xsvc-backup" })).toBe(true);
    expect(passes(sigmaEventOf(other))).toBe(true);
    expect(made({ program, user: "svc-backup" })).toMatchObject({ covers: 3 });
  });

  it("refers to a Sigma rule by its id", () => {
    const id = "6f3e2987-db24-4c78-a860-b4f4095a7095";
    expect(
      yamlOf({ program }, { quiet: quiet.map((one) => ({ ...one, rule: { ...one.rule, id } })), others: [] }),
    ).toContain(id);
  });

  it("finds a program by its folders on whatever drive a device path means", () => {
    const path = String.raw`\Device\HarddiskVolume3\Program Files\NorthVault\nvagent.exe`;
    const there = [alert("a", { process: { path } })];
    const { passes } = parseFilter(yamlOf({ program: path }, { quiet: there, others: [] }));

    expect(passes({ Image: program })).toBe(false);
    expect(passes({ Image: String.raw`C:\Users\eve\Program Files\NorthVault\nvagent.exe` })).toBe(true);
  });

  it.each<[string, Exclusion, Parameters<typeof made>[1], string]>([
    [
      "alerts that name no program",
      { host: "SRV-1" },
      { quiet: [alert("a", { host: "SRV-1" })] },
      "do not say which program ran where",
    ],
    [
      "programs of two systems",
      { user: "root" },
      { quiet: [...quiet, alert("l", { process: { path: "/bin/sh" } })] },
      "do not say which program",
    ],
    ["a program without its folder", { program: "nvagent.exe" }, {}, "The program has no folder"],
    ["one that would hide an attack", { program }, {}, "The filter would hide 1 more that nobody cleared."],
    [
      "one that does not cover what it should",
      { program, host: "SRV-a" },
      { others: [] },
      "The filter would cover 1 of 3 cleared alerts.",
    ],
    [
      "one that is too long to read",
      { program, "command line": "x".repeat(9_000) },
      {},
      "more than 8000 characters",
    ],
  ])("is not proposed for %s", (_what, exclusion, over, why) => {
    expect(made(exclusion, over)).toMatchObject({ none: expect.stringContaining(why) as unknown });
  });

  it("says what it hides, whatever an attacker wrote into the alert", () => {
    const hostile = fc.string({
      unit: fc.constantFrom("*", "?", "\\", "'", '"', ":", "#", "\n", "-", "{", "a", "%"),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, user, host) => {
        const path = `C:\\${name}`;
        const mine = [alert("a", { rule: name, user, host, process: { path } })];
        const others = [alert("b", { rule: name, user: `${user}x`, host, process: { path } })];
        const found = made({ program: path, user, host }, { quiet: mine, others, rule: name });
        expect(found).toMatchObject({ covers: 1 });
      }),
      { numRuns: 100 },
    );
  });
});
