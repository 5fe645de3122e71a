/** The systemd units that come with hatrack, and what they hand on. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
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
import { readConfig, type Config } from "../../bin/config.ts";
import { withCredentials } from "../../bin/credentials.ts";
import { loadKeys } from "../../bin/keys.ts";
import { makeKeys } from "../../src/gate/key-files.ts";
import { loadSocFile } from "../../src/soc-file.ts";

const units = join(import.meta.dirname, "../../deploy/systemd");
const names = readdirSync(units).filter((name) => name.endsWith(".service"));
const dropIns = readdirSync(units).filter((name) => name.endsWith(".service.d"));
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
      for (const dropIn of dropIns) cpSync(join(units, dropIn), join(folder, dropIn), { recursive: true });
      const instances = dropIns.map((name) => name.replace(/\.d$/, ""));
      const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", ...files, ...instances], {
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

describe("the roles that look something up in Falcon", () => {
  it("are handed the look-ups' own client, and no other role is", async () => {
    const { lookups } = await loadSocFile(join(units, "../../soc.yaml"));
    const asking = Object.keys(lookups).filter((role) =>
      lookups[role]?.some((name) => name.startsWith("falcon_")),
    );
    const handed = dropIns.filter((dropIn) => existsSync(join(units, dropIn, "falcon.conf")));
    expect(asking.length).toBeGreaterThan(0);
    expect(handed.sort()).toEqual(asking.map((role) => `hatrack-role@${role}.service.d`).sort());
    for (const dropIn of handed) {
      const lines = textOf(join(dropIn, "falcon.conf")).split("\n");
      for (const name of ["FALCON_CLIENT_ID", "FALCON_CLIENT_SECRET"]) {
        expect(lines).toContain(`LoadCredential=${name}:/etc/hatrack/secrets/lookups.${name}`);
        // Without a default a missing file would keep the role from starting.
        expect(lines).toContain(`SetCredential=${name}:\\n`);
      }
    }
  });

  it("look nothing up there where the client's files are missing: what stands in for them is no variable", () => {
    for (const name of ["FALCON_CLIENT_ID", "FALCON_CLIENT_SECRET"]) writeFileSync(join(folder, name), "\n");
    const config = (): Config => readConfig(withCredentials({ CREDENTIALS_DIRECTORY: folder }));
    expect(config().falcon).toBeUndefined();
    writeFileSync(join(folder, "FALCON_CLIENT_ID"), "5c1a8e0f3b7d4a2c9e6f1b0d8a7c3e52\n");
    expect(config).toThrow(/Falcon is half configured: FALCON_CLIENT_SECRET/);
    writeFileSync(join(folder, "FALCON_CLIENT_SECRET"), "a secret of sixteen or more\n");
    expect(config().falcon?.clientSecret).toBe("a secret of sixteen or more");
  });
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
