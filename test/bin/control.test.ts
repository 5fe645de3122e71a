import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { controlFile, ControlFile, startControl } from "../../bin/control.ts";
import { readControl } from "../../bin/control-client.ts";
import { main } from "../../bin/main.ts";
import { redactText } from "../../src/agent/redact.ts";
import { skip } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { silent } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { alertEvent } from "../agent/scene.ts";

let folder: string;
let bus: LocalBus;
let unready: string | undefined;
let control: Awaited<ReturnType<typeof startControl>>;
let token: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-control-"));
  const file = join(folder, "hatrack.db");
  bus = new LocalBus({ file, timings: { backoffMs: 1 }, clean: redactText });
  await bus.open(["sentinel"]);
  unready = undefined;
  control = await startControl({
    bus,
    dataDir: folder,
    diagnostics: silent,
    unready: () => Promise.resolve(unready),
  });
  token = ControlFile.parse(JSON.parse(readFileSync(controlFile(folder), "utf8"))).token;
});
afterEach(async () => {
  await control.close();
  await bus.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(`${control.url}${path}`, init);
  return { status: response.status, body: await response.json() };
}

function post(path: string, body: unknown, authorization = `Bearer ${token}`): Promise<Answered> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return ask(path, { method: "POST", headers: { authorization }, body: text });
}

function decision(surface = "terminal"): AnyEvent {
  return makeEvent({
    id: `d-${surface}`,
    source: "/frontends/terminal",
    type: "decision.submitted",
    subject: "CASE-0123456789",
    time: "2026-11-16T08:14:07.000Z",
    data: {
      decision: "authorise",
      proposalId: "p1",
      digest: "0".repeat(64),
      principal: { team: "T1", user: "U1" },
      surface,
    },
  });
}

async function types(): Promise<string[]> {
  const found: string[] = [];
  for await (const { event } of bus.read()) found.push(event.type);
  return found;
}

describe("the door of a running hatrack", () => {
  it("lies where its owner alone can read it, and is gone with it", async () => {
    expect(statSync(controlFile(folder)).mode & 0o777).toBe(0o600);
    expect(control.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(await readControl(folder)).toMatchObject({ url: control.url, pid: process.pid });
    await control.close();
    expect(await readControl(folder)).toBeUndefined();
  });

  it("says without a token whether it lives and whether it serves", async () => {
    expect(await ask("/healthz")).toMatchObject({ status: 200, body: { ok: true } });
    expect(await ask("/readyz")).toEqual({ status: 200, body: { ready: true } });
    unready = "the lane slack-gate is paused";
    expect(await ask("/readyz")).toEqual({ status: 503, body: { ready: false, why: unready } });
  });

  it("takes a terminal's decision, once", async () => {
    const first = await post("/decisions", decision());
    expect(first).toMatchObject({ status: 200, body: { partition: 0 } });
    expect(await post("/decisions", decision())).toEqual(first);
    expect(await types()).toEqual(["decision.submitted"]);
  });

  it.each(["Bearer wrong", "Bearer ", "", "Basic x"])("takes nothing with %j for a token", async (header) => {
    expect((await post("/decisions", decision(), header)).status).toBe(401);
    expect((await post("/dead/discard", { group: "sentinel", position: "1-0" }, header)).status).toBe(401);
    expect(await types()).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ["a decision of another surface", decision("slack"), /decision\.submitted of the terminal/],
    ["any other event", alertEvent(), /decision\.submitted of the terminal, got alert\.received/],
    ["what is no event", { hello: 1 }, /specversion|envelope/],
    ["what is no JSON", "{", /expected JSON/],
  ])("refuses %s", async (_, body, why) => {
    const { status, body: said } = await post("/decisions", body);
    expect(status).toBe(400);
    expect(JSON.stringify(said)).toMatch(why);
    expect(await types()).toEqual([]);
  });

  it("refuses a body that is too large", async () => {
    expect((await post("/decisions", "x".repeat(300 * 1024))).status).toBe(413);
  });

  it.each(["/", "/decisions", "/constructor", "/dead/bury"])("has nothing else at GET %s", async (path) => {
    expect((await ask(path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404);
  });

  it("does not count when another process has been given its port", async () => {
    const stale = { ...ControlFile.parse(JSON.parse(readFileSync(controlFile(folder), "utf8"))), pid: 1 };
    writeFileSync(controlFile(folder), JSON.stringify(stale));
    expect(await readControl(folder)).toBeUndefined();
    writeFileSync(controlFile(folder), "{ half a fi");
    expect(await readControl(folder)).toBeUndefined();
  });
});

describe("hatrack dead, while another process holds the log", () => {
  const said: string[] = [];
  const secret = "glpat-" + "a1B2c3D4e5F6g7H8i9J0";
  const hatrack = async (...argv: string[]): Promise<[number, string]> => {
    said.length = 0;
    const print = (line: string): void => void said.push(line);
    const code = await main(argv, { env: { HATRACK_DIR: folder }, print, complain: print });
    return [code, said.join("\n")];
  };

  /** An alert that sentinel fails on until `mended`; resolves once it is dead. */
  async function bury(): Promise<{ position: string; mend: () => void; handled: Promise<unknown> }> {
    let broken = true;
    const done = Promise.withResolvers<undefined>();
    bus.subscribe(
      "sentinel",
      ["alert.received"],
      () => {
        if (broken) throw new HatrackError("no_luck", `the handler had none, with ${secret}`);
        done.resolve(undefined);
        return skip("mended");
      },
      { source: "/roles/sentinel" },
    );
    const [stored] = await bus.publish([alertEvent()]);
    for await (const { event } of bus.follow({ signal: AbortSignal.timeout(20_000) })) {
      if (event.type === "entry.dead") break;
    }
    const mend = (): void => {
      broken = false;
    };
    return { position: stored?.position ?? "", mend, handled: done.promise };
  }

  it("lists, shows and redrives: the group handles it again", async () => {
    const { position, mend, handled } = await bury();
    const [, listed] = await hatrack("dead", "list", "--json");
    expect(JSON.parse(listed)).toMatchObject([{ group: "sentinel", position, reason: "threw" }]);
    const [, shown] = await hatrack("dead", "show", "sentinel", position);
    expect(shown).toContain("the handler had none");
    const dead = z.object({ stack: z.string(), firstAt: z.iso.datetime(), lastAt: z.iso.datetime() });
    expect(dead.parse(JSON.parse(shown)).stack).toMatch(
      /^HatrackError: the handler had none.*\n\s+at .*control\.test\.ts/,
    );
    const log: unknown[] = [];
    for await (const { event } of bus.read()) log.push(event);
    expect(shown + JSON.stringify(log)).not.toContain(secret);
    mend();
    expect(await hatrack("dead", "redrive", "sentinel", position)).toEqual([
      0,
      `sentinel will handle ${position} again.`,
    ]);
    await handled;
    expect(await hatrack("dead", "list")).toEqual([0, "No dead letters."]);
  });

  it("discards, once", async () => {
    const { position } = await bury();
    const [code, text] = await hatrack("dead", "discard", "sentinel", position, "--json");
    expect([code, JSON.parse(text)]).toEqual([0, { group: "sentinel", position, settled: "discard" }]);
    const [again, why] = await hatrack("dead", "discard", "sentinel", position);
    expect(again).toBe(1);
    expect(why).toContain(`sentinel has no dead letter at ${position}`);
  });
});
