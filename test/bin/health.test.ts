/** What a supervisor is told of a process: health, readiness, metrics, and systemd's own words. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Closers } from "../../bin/closers.ts";
import { readConfig } from "../../bin/config.ts";
import { withMetrics } from "../../bin/health-option.ts";
import { makeDiagnostics } from "../../bin/diagnostics.ts";
import { Health } from "../../bin/health.ts";
import { Pulse } from "../../bin/health-pulse.ts";
import { Systemd } from "../../bin/health-systemd.ts";
import { withAtHand } from "../../src/bus/at-hand.ts";
import type { Bus, Subscription } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { HatrackError } from "../../src/errors.ts";
import { parseEvent } from "../../src/events/parse.ts";
import { canary, count, echo, eventually, quick, until } from "../bus/conformance/harness.ts";
import { z } from "zod";

let open = new Closers();
let ending = new AbortController();
let lines: string[] = [];

beforeEach(() => {
  open = new Closers();
  ending = new AbortController();
  lines = [];
});
afterEach(() => open.close());

const note = (fields: object, message: string): void => {
  lines.push(`${message} ${JSON.stringify(fields)}`);
};
const diagnostics = { debug: () => undefined, info: note, warn: note, error: note };

const env = { HATRACK_METRICS_PORT: "0" };

async function start(
  variables: Readonly<Record<string, string>> = env,
): Promise<{ health: Health; url: string }> {
  const config = readConfig(variables);
  const health = await Health.open(config, { part: "role g", diagnostics, open, ending: ending.signal });
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(lines.join("\n"))?.[0];
  if (url === undefined) throw new Error("health: it said no address");
  return { health, url };
}

const Ready = z.looseObject({ ready: z.boolean(), reasons: z.array(z.string()) });

async function readyOf(url: string): Promise<z.infer<typeof Ready> & { status: number }> {
  const response = await fetch(`${url}/readyz`);
  return { ...Ready.parse(await response.json()), status: response.status };
}

async function sample(url: string, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

async function openBus(health: Health): Promise<LocalBus> {
  const bus = new LocalBus({ timings: quick, observer: health.observer });
  await bus.open(["g", "other"]);
  open.add(() => bus.close());
  return bus;
}

/** A bus whose log answers as it is told. */
class ToldBus extends LocalBus {
  override readonly tail: Bus["tail"];
  readonly findings: readonly { readonly message: string }[];

  constructor(tail: Bus["tail"], findings: readonly { readonly message: string }[] = []) {
    super();
    this.tail = tail;
    this.findings = findings;
  }

  override groups(): ReturnType<Bus["groups"]> {
    return Promise.resolve([]);
  }
}

