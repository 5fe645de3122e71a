import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { root } from "../e2e/processes.ts";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("hatrack start under npm", () => {
  it("ends when npm's shell is ended, and leaves no lock behind", { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "hatrack-npm-"));
    try {
      const start = `"${process.execPath}" --disable-warning=ExperimentalWarning bin/hatrack.ts start --no-open --data "${folder}"; true`;
      const env = { ...process.env, npm_lifecycle_event: "start", LOG_LEVEL: "error", ALERTS: "-" };
      const shell = spawn("sh", ["-c", start], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
      await once(shell.stdout, "data");
      const { pid } = z
        .object({ pid: z.int() })
        .parse(JSON.parse(await readFile(join(folder, "control.json"), "utf8")));
      expect(isAlive(pid)).toBe(true);
      shell.kill("SIGKILL");
      while (isAlive(pid)) await sleep(50);
      await expect(readFile(join(folder, "control.json"))).rejects.toThrow("ENOENT");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
