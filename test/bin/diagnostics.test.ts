import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { readConfig } from "../../bin/config.ts";
import { makeDiagnostics } from "../../bin/diagnostics.ts";
import { openDiagnostics } from "../../bin/redaction.ts";
import { ownShape } from "../../src/agent/own-shapes.ts";
import { root } from "./cli.ts";

const config = readConfig({
  SLACK_BOT_TOKEN: "xoxb-local-secret-1",
  SLACK_APP_TOKEN: "xapp-local-secret-2",
  REDIS_URL: "redis://:hunter-two@127.0.0.1:6379",
  LLM_BASE_URL: "http://127.0.0.1:1/v1",
  LLM_MODEL: "m",
  LLM_API_KEY: 'a "quoted" key',
  WEBHOOK_SECRET: "sixteen letters or more",
});

function written(readable: boolean, level = "debug"): [ReturnType<typeof makeDiagnostics>, string[]] {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const settings = { ...config, logLevel: z.enum(["debug", "warn"]).parse(level) };
  return [makeDiagnostics(settings, { readable, write }), lines];
}

describe("diagnostics", () => {
  it("are one JSON object a line", () => {
    const [log, lines] = written(false);
    log.info({ role: "tier2", caseId: "CASE-1" }, "at work");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: 30,
      role: "tier2",
      caseId: "CASE-1",
      msg: "at work",
    });
    expect(lines[0]).toMatch(/\n$/);
  });

  it("are one readable line each on a terminal", () => {
    const [log, lines] = written(true);
    log.warn({ group: "slack-case", waitMs: 250 }, "Slack is down");
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}warning: Slack is down {2}group=slack-case {2}waitMs=250\n$/),
    ]);
  });

  it("show what an alert wrote, and do not obey it", () => {
    const [log, lines] = written(true);
    log.info({ host: "\u001b[2J\u202ekcatta" }, "alert");
    expect(lines.join("")).not.toMatch(/[\u001b\u202e]/);
    expect(lines.join("")).toContain("kcatta");
  });

  it("leave out what is below their level", () => {
    const [log, lines] = written(false, "warn");
    log.info({}, "no");
    log.warn({}, "yes");
    expect(lines).toHaveLength(1);
  });

  it.each([false, true])("hold no secret, by name, by look or by value (readable: %s)", (readable) => {
    const [log, lines] = written(readable);
    log.error({ token: "by-name-1", credentials: { apiKey: "by-name-2", password: "by-name-3" } }, "fields");
    log.error({ error: "connect redis://:hunter-two@127.0.0.1:6379 failed" }, "a URL");
    log.error({ error: "Bearer abcdefghijklmnop.qrst" }, "xoxb-9999999999-other and xapp-9999999999-other");
    log.error({ error: 'HTTP 401: a "quoted" key is not known' }, "signed with sixteen letters or more");
    log.error({ nested: [{ deep: "xoxb-local-secret-1" }] }, "xapp-local-secret-2");
    const text = lines.join("");
    for (const secret of [
      ...["by-name", "hunter-two", "abcdefghijklmnop", "xoxb-9999", "xapp-9999", "quoted"],
      ...["sixteen letters", "xoxb-local", "xapp-local"],
    ]) {
      expect(text).not.toContain(secret);
    }
    expect(lines).toHaveLength(5);
    expect(text).toContain("127.0.0.1:6379");
  });

  it.each([false, true])("hold nothing that soc.yaml calls a secret (readable: %s)", (readable) => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    // Across a quotation mark too: the line stays JSON.
    const shapes = [ownShape({ name: "badge-pin", regex: "PIN[^x]{1,9}" })];
    const log = makeDiagnostics({ ...config, logLevel: "debug" }, { readable, write }, shapes);
    log.warn({ why: "PIN 4711", nested: [{ deep: "his PIN\n0815" }] }, 'asked for "PIN 2342"');
    log.info({ error: "Bearer abcdefghijklmnop.qrst" }, "xoxb-local-secret-1");
    expect(lines).toHaveLength(2);
    const text = lines.join("");
    for (const secret of ["4711", "0815", "2342", "abcdefghijklmnop", "xoxb-local"])
      expect(text).not.toContain(secret);
    expect(text.match(/\[redacted:badge-pin\]/g)).toHaveLength(3);
  });

  it("of a process know the patterns of its soc.yaml", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hatrack-diagnostics-"));
    const socFile = join(folder, "soc.yaml");
    const shipped = readFileSync(join(root, "soc.yaml"), "utf8");
    const patterns = 'redact:\n  patterns:\n    - { name: badge-pin, regex: "PIN \\\\d{4}" }\n';
    writeFileSync(socFile, shipped.replace(/^redact:\n(?: .*\n)*/m, "") + patterns);
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      const log = await openDiagnostics({ ...config, socFile });
      log.warn({ why: "PIN 4711" }, "asked");
      const text = said.mock.calls.map(([line]) => String(line)).join("");
      expect(text).toContain("[redacted:badge-pin]");
      expect(text).not.toContain("4711");
    } finally {
      said.mockRestore();
      rmSync(folder, { recursive: true });
    }
  });
});
