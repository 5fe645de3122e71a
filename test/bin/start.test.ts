import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { sign } from "../../vendors/webhook-signature.ts";
import { drawn, hasButton, People, type Message } from "../e2e/people.ts";
import { startWorkspace } from "../../slack/workspace/server.ts";
import { fixtureJson, fixtureText } from "../fixtures/read.ts";
import { dataPath, requires } from "../require.ts";
import { hatrack, Start, type CliOptions } from "./cli.ts";
import { startModelServer } from "./model-server.ts";

const [first = "", second = ""] = fixtureText("alerts.jsonl").split("\n");
const secret = "sixteen letters or more";

let folder: string;
let running: Start | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-start-"));
});
afterEach(async () => {
  await running?.stop("SIGKILL");
  running = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], options: CliOptions = {}): Start {
  running = new Start(["--data", folder, "--speed", "max", ...args], options);
  return running;
}

/** `--alerts` with a file of these lines. */
function alertsOf(...lines: readonly string[]): readonly [string, string] {
  const file = join(folder, "alerts.jsonl");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  return ["--alerts", `file:${file}`];
}

const isCard = (message: Message): boolean =>
  message.metadata?.event_payload.kind === "gate" && hasButton(message, "gate.authorise");
const isRoot = (message: Message): boolean => message.metadata?.event_payload.kind === "root";

/** The log so far, followed until it holds what is wanted. */
async function logUntil(done: (log: readonly StoredEvent[]) => boolean): Promise<StoredEvent[]> {
  const reader = new LocalBus({ file: join(folder, "hatrack.db"), readOnly: true });
  await reader.open([]);
  const log: StoredEvent[] = [];
  try {
    for await (const stored of reader.follow({ signal: AbortSignal.timeout(60_000) })) {
      log.push(stored);
      if (done(log)) return log;
    }
    throw new Error(`the log stood still at ${log.map(({ event }) => event.type).join(", ")}`);
  } finally {
    await reader.close();
  }
}

