import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { main } from "../../bin/main.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock, systemClock } from "../../src/clock.ts";
import { hour, said } from "../memory/saying.ts";
import { root } from "./cli.ts";

const Listed = z.object({
  schedules: z.array(
    z.object({
      role: z.string(),
      zone: z.string(),
      next: z.array(
        z.object({
          local: z.string(),
          at: z.iso.datetime(),
          window: z.object({ start: z.string(), end: z.string() }),
        }),
      ),
    }),
  ),
});

describe("the calendar on the command line", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hatrack-calendar-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(args: readonly string[], schedules?: string) {
    const env: Record<string, string> = { HATRACK_DIR: folder };
    if (schedules !== undefined) {
      const text = await readFile(join(root, "soc.yaml"), "utf8");
      env["SOC_FILE"] = join(folder, "soc.yaml");
      await writeFile(env["SOC_FILE"], text.replace(/^schedules:\n(?: .*\n)+/m, `schedules: ${schedules}\n`));
    }
    const [out, err]: [string[], string[]] = [[], []];
    const code = await main(args, {
      env,
      print: (line) => out.push(line),
      complain: (line) => err.push(line),
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }

  it("lists the next times of each role, in its zone and in UTC", async () => {
    const asked = ["schedule", "--list", "--next", "2", "--json"];
    const { code, out } = await run(
      asked,
      "{ zone: Europe/Berlin, roles: { no-thread: { zone: Asia/Kolkata } } }",
    );
    const { schedules } = Listed.parse(JSON.parse(out));

    expect(code).toBe(0);
    expect(schedules.map(({ role }) => role)).toContain("soc-manager");
    for (const { role, zone, next } of schedules) {
      expect(zone, role).toBe(role === "no-thread" ? "Asia/Kolkata" : "Europe/Berlin");
      expect(next).toHaveLength(2);
      for (const { at, window } of next) {
        expect(window.end).toBe(at);
        expect(Date.parse(window.start)).toBeLessThan(Date.parse(at));
        expect(Date.parse(at)).toBeGreaterThan(systemClock.now() - 60_000);
      }
    }
    // Half past, in UTC, is the full hour there.
    expect(schedules.find(({ role }) => role === "no-thread")?.next[0]?.at).toMatch(/:30:00/);
    expect((await run(["schedule", "--list"])).out).toMatch(
      /^role +cron +zone +next, there +next, UTC +looks back/,
    );
  });

  it.each<[string, string, string]>([
    [
      "a line that never fires",
      '{ roles: { soc-manager: { cron: "0 6 30 2 *" } } }',
      "it never fires: no feb has a day 30",
    ],
    ["a zone that is none", "{ zone: Europe/Berln }", 'time zone "Europe/Berln": expected an IANA name'],
    [
      "a window longer than the log is kept",
      "{ retentionDays: 7 }",
      "it looks back 14 days, and the log is kept for 7 days",
    ],
  ])("says it at start, and in the doctor, of %s", async (_what, schedules, why) => {
    const started = await run(["schedule"], schedules);
    expect(started).toMatchObject({ code: 1, out: "" });
    expect(started.err).toContain(why);

    const { code, out } = await run(["doctor"], schedules);
    expect(code).toBe(1);
    expect(out).toMatch(/^FAIL {2}schedules: /m);
    expect(out).toContain(why);
  });

  it("says in the doctor what looks back further than the log reaches", async () => {
    const began = systemClock.now() - 3 * 86_400_000;
    const bus = new LocalBus({ file: join(folder, "hatrack.db"), clock: manualClock(began) });
    await bus.open([]);
    await bus.publish([said("canary.sent", "system", { data: { canaryId: "c", due: hour(0) } })]);
    await bus.close();

    const { code, out } = await run(["doctor"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^WARN {2}windows: detection-engineer looks back 14 days, and the log begins 3 days ago/m,
    );
  });

  it.each([
    [["schedule", "--json"], "--json and --next go with --list"],
    [["schedule", "--list", "--next", "0"], "--next 0: expected a whole number from 1 to 100"],
    [["tuning", "apply"], "expected: tuning list"],
    [["tuning", "show"], "expected: tuning list"],
  ])("refuses %j", async (args, why) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });

  it("lists the tunings that people accepted, and shows one with its filter", async () => {
    const bus = new LocalBus({ file: join(folder, "hatrack.db") });
    await bus.open([]);
    const tuningId = "TUNE-7K3F9QWM2T";
    const rule = { rule: "Hive \u001b[31msave", alerts: 3, falsePositives: 3, benign: 0, caseIds: [] };
    await bus.publish([
      said("tuning.reported", "calendar:detection-engineer", {
        data: {
          window: { start: hour(0), end: hour(1) },
          rules: [{ ...rule, proposal: "Exclude it.", tuningId, filter: { yaml: "title: x\n", covers: 3 } }],
        },
      }),
    ]);
    const by = { team: "T1", user: "U1" };
    const decided = { tuningId, outcome: "accepted", rule: rule.rule, reportId: "r", by } as const;
    expect((await run(["tuning", "list"])).out).toBe("No tuning was accepted.");
    await bus.publish([said("tuning.decided", "system", { source: "/roles/human-gate", data: decided })]);
    await bus.close();

    expect((await run(["tuning", "list", "--all"])).out).toContain(tuningId);
    const { out } = await run(["tuning", "show", tuningId]);
    expect(out).toContain("title: x");
    expect(out).not.toContain("\u001b");
    expect(await run(["tuning", "show", "TUNE-0000000000"])).toMatchObject({ code: 1 });
  });
});
