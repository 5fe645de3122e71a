import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { ind, received } from "../memory/saying.ts";
import { hatrack, root, Running, Start } from "./cli.ts";

describe("hatrack dashboard", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hatrack-dashboard-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("serves an exported log, and ends when it is told to", { timeout: 60_000 }, async () => {
    const log = join(root, "fixtures/case-log.jsonl");
    const started = new Running(["dashboard", "--log", log], {
      env: { HATRACK_DIR: folder, LOG_LEVEL: "error" },
    });
    const url = await started.ready();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const answer = await fetch(`${url}follow/CASE-7K3F9QWM2T`);
    expect(await answer.text()).toContain("Tier 2 Analyst");
    expect(await (await fetch(`${url}floor`)).text()).toContain("an export has no consumer groups");
    expect(await (await fetch(`${url}proof`)).text()).toContain("Played by rules on invented tickets.");
    expect((await started.stop()).code).toBe(0);
  });

  it("makes no campaign of what soc.yaml names as one's own", { timeout: 60_000 }, async () => {
    const soc = await readFile(join(root, "soc.yaml"), "utf8");
    const own = join(folder, "soc.yaml");
    await writeFile(own, soc.replace(/^benign:.*$/m, "benign: [exit.bad.example]"));
    const three = (domain: string): KnownEvent[] =>
      ["a", "b", "c"].map((name) =>
        received(`${domain} ${name}`, { indicators: [ind("domain", domain)], host: `ws-${domain}-${name}` }),
      );
    const log = join(folder, "log.jsonl");
    const events = [...three("exit.bad.example"), ...three("c2.bad.example")];
    await writeFile(log, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    const started = new Running(["dashboard", "--log", log], {
      env: { HATRACK_DIR: folder, LOG_LEVEL: "error", SOC_FILE: own },
    });
    const campaigns = await (await fetch(`${await started.ready()}campaigns?days=365`)).text();
    expect(campaigns).toContain("c2[.]bad[.]example");
    expect(campaigns).not.toContain("exit[.]bad[.]example");
    expect((await started.stop()).code).toBe(0);
  });

  it("shows the policy and the scorecards before there is a log", { timeout: 60_000 }, async () => {
    const started = new Running(["dashboard"], {
      env: { HATRACK_DIR: join(folder, "none"), LOG_LEVEL: "error" },
    });
    const url = await started.ready();
    expect(await (await fetch(`${url}follow`)).text()).toContain("The log holds no case yet");
    expect(await (await fetch(`${url}policy`)).text()).toContain("IR Lead On-Call");
    expect((await started.stop()).code).toBe(0);
  });

  it("shows the log that comes to be after it was started", { timeout: 60_000 }, async () => {
    const data = join(folder, "later");
    const started = new Running(["dashboard"], { env: { HATRACK_DIR: data, LOG_LEVEL: "error" } });
    const url = await started.ready();
    const page = async (): Promise<string> => {
      const answer = await fetch(`${url}follow`).catch(() => undefined);
      return (await answer?.text()) ?? "";
    };
    expect(await page()).toContain("The log holds no case yet");
    await mkdir(data);
    const bus = new LocalBus({ file: join(data, "hatrack.db") });
    await bus.open([]);
    const alert = received("came later");
    await bus.publish([alert]);
    await expect.poll(page, { timeout: 30_000 }).toContain(alert.subject);
    expect(started.out).toEqual([`ready ${url}`]);
    await bus.close();
    expect((await started.stop()).code).toBe(0);
  });

  it(
    "stands beside the workspace of hatrack start, whose one line on stdout stays as it is",
    { timeout: 60_000 },
    async () => {
      const alerts = join(folder, "alerts.jsonl");
      await writeFile(alerts, "");
      const started = new Start(["--data", join(folder, "soc"), "--alerts", `file:${alerts}`]);
      const page = await started.ready();
      const line = await started.line(started.errors, /the dashboard is at/);
      const { url } = z.object({ url: z.string() }).parse(JSON.parse(line));
      expect(started.out).toEqual([`ready ${page}`]);
      expect(page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]+$/);
      expect(page.startsWith(url)).toBe(false);
      const floor = await (await fetch(`${url}floor`)).text();
      expect(floor.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ")).toMatch(/Sentinel up/);
      expect((await started.stop()).code).toBe(0);
    },
  );

  it("says what is wrong with where it should listen", { timeout: 60_000 }, async () => {
    const wrong = async (args: readonly string[], env: Record<string, string> = {}): Promise<string> => {
      const { code, stderr } = await hatrack(["dashboard", ...args], {
        env: { HATRACK_DIR: folder, LOG_LEVEL: "error", ...env },
      });
      return `${String(code)} ${stderr.split("\n")[0] ?? ""}`;
    };
    expect(await wrong(["--host", "0.0.0.0"])).toBe(
      "1 hatrack dashboard: dashboard: others reach 0.0.0.0, and no token is set; expected DASHBOARD_TOKEN with at least 16 " +
        "characters, such as what `openssl rand -hex 32` prints",
    );
    expect(await wrong(["--host", "0.0.0.0"], { DASHBOARD_TOKEN: "short" })).toContain(
      "DASHBOARD_TOKEN: expected at least 16",
    );
    expect(await wrong(["--port", "many"])).toBe(
      "2 hatrack dashboard: --port many: expected a whole number from 0 to 65535",
    );
  });
});