describe("hatrack start", { timeout: 120_000 }, () => {
  it("says ready, drains on SIGTERM and ends with 0; nothing but the ready line on stdout", async () => {
    const soc = start(alertsOf());
    expect(await soc.ready()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{16,}$/);
    const { code, stdout, stderr } = await soc.stop();
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(1);
    for (const line of stderr.split("\n").filter(Boolean)) JSON.parse(line);
  });

  it("ends with 0 on Ctrl-C, in the middle of its work", async () => {
    const soc = start(["--alerts", "sample"]);
    await soc.ready();
    await logUntil((log) => log.length > 20);
    expect((await soc.stop("SIGINT")).code).toBe(0);
  });

  it("is told that its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = z.object({ port: z.number() }).parse(other.address());
    const { code, stderr } = await start([...alertsOf(), "--port", String(port)]).ended();
    expect(stderr).toMatch(new RegExp(`cannot serve on port ${port} .*EADDRINUSE.*--port N takes another`));
    expect(code).toBe(1);
    other.close();
  });

  it("refuses a second start on the same folder, and names the first", async () => {
    const soc = start(alertsOf());
    await soc.ready();
    const { code, stdout, stderr } = await hatrack(["start", "--no-open", "--data", folder]);
    expect(stderr).toContain(`hatrack start runs here already (process ${soc.child.pid ?? 0})`);
    expect(stderr).toContain("--data DIR");
    expect(stdout).toBe("");
    expect(code).toBe(1);
    expect((await soc.stop()).code).toBe(0);
  });

  it("says in its first line of trouble that the alert file is not there, and stays up", async () => {
    const soc = start(["--alerts", "file:/nonexistent/alerts.jsonl"]);
    const page = await soc.ready();
    const line = await soc.line(soc.errors, /\/nonexistent\/alerts\.jsonl/);
    expect(line).toBe(soc.errors.find((text) => !text.includes('"level":30')));
    expect(line).toMatch(/no more alerts come in: .*ENOENT.*start again/);
    const { ok } = await new People(page).command("U0MIA", "pending");
    expect(ok).toBe(true);
    expect((await soc.stop()).code).toBe(0);
  });

  it("takes signed alerts by webhook to a case, and nothing unsigned", async () => {
    const soc = start(["--alerts", "webhook:0"], { env: { WEBHOOK_SECRET: secret } });
    const people = new People(await soc.ready());
    const line = await soc.line(soc.errors, /alerts are taken at/);
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(line));
    const post = async (body: string, key = secret): Promise<[number, unknown]> => {
      const signature = sign(key, Math.floor(Date.now() / 1000), body);
      const headers = { "x-hatrack-signature": signature };
      const response = await fetch(url, { method: "POST", headers, body });
      return [response.status, await response.json()];
    };

    const [refused] = await post(first, "another secret altogether");
    expect(refused).toBe(401);
    const [half, told] = await post(`${first}\n{"broken": `);
    expect(half).toBe(400);
    expect(told).toMatchObject({ accepted: [{ line: 1 }], rejected: [{ line: 2 }] });
    expect(await post(first)).toMatchObject([202, { rejected: [] }]);

    await people.until("the case's card", isCard);
    const log = await logUntil((all) => all.some(({ event }) => event.type === "alert.rejected"));
    expect(log.filter(({ event }) => event.type === "alert.received")).toHaveLength(1);
    expect((await soc.stop()).code).toBe(0);
    expect(soc.errors.join("\n")).not.toContain(secret);
  });

  it("takes alerts from stdin; a broken line is on the log with its number", async () => {
    const soc = start(["--alerts", "-"]);
    soc.child.stdin?.end(`${first}\nnot an alert\n${second}\n`);
    await soc.ready();
    const log = await logUntil(
      (all) => all.filter(({ event }) => event.type === "alert.received").length === 2,
    );
    const rejected = log.flatMap(({ event }) => (isEvent(event, "alert.rejected") ? [event.data.line] : []));
    expect(rejected).toEqual([2]);
    expect((await soc.stop()).code).toBe(0);
  });

  it("connects again when its workspace was away, and nothing dies of it", async () => {
    const directory = fixtureJson("workspace.json");
    const place = { file: join(folder, "workspace.db"), directory, token: "the same token" };
    const before = await startWorkspace({ ...place, port: 0 });
    const soc = start([...alertsOf(), "--workspace", before.url]);
    await soc.ready();
    await before.close();
    await soc.line(soc.errors, /http request failed/);
    const after = await startWorkspace({ ...place, port: Number(new URL(before.url).port) });
    const people = new People(after.url, after.token);
    const help = async (): Promise<boolean> => {
      const { ephemerals } = await people.command("U0MIA", "help");
      return ephemerals.some(({ text }) => text.includes("/soc"));
    };
    while (!(await help())) expect(soc.child.exitCode).toBeNull();
    await after.close();
    expect((await soc.stop()).code).toBe(0);
  });

  it.skipIf(!requires("data"))("works the real Falcon alerts to case threads", async () => {
    const file = dataPath("elastic-integrations-crowdstrike", "alerts_v2_resources.jsonl");
    const soc = start(["--alerts", `file:${file}`]);
    const people = new People(await soc.ready());
    await soc.line(soc.errors, /all alerts of the source are on the log/);
    const types = new Set(["role.worked", "role.failed"]);
    const woken = new Set(["alert.received", "case.escalated", "response.planned"]);
    const log = await logUntil((all) => {
      const runs = all.filter(({ event }) => types.has(event.type)).length;
      return runs > 0 && runs === all.filter(({ event }) => woken.has(event.type)).length;
    });
    const cases = log
      .filter(({ event }) => event.type === "alert.received")
      .map(({ event }) => event.subject);
    expect(cases.length).toBeGreaterThan(5);
    const bad = ["alert.rejected", "role.failed", "entry.dead"];
    expect(log.filter(({ event }) => bad.includes(event.type))).toEqual([]);
    const posted = log
      .filter(({ event }) => event.type === "action.proposed")
      .map(({ event }) => event.subject);
    for (const caseId of new Set(posted)) {
      await people.until(caseId, (message) => isRoot(message) && drawn(message).includes(caseId));
    }
    expect(posted.length).toBeGreaterThan(0);
    expect((await soc.stop()).code).toBe(0);
  });

  it("waits for a model server that is down, and claims nothing; goes on when it is back", async () => {
    const gone = await startModelServer();
    await gone.close();
    const env = { LLM_BASE_URL: gone.baseUrl, LLM_MODEL: "rules-1" };
    const soc = start(alertsOf(first), { env });
    const people = new People(await soc.ready());
    expect(await soc.line(soc.errors, /paused/)).toMatch(/sentinel.*rules-1.*is down/);
    expect(drawn(await people.until("the notice", () => true))).toContain("No model answers");
    expect(await people.messages()).toHaveLength(1);
    const seen = ["alert.received", "message.posted", "model.unavailable"];
    const waiting = await logUntil((all) => all.length >= seen.length);
    expect(waiting.map(({ event }) => event.type).sort()).toEqual(seen);

    const back = await startModelServer({ port: gone.port });
    const card = await people.until("the case's card", isCard);
    expect(drawn(card)).toContain("Action required from");
    expect(drawn(await people.until("the case's root", isRoot))).not.toContain("played by rules");
    const log = await logUntil((all) => all.some(({ event }) => event.type === "intel.reported"));
    const ran = log.flatMap(({ event }) => (isEvent(event, "role.worked") ? [event.data.model] : []));
    expect(new Set(ran)).toEqual(new Set(["rules-1"]));
    const bad = ["role.failed", "entry.dead"];
    expect(log.filter(({ event }) => bad.includes(event.type))).toEqual([]);
    const ofModels = log.map(({ event }) => event.type).filter((type) => type.startsWith("model."));
    expect(ofModels).toEqual(["model.unavailable", "model.recovered"]);
    expect((await soc.stop()).code).toBe(0);
    await back.close();
  });
});
