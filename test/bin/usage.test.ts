import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commands, main } from "../../bin/main.ts";
import { nodeTooOld } from "../../bin/node-version.ts";

const root = join(import.meta.dirname, "../..");

async function run(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(argv, {
    env,
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

describe("hatrack", () => {
  it("helps, with every command and what it does", async () => {
    for (const asked of ["--help", "-h", "help"]) {
      const { code, out, err } = await run([asked]);
      expect(code).toBe(0);
      expect(err).toBe("");
      for (const [name, { does }] of Object.entries(commands))
        expect(out).toMatch(new RegExp(`${name} .*${does}`));
    }
  });

  it("without a command is wrong usage, and says so on stderr", async () => {
    const { code, out, err } = await run([]);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain("Usage: hatrack COMMAND");
  });

  it.each(["nope", "constructor", "__proto__", "--version"])("%s is no command: exit 2", async (name) => {
    const { code, out, err } = await run([name]);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(`no command "${name}"`);
  });

  it.each(Object.keys(commands))("%s --help says how it is used and changes nothing", async (name) => {
    const { code, out, err } = await run([name, "--help"], { LOG_LEVEL: "wrong, and not looked at" });
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(out).toMatch(new RegExp(`^Usage: hatrack ${name}\\b`));
    expect(out.split("\n").length).toBeGreaterThan(2);
  });

  it.each(Object.keys(commands))("%s refuses an option it does not know: exit 2", async (name) => {
    const { code, out, err } = await run([name, "--no-such-option"]);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain("--no-such-option");
    expect(err).toContain(`Try: hatrack ${name} --help`);
  });

  it.each([
    [["start", "now"], "now"],
    [["status", "please"], "please"],
    [["suppress"], "expected: suppress list"],
    [["suppress", "lift", "R"], "--as TEAM/USER"],
    [["suppress", "R", "S"], '"S": expected suppress list'],
    [["suppress", "R", "--as", "T/U", "--hours", "4"], "--reason"],
    [["suppress", "R", "--hours", "4", "--reason", "x"], "--as TEAM/USER"],
    [["suppress", "R", "--as", "T/U", "--hours", "721", "--reason", "x"], "from 1 to 720"],
    [["recall", "a", "b"], '"b"'],
    [["recall"], "recall CASE|INDICATOR"],
    [["role"], "role NAME|FILE"],
    [["audit"], "audit export"],
    [["audit", "forge"], "audit export"],
    [["gate"], "gate list"],
    [["gate", "show"], "gate list"],
    [["gate", "decide", "x", "--authorise"], "--as TEAM/USER"],
    [["gate", "decide", "x", "--as", "T1/U1"], "exactly one"],
    [["gate", "decide", "x", "--as", "T1/U1", "--authorise", "--done"], "exactly one"],
    [["dead", "bury"], "bury"],
    [["dead", "redrive", "tier2"], "redrive GROUP POSITION"],
    [["clusters", "--days", "-3"], "--days"],
    [["clusters", "--days", "many"], "number above 0"],
    [["start", "--port", "70000"], "0 to 65535"],
    [["start", "--port", "http"], "0 to 65535"],
    [["start", "--speed", "0"], "above 0"],
    [["start", "--speed", "fast"], "above 0"],
    [["start", "--alerts", "nonsense"], "webhook:PORT"],
    [["start", "--workspace", "here"], "http://127.0.0.1"],
  ])("%j is wrong usage: exit 2", async (argv, expected) => {
    const { code, out, err } = await run(argv);
    expect(err).toContain(expected);
    expect(code).toBe(2);
    expect(out).toBe("");
  });

  it.each([
    [["status"], { HATRACK_DIR: "/nonexistent/hatrack" }, "there is no log yet"],
    [["status"], { LOG_LEVEL: "loud" }, "LOG_LEVEL"],
    [["status", "--log", "/nonexistent/log.jsonl"], {}, "/nonexistent/log.jsonl"],
    [["extract", "/nonexistent/mail.txt"], {}, "/nonexistent/mail.txt"],
    [["role", "no-such-role"], {}, "sentinel"],
    [["role", "./no-such-role.ts"], {}, "no-such-role.ts"],
    [["slack"], {}, "SLACK_BOT_TOKEN"],
    [["start", "--alerts", "webhook:0"], {}, "WEBHOOK_SECRET"],
    [["start", "--data", "/dev/null/x"], {}, "--data"],
    [["start"], { REDIS_URL: "redis://127.0.0.1:1" }, "--local-workspace"],
    [["start", "--local-workspace"], { SLACK_BOT_TOKEN: "xoxb-1" }, "SLACK_APP_TOKEN"],
  ])("%j with %j fails: exit 1, the reason on stderr, nothing on stdout", async (argv, env, expected) => {
    const { code, out, err } = await run(argv, env);
    expect(err).toContain(expected);
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("on an older Node", () => {
  it("says which one is needed and how to run it", () => {
    expect(nodeTooOld("v20.19.4")).toMatch(/Node 24 or newer; this is v20\.19\.4.*npm run -s hatrack/);
    expect(nodeTooOld("v22.18.0")).toContain("v22.18.0");
    expect(nodeTooOld("v24.0.0")).toBeUndefined();
    expect(nodeTooOld("v25.1.0")).toBeUndefined();
  });

  it("ends with 2 before anything else is read", () => {
    const old = 'Object.defineProperty(process, "version", { value: "v22.18.0" });';
    const args = ["--import", `data:text/javascript,${encodeURIComponent(old)}`, "bin/hatrack.ts", "--help"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("this is v22.18.0");
  });
});
