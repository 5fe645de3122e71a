/** Alerts come in by a process of their own, beside roles that run elsewhere. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../bin/main.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { root } from "./cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-alerts-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function run(...argv: string[]): Promise<{ code: number; err: string }> {
  const said: string[] = [];
  const env = { HATRACK_DIR: folder, LOG_LEVEL: "silent" };
  const code = await main(argv, {
    env,
    print: (line) => said.push(line),
    complain: (line) => said.push(line),
  });
  return { code, err: said.join("\n") };
}

async function types(): Promise<Map<string, number>> {
  const bus = new LocalBus({ file: join(folder, "hatrack.db"), readOnly: true });
  await bus.open([]);
  const counts = new Map<string, number>();
  for await (const { event } of bus.read()) counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
  await bus.close();
  return counts;
}

describe("hatrack alerts", () => {
  it("puts the alerts of a file on the log, repeats grouped and each once, however often it is run", async () => {
    const lines = readFileSync(join(root, "fixtures/alerts.jsonl"), "utf8").trim().split("\n").slice(0, 5);
    writeFileSync(join(folder, "alerts.jsonl"), `${lines.join("\n")}\n`);
    const source = `file:${join(folder, "alerts.jsonl")}`;
    expect(await run("alerts", source)).toEqual({ code: 0, err: "" });
    const first = await types();
    expect((first.get("alert.received") ?? 0) + (first.get("alert.grouped") ?? 0)).toBe(5);
    expect(await run("alerts", source)).toEqual({ code: 0, err: "" });
    expect(await types()).toEqual(first);
  });

  it("ends with exit 1 when its source fails, for a service manager to start it again", async () => {
    const { code, err } = await run("alerts", `file:${join(folder, "nowhere.jsonl")}`);
    expect(code).toBe(1);
    expect(err).toMatch(/nowhere\.jsonl/);
  });

  it.each([
    [["alerts"], /no source of alerts: expected/],
    [["alerts", "falcon"], /alerts "falcon": expected/],
  ])("%s is wrong usage: samples get into no log by default", async (argv, expected) => {
    const { code, err } = await run(...argv);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });
});
