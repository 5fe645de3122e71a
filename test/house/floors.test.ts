import { execFile } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const bin = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
const Report = z.object({
  summary: z.object({
    totalCruised: z.number(),
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

async function cruise(cwd: string, folders: readonly string[]): Promise<z.infer<typeof Report>["summary"]> {
  const args = [bin, "--config", join(root, ".dependency-cruiser.cjs"), "-T", "json", ...folders];
  const { stdout } = await run(process.execPath, args, { cwd, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: unknown) => z.object({ stdout: z.string() }).parse(error),
  );
  return Report.parse(JSON.parse(stdout)).summary;
}

describe("the floors of the house", () => {
  it("imports run one way, and the check sees the whole house", { timeout: 120_000 }, async () => {
    const summary = await cruise(root, ["bin", "src", "roles", "vendors", "slack", "schedules", "web"]);
    expect(summary.violations.map((v) => `${v.rule.name}: ${v.from} → ${v.to}`)).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThan(60);
  });

  it("a planted violation of each floor is found", { timeout: 120_000 }, async () => {
    const house = await mkdtemp(join(tmpdir(), "hatrack-floors-"));
    const files: Record<string, string> = {
      "tsconfig.json": JSON.stringify({
        compilerOptions: { module: "nodenext", allowImportingTsExtensions: true, noEmit: true },
      }),
      "src/events/a.ts": 'import { b } from "../bus/b.ts"; export const a = b;',
      "src/bus/b.ts": "export const b = 1;",
      "src/bus/cycle.ts": 'import { t } from "./cycle-two.ts"; export const c = t;',
      "src/bus/cycle-two.ts": 'import type { c } from "./cycle.ts"; export const t: typeof c | 1 = 1;',
      "src/memory/m.ts": 'import { g } from "../agent/g.ts"; export const m = g;',
      "src/agent/g.ts": 'import { v } from "../../vendors/v.ts"; export const g = v;',
      "vendors/v.ts": 'import { s } from "../slack/s.ts"; export const v = s;',
      "slack/s.ts":
        'import { w } from "./workspace/w.ts"; import { r } from "../roles/one.ts"; export const s = w + r;',
      "slack/workspace/w.ts": "export const w = 1;",
      "slack/workspace/page/html.ts": "export const html = 1;",
      "slack/words.ts": 'import { html } from "./workspace/page/html.ts"; export const h = html;',
      "web/page.ts":
        'import { html } from "../slack/workspace/page/html.ts"; import { w } from "../slack/workspace/w.ts"; export const p = html + w;',
      "roles/one.ts": 'import { two } from "./two.ts"; export const r = two;',
      "roles/two.ts": "export const two = 1;",
    };
    try {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(join(house, name, ".."), { recursive: true });
        await writeFile(join(house, name), text);
      }
      const summary = await cruise(house, ["src", "vendors", "slack", "roles", "web"]);
      expect([...new Set(summary.violations.map((v) => v.rule.name))].sort()).toEqual([
        "events-are-the-ground",
        "kernel-knows-no-vendor-slack-or-cron",
        "memory-and-gate-are-pure-projections",
        "no-circular",
        "nobody-imports-the-local-workspace-but-bin",
        "only-the-dashboard-shares-the-html-template",
        "roles-and-vendors-below-surfaces",
        "roles-do-not-know-each-other",
        "slack-does-not-know-roles",
      ]);
      const ofPage = summary.violations.filter(({ from }) => from === "web/page.ts");
      expect(ofPage.map(({ to }) => to)).toEqual(["slack/workspace/w.ts"]);
    } finally {
      await rm(house, { recursive: true, force: true });
    }
  });
});
