/** What `hatrack doctor --json` says, and what a test asks of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { z } from "zod";
import { main } from "../../bin/main.ts";
import { hatrack, type CliOptions } from "./cli.ts";

const Check = z.strictObject({
  name: z.string(),
  status: z.enum(["ok", "warn", "fail", "skipped"]),
  found: z.string(),
  fix: z.string().optional(),
});
const Report = z.strictObject({ checks: z.array(Check).min(2) });
type Check = z.infer<typeof Check>;

/** A temporary folder of each test's own. */
export let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-doctor-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Diagnosis extends Said {
  readonly checks: readonly Check[];
  check(name: string): Check;
}

type Env = Record<string, string>;

/** Asked in this process, which is quick. */
export async function doctor(env: Env, args: string[] = []): Promise<Diagnosis> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(["doctor", "--json", ...args], {
    env: { HATRACK_DIR: join(folder, "data"), ...env },
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return diagnosisOf({ code, stdout: out.join("\n"), stderr: err.join("\n") });
}

/** Asked as a process, from end to end. */
export async function doctorProcess(
  env: Env,
  args: string[] = [],
  options: CliOptions = {},
): Promise<Diagnosis> {
  const dir = { HATRACK_DIR: join(folder, "data") };
  return diagnosisOf(await hatrack(["doctor", "--json", ...args], { env: { ...dir, ...env }, ...options }));
}

function diagnosisOf(said: Said): Diagnosis {
  const { checks } = Report.parse(JSON.parse(said.stdout));
  const check = (name: string): Check => {
    const found = checks.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no check "${name}" in ${said.stdout}`);
    return found;
  };
  return { ...said, checks, check };
}

/** That this is what is broken, the only thing, and that the way to mend it stands there. */
export function expectBroken(
  diagnosis: Diagnosis,
  name: string,
  found: RegExp | string,
  fix: RegExp | string,
): void {
  const failed = diagnosis.checks.filter((check) => check.status === "fail").map((check) => check.name);
  expect(failed).toEqual([name]);
  expect(diagnosis.check(name).found).toMatch(found);
  expect(diagnosis.check(name).fix).toMatch(fix);
  expect(diagnosis.code).toBe(1);
}
