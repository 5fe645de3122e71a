/** The watch that `hatrack start` runs beside itself. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { tetherOf } from "../../bin/watch-beside.ts";
import { startWorkspace, type RunningWorkspace } from "../../slack/workspace/server.ts";
import { drawn, People } from "../e2e/people.ts";
import { fixtureJson } from "../fixtures/read.ts";
import { Start } from "./cli.ts";

let folder: string;
let workspace: RunningWorkspace;
const running: Start[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-beside-"));
  const directory = fixtureJson("workspace.json");
  workspace = await startWorkspace({ port: 0, file: ":memory:", directory, token: "t" });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop("SIGKILL")));
  await workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

async function started(watch = true): Promise<Start> {
  const soc = new Start(["--data", folder, "--alerts", "-", "--workspace", workspace.url], { watch });
  running.push(soc);
  await soc.ready();
  return soc;
}

/** Its process, once it is at work. */
async function watchOf(soc: Start): Promise<number> {
  const line = await soc.line(soc.errors, /the watch is at work/);
  return z.object({ pid: z.int() }).parse(JSON.parse(line)).pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the watch beside hatrack start", { timeout: 60_000 }, () => {
  it("outlives a start that is killed and says so, and with the next one that it is over", async () => {
    const people = new People(workspace.url, workspace.token);
    const first = await started();
    const watch = await watchOf(first);
    expect(watch).not.toBe(first.child.pid);
    // Its standard error is the watch's too: it is closed when both have ended.
    expect((await first.stop("SIGKILL")).signal).toBe("SIGKILL");
    const said = async (): Promise<string[]> => (await people.messages()).map(drawn);
    const [alarm, ...others] = await said();
    expect(alarm).toMatch(/Alarm: hatrack start has died\..*has ended without being asked to/);
    expect(others).toEqual([]);

    const second = await started();
    await people.until("that it is over", (message) => drawn(message).includes("at work again"));
    const another = await watchOf(second);
    expect((await second.stop("SIGTERM")).code).toBe(0);
    expect(isAlive(another)).toBe(false);
    expect(await said()).toHaveLength(2);
  });

  it("is not there where another one watches", async () => {
    const soc = await started(false);
    await soc.stop();
    expect(soc.errors.join("\n")).not.toContain("watch");
  });
});

describe("a tether", () => {
  it.each([
    ["let go\n", false],
    ["", true],
    ["let", true],
  ])("on which %j came is torn: %s", async (word, torn) => {
    const stdin = new PassThrough();
    const tether = tetherOf(stdin);
    const ended = new Promise((resolve) => {
      tether.ended.addEventListener("abort", resolve);
    });
    expect(tether.torn()).toBe(false);
    stdin.end(word);
    await ended;
    expect(tether.torn()).toBe(torn);
  });
});