describe("a process with HATRACK_METRICS_PORT", () => {
  it("is alive at once, ready when its work has begun, and no longer when it ends", async () => {
    const { health, url } = await start();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await readyOf(url)).toMatchObject({ status: 503, reasons: ["this process is still starting"] });
    const bus = await openBus(health);
    await health.serving({ bus });
    expect(await readyOf(url)).toEqual({
      status: 200,
      ready: true,
      part: "role g",
      reasons: [],
      log: "local",
    });
    ending.abort();
    expect(await readyOf(url)).toMatchObject({
      status: 503,
      ready: false,
      reasons: ["this process is ending"],
    });
  });

  it("shows its own groups, its commits and the tokens of its runs, and nobody else's groups", async () => {
    const { health, url } = await start();
    const bus = await openBus(health);
    const worked = parseEvent(corpus("role.worked"));
    bus.subscribe("g", ["canary.sent"], echo, { source: "/operations" });
    await health.serving({ bus });
    await bus.publish([canary("a")]);
    await until(bus, count("canary.missed", 1));
    await eventually(async () => {
      expect(await sample(url, 'hatrack_commit_seconds_count{group="g"}')).toBe(1);
    });
    expect(await sample(url, 'hatrack_group_lag{group="g"}')).toBe(0);
    expect(await sample(url, 'hatrack_group_dead{group="g"}')).toBe(0);
    expect(await sample(url, 'hatrack_group_lag{group="other"}')).toBeUndefined();
    expect(await sample(url, 'hatrack_stalled_seconds{group="g"}')).toBeLessThan(5);
    expect(await sample(url, "hatrack_bus_up")).toBe(1);
    expect(await sample(url, "hatrack_slack_up")).toBeUndefined();
    expect(await sample(url, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
    if (worked.type !== "role.worked" || "foreign" in worked) throw new Error("corpus: no role.worked");
    health.observer.committed?.({ group: "g", milliseconds: 3, outputs: [worked] });
    const { role, leg, tokens } = worked.data;
    const input = `hatrack_tokens_total{role="${role}",leg="${leg}",direction="input"}`;
    expect(await sample(url, input)).toBe(tokens.input);
    expect(await sample(url, `hatrack_runs_total{role="${role}",outcome="worked"}`)).toBe(1);
  });

  it("shows the legs of the model as the chain sees them", async () => {
    const { health, url } = await start();
    const primary = { leg: { name: "primary" }, closed: true };
    health.ofModels.watchLegs?.([primary, { leg: { name: "backup" }, closed: true }]);
    expect(await sample(url, 'hatrack_model_leg_up{leg="primary"}')).toBe(1);
    primary.closed = false;
    expect(await sample(url, 'hatrack_model_leg_up{leg="primary"}')).toBe(0);
    expect(await sample(url, 'hatrack_model_leg_up{leg="backup"}')).toBe(1);
  });

  it("is not ready while the log does not answer, says why, and still shows its metrics", async () => {
    const { health, url } = await start();
    const down = new HatrackError("bus_unavailable", "redis bus: tail: connection refused");
    await health.serving({ bus: new ToldBus(() => Promise.reject(down)) });
    expect(await readyOf(url)).toMatchObject({ status: 503, reasons: [down.message] });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await sample(url, "hatrack_bus_up")).toBe(0);
    expect(await sample(url, "hatrack_ready")).toBe(0);
  });

  it("is not ready while its front end is not, and says why", async () => {
    const { health, url } = await start();
    let why: string | undefined = "no connection to Slack stands";
    await health.serving({ bus: await openBus(health), unready: () => Promise.resolve(why) });
    expect(await readyOf(url)).toMatchObject({ status: 503, reasons: [why] });
    expect(await sample(url, "hatrack_slack_up")).toBe(0);
    why = undefined;
    expect(await readyOf(url)).toMatchObject({ status: 200 });
    expect(await sample(url, "hatrack_slack_up")).toBe(1);
  });

  it("says relaxed durability, and what is weak, in every answer", async () => {
    const { health, url } = await start({
      ...env,
      REDIS_URL: "redis://127.0.0.1:1",
      REDIS_DURABILITY: "relaxed",
    });
    const findings = [{ message: 'appendfsync is "no"' }];
    const bus = new ToldBus(() => Promise.resolve(new Map()), findings);
    await health.serving({ bus });
    expect(await readyOf(url)).toMatchObject({
      status: 200,
      log: "redis",
      durability: "relaxed",
      findings: ['appendfsync is "no"'],
    });
    expect(await sample(url, "hatrack_durability_relaxed")).toBe(1);
  });

  it("is not healthy when a read loop hangs", async () => {
    const { health, url } = await start();
    health.pulse.add(hung("tier2", 61_000));
    await health.serving({ bus: await openBus(health) });
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ok: false, why: "tier2 has not moved for 61 s" });
    expect(await readyOf(url)).toMatchObject({ status: 503 });
  });

  it("answers GET alone, at its three addresses alone", async () => {
    const { url } = await start();
    expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}/`)).status).toBe(404);
  });

  it("ends with what to do when the port is taken, and refuses what is no port", async () => {
    const { url } = await start();
    const { port } = new URL(url);
    await expect(start({ HATRACK_METRICS_PORT: port })).rejects.toMatchObject({
      code: "metrics_unavailable",
    });
    for (const bad of ["x", "65536", "host:", ":9464x", "-1"]) {
      expect(() => readConfig({ HATRACK_METRICS_PORT: bad })).toThrow(
        /HATRACK_METRICS_PORT: expected a port/,
      );
      expect(() => withMetrics(readConfig({}), { metrics: bad })).toThrow(/--metrics .*expected a port/);
    }
    expect(readConfig({ HATRACK_METRICS_PORT: "[::1]:9464" }).metrics).toEqual({ host: "::1", port: 9464 });
    expect(readConfig({ HATRACK_METRICS_PORT: "9464" }).metrics).toEqual({ host: "127.0.0.1", port: 9464 });
    expect(readConfig({}).metrics).toBeUndefined();
  });
});

describe("diagnostics", () => {
  it("say on every line that is written in a handling of which case, by whom and in which trace", async () => {
    const written: unknown[] = [];
    const log = makeDiagnostics(readConfig({}), {
      readable: false,
      write: (line) => written.push(JSON.parse(line)),
    });
    const traced = { ...canary("a", "CASE-1"), traceparent: `00-${"4b".repeat(16)}-b7ad6b7169203331-01` };
    await withAtHand("tier2", traced, async () => {
      await Promise.resolve();
      log.info({ tool: "host_details" }, "asked");
    });
    log.info({}, "outside");
    const hand = { caseId: "CASE-1", role: "tier2", traceId: "4b".repeat(16) };
    expect(written[0]).toMatchObject({ ...hand, tool: "host_details", msg: "asked" });
    expect(written[1]).not.toHaveProperty("traceId");
  });
});

const Corpus = z.object({ valid: z.array(z.unknown()).min(1) });

function corpus(type: string): unknown {
  const file = join(import.meta.dirname, "../events/corpus", `${type}.json`);
  return Corpus.parse(JSON.parse(readFileSync(file, "utf8"))).valid[0];
}

function hung(group: string, stalledMs: number): Subscription {
  return {
    group,
    status: () => "running",
    stalledMs: () => stalledMs,
    ended: new Promise(() => undefined),
    close: () => Promise.resolve(),
  };
}

describe("systemd", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hatrack-systemd-"));
    const tool = join(folder, "systemd-notify");
    writeFileSync(tool, `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${join(folder, "told")}\n`);
    chmodSync(tool, 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const told = (): string[] => readFileSync(join(folder, "told"), "utf8").trim().split("\n");
  const managed = (pulse: Pulse): Systemd =>
    new Systemd({
      pulse,
      diagnostics,
      env: { PATH: `${folder}:/usr/bin:/bin`, NOTIFY_SOCKET: "/run/n", WATCHDOG_USEC: "90000000" },
    });

  it("hears READY once, WATCHDOG while the work gets on, and STOPPING", async () => {
    const systemd = managed(new Pulse());
    await systemd.ready();
    await systemd.feed();
    await systemd.stopping();
    systemd.close();
    expect(told()).toEqual([
      `/run/n READY=1 MAINPID=${process.pid}`,
      "/run/n WATCHDOG=1",
      "/run/n STOPPING=1",
    ]);
  });

  it("is not fed while a loop has stood still for half of the watchdog's time, and the diagnostics say which", async () => {
    const pulse = new Pulse();
    const systemd = managed(pulse);
    await systemd.ready();
    systemd.close();
    pulse.add(hung("tier2", 46_000));
    await systemd.feed();
    await systemd.feed();
    expect(told()).toHaveLength(1);
    expect(lines.filter((line) => line.includes("tier2 has not moved for 46 s"))).toHaveLength(1);
  });

  it("is told nothing where it does not wait", async () => {
    const systemd = new Systemd({ pulse: new Pulse(), diagnostics, env: { PATH: folder } });
    await systemd.ready();
    await systemd.stopping();
    systemd.close();
    expect(told).toThrow();
    expect(lines).toEqual([]);
  });
});
