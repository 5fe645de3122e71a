/** The systemd units that come with hatrack, and what they hand on. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../bin/config.ts";
import { withCredentials } from "../../bin/credentials.ts";
import { loadKeys } from "../../bin/keys.ts";
import { makeKeys } from "../../src/gate/key-files.ts";

const units = join(import.meta.dirname, "../../deploy/systemd");
const names = readdirSync(units).filter((name) => name.endsWith(".service"));
const textOf = (name: string): string => readFileSync(join(units, name), "utf8");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-units-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function systemdIsHere(): boolean {
  try {
    execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("skipped: no systemd-analyze on the PATH (apt-get install systemd)");
    return false;
  }
}

describe("the units", () => {
  it("are one for each kind of process", () => {
    expect(names.sort()).toEqual([
      "hatrack-alerts.service",
      "hatrack-archive.service",
      "hatrack-role@.service",
      "hatrack-schedule.service",
      "hatrack-slack.service",
      "hatrack-watch.service",
    ]);
  });

  it.each(names)("%s is confined, watched, restarted, and carries no secret", (name) => {
    const text = textOf(name);
    for (const line of [
      "Type=notify",
      "NotifyAccess=all",
      "WatchdogSec=90s",
      "Restart=always",
      "TimeoutStopSec=20s",
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "PrivateTmp=yes",
      "CapabilityBoundingSet=",
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
      "SystemCallFilter=@system-service",
    ])
      expect(text.split("\n")).toContain(line);
    // What reads alone has no consumer.
    if (name !== "hatrack-watch.service") expect(text).toMatch(/^Environment=.* HATRACK_INSTANCE=%N$/m);
    // V8 writes code and runs it.
    expect(text).not.toMatch(/^MemoryDenyWriteExecute/m);
    expect(text).not.toMatch(/xoxb-|xapp-|PRIVATE KEY|redis:\/\//);
  });

  it.runIf(systemdIsHere())(
    "are taken by systemd-analyze verify as they are, but for where the program lies",
    () => {
      const files = names.map((name) => {
        writeFileSync(
          join(folder, name),
          textOf(name).replace("/opt/hatrack/node_modules/.bin/node", "/bin/true"),
        );
        return join(folder, name);
      });
      const dropIn = "hatrack-role@human-gate.service.d";
      mkdirSync(join(folder, dropIn));
      copyFileSync(join(units, dropIn, "gate.conf"), join(folder, dropIn, "gate.conf"));
      const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", ...files], {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], SYSTEMD_UNIT_PATH: `${folder}:` },
      });
      // Before systemd 254 a restart is always after RestartSec.
      const newer = /Unknown key( name)? '(RestartSteps|RestartMaxDelaySec)'/;
      const said = `${stdout}${stderr}`.split("\n").filter((line) => line !== "" && !newer.test(line));
      expect(said.filter((line) => line.includes("hatrack-"))).toEqual([]);
      expect(status).toBe(0);
    },
  );
});

describe("the units, as systemd rates them", () => {
  it.runIf(systemdIsHere())("leave little open: 2.0 of 10 at most, or it says what", () => {
    const files = names.map((name) => {
      writeFileSync(join(folder, name), textOf(name).replace(/^ExecStart=.*/m, "ExecStart=/bin/true"));
      return join(folder, name);
    });
    for (const file of files) {
      const rate = ["security", "--offline=true", "--threshold=20", "--no-pager", file];
      const { status, stdout, stderr } = spawnSync("systemd-analyze", rate, { encoding: "utf8" });
      expect(status, `${stdout}${stderr}`).toBe(0);
    }
  });
});

describe("what systemd hands on in $CREDENTIALS_DIRECTORY", () => {
  it("is read as the variables it is named after, and yields to the environment", () => {
    writeFileSync(join(folder, "REDIS_URL"), "redis://hatrack-role:secret@127.0.0.1:6379\n");
    writeFileSync(join(folder, "LOG_LEVEL"), "debug\n");
    const env = withCredentials({ CREDENTIALS_DIRECTORY: folder, LOG_LEVEL: "warn" });
    const config = readConfig(env);
    expect(config.redis?.url).toBe("redis://hatrack-role:secret@127.0.0.1:6379");
    expect(config.logLevel).toBe("warn");
    expect(withCredentials({ LOG_LEVEL: "warn" })).toEqual({ LOG_LEVEL: "warn" });
    expect(() => withCredentials({ CREDENTIALS_DIRECTORY: join(folder, "gone") })).toThrow(
      /CREDENTIALS_DIRECTORY/,
    );
  });

  it("holds a process's keys where HATRACK_KEYS names it", async () => {
    await makeKeys(join(folder, "made"));
    const credentials = join(folder, "credentials");
    mkdirSync(credentials, { mode: 0o700 });
    for (const name of ["gate.key", "front-end.pub"])
      writeFileSync(join(credentials, name), readFileSync(join(folder, "made", name)), { mode: 0o400 });
    const keys = await loadKeys(readConfig({ HATRACK_KEYS: credentials }), "gate");
    expect(keys.gate).toBeDefined();
    expect(keys.frontEnd).toBeUndefined();
    expect(keys.trusted.frontEnd).toHaveLength(1);
  });
});
