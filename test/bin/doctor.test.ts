import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { makeKeys } from "../../src/gate/key-files.ts";
import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { hatrack, root } from "./cli.ts";
import { doctor, doctorProcess, expectBroken, folder } from "./diagnosis.ts";

describe("hatrack doctor", () => {
  it("finds nothing broken in a fresh checkout, and makes nothing", async () => {
    const { code, checks, stderr } = await doctorProcess({});
    expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  it("prints the same for a person: what, and below it the fix", async () => {
    const env = { HATRACK_DIR: join(folder, "data"), INVENTORY_FILE: join(folder, "none.json") };
    const { code, stdout } = await hatrack(["doctor"], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {4}node: v24/);
    expect(stdout).toMatch(/FAIL {2}inventory: .*none\.json.*\n {6}Name your inventory with INVENTORY_FILE/);
  });

  it("half a Slack", async () => {
    const diagnosis = await doctorProcess({ SLACK_BOT_TOKEN: "xoxb-1-a" });
    expectBroken(diagnosis, "configuration", "SLACK_BOT_TOKEN is set alone", "Set the variable");
    expect(diagnosis.check("configuration").found).toContain("SLACK_APP_TOKEN=xapp-");
  });

  it("a soc.yaml with a mistake, by its line", async () => {
    const text = readFileSync(join(root, "soc.yaml"), "utf8").replace("quorum: 2", "quorum: two");
    const line = text.split("\n").findIndex((each) => each.includes("quorum: two")) + 1;
    writeFileSync(join(folder, "soc.yaml"), text);
    const diagnosis = await doctorProcess({ SOC_FILE: join(folder, "soc.yaml") });
    expectBroken(diagnosis, "soc.yaml", `soc.yaml:${line}: policy.rules.2.quorum`, "Correct the line");
  });

  it("an inventory that is not there", async () => {
    const diagnosis = await doctor({ INVENTORY_FILE: join(folder, "hosts.json") });
    expectBroken(diagnosis, "inventory", "hosts.json", "INVENTORY_FILE");
  });

  it("a feed that is no feed", async () => {
    writeFileSync(join(folder, "feed.json"), '[{ "value": 1 }]');
    expectBroken(
      await doctor({ REPUTATION_FILE: join(folder, "feed.json") }),
      "reputation feed",
      "reputation",
      "REPUTATION_FILE",
    );
  });

  it("a webhook without its secret, an alert file that is not there", async () => {
    expectBroken(await doctor({ ALERTS: "webhook:8088" }), "alerts", "webhook:8088", "WEBHOOK_SECRET");
    expectBroken(await doctor({ ALERTS: "file:/nonexistent/a.jsonl" }), "alerts", "/nonexistent/a", "ALERTS");
  });

  it("keys that others can read, or whose public half is of another key, and then keys as they must be", async () => {
    const keys = join(folder, "keys");
    await makeKeys(keys);
    expect((await doctor({ HATRACK_KEYS: keys })).check("keys")).toMatchObject({
      status: "ok",
      found: `${keys}: signs as the gate and a front end, believes 1 gate and 1 front-end keys`,
    });
    chmodSync(join(keys, "gate.key"), 0o644);
    expectBroken(
      await doctor({ HATRACK_KEYS: keys }),
      "keys",
      "gate.key: mode 644, expected 600",
      "chmod 600",
    );
    chmodSync(join(keys, "gate.key"), 0o600);
    writeFileSync(join(keys, "gate.pub"), readFileSync(join(keys, "front-end.pub")));
    expectBroken(
      await doctor({ HATRACK_KEYS: keys }),
      "keys",
      "not the public half of gate.key",
      "HATRACK_KEYS",
    );
  });

  it("a pager that nobody answers at, without ringing the one that does", async () => {
    const rung: string[] = [];
    const server = createServer((request, response) => {
      rung.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const env = {
      PAGER_URL: `http://127.0.0.1:${port}/hook`,
      PAGER_SECRET: "0123456789abcdef0123456789abcdef",
    };
    expect((await doctor(env)).check("pager")).toMatchObject({ status: "ok" });
    await new Promise((resolve) => server.close(resolve));
    expect(rung).toEqual([]);
    expectBroken(await doctor(env), "pager", "ECONNREFUSED", "PAGER_URL");
  });

  it("keys that are not there", async () => {
    expectBroken(await doctor({ HATRACK_KEYS: folder }), "keys", "gate.pub", "HATRACK_KEYS");
  });
});

describe("hatrack doctor, of the data folder", () => {
  const log = (): string => join(folder, "hatrack.db");

  async function withLog(): Promise<LocalBus> {
    const bus = new LocalBus({ file: log() });
    await bus.open(["tier2"]);
    return bus;
  }

  /** Name and content of every file, but for what SQLite makes to read beside a writer. */
  function contents(): string[] {
    const digest = (name: string): string =>
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex");
    return readdirSync(folder)
      .filter((name) => !name.endsWith("-shm"))
      .sort()
      .map((name) => `${name} ${digest(name)}`);
  }

  it("one that is a file", async () => {
    writeFileSync(join(folder, "file"), "");
    const diagnosis = await doctor({ HATRACK_DIR: join(folder, "file") });
    expectBroken(diagnosis, "data folder", "is not a folder", "HATRACK_DIR");
  });

  it("one this user may not write to", async () => {
    chmodSync(folder, 0o555);
    const root = process.getuid?.() === 0;
    const diagnosis = await doctorProcess({ HATRACK_DIR: folder }, [], root ? { uid: 65_534 } : {});
    chmodSync(folder, 0o755);
    expectBroken(diagnosis, "data folder", "EACCES", "can write to");
  });

  it("a damaged log", async () => {
    writeFileSync(log(), "this was a log once, and is none any more ".repeat(200));
    const before = contents();
    expectBroken(await doctorProcess({ HATRACK_DIR: folder }), "log", "not a database", "aside");
    expect(contents()).toEqual(before);
  });

  it("a log with a torn page", async () => {
    await (await withLog()).close();
    const bytes = readFileSync(log());
    bytes.fill(0xff, 4096, 4096 * 3);
    writeFileSync(log(), bytes);
    expectBroken(await doctor({ HATRACK_DIR: folder }), "log", /malformed|page/i, "restore it from a copy");
  });

  it("a log that another process writes to: said, and not broken", async () => {
    const bus = await withLog();
    const diagnosis = await doctor({ HATRACK_DIR: folder });
    expect(diagnosis.check("log writer")).toMatchObject({ status: "warn" });
    expect(diagnosis.check("log writer").fix).toContain("REDIS_URL");
    expect(diagnosis.code).toBe(0);
    await bus.close();
    const after = await doctor({ HATRACK_DIR: folder });
    expect(after.checks.map(({ name }) => name)).not.toContain("log writer");
    expect(after.check("log").found).toContain("0 events, whole");
  });
});
