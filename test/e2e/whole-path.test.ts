import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Bus } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { requires } from "../require.ts";
import { drawn, hasButton, People, type Message } from "./people.ts";
import { root, startHatrack, type Hatrack } from "./processes.ts";

const isCard = (message: Message): boolean =>
  message.metadata?.event_payload.kind === "gate" && hasButton(message, "gate.authorise");

/** What a case must have said once it is done, in log order of first appearance. */
const story = [
  "alert.received",
  "alert.triaged",
  "case.escalated",
  "case.investigated",
  "response.planned",
  "action.proposed",
  "handoff.requested",
  "decision.submitted",
  "decision.refused",
  "approval.recorded",
  "action.decided",
  "action.executed",
];

let folder: string;
let hatrack: Hatrack | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hatrack-path-"));
  // The first sample: phishing to encoded PowerShell on one workstation.
  const alerts = await readFile(join(root, "fixtures/alerts.jsonl"), "utf8");
  await writeFile(join(folder, "alerts.jsonl"), `${alerts.split("\n")[0] ?? ""}\n`);
});

afterEach(async () => {
  await hatrack?.stop();
  hatrack = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}, ...args: string[]): Promise<People> {
  const source = ["--alerts", `file:${join(folder, "alerts.jsonl")}`, "--data", folder, "--speed", "max"];
  hatrack = await startHatrack([...source, ...args], env);
  return new People(hatrack.ready);
}

/** A guest is refused and told who can answer; Mia, who is on call, authorises and marks it done. */
async function workTheCase(people: People): Promise<Message> {
  const card = await people.until("a gate card", (m) => isCard(m) && drawn(m).includes("Isolate host"));
  expect(drawn(card)).toContain("Action required from: IR Lead On-Call");

  const guest = await people.click("U0KAI", card, "gate.authorise");
  const refused = guest.view == null ? guest : await people.submit("U0KAI", guest);
  const told = JSON.stringify([refused.ephemerals, guest.ephemerals]);
  expect(told).toContain("IR Lead On-Call");

  const opened = await people.click("U0MIA", card, "gate.authorise");
  expect(opened.view?.id, JSON.stringify(opened)).toBeDefined();
  await people.submit("U0MIA", opened);
  const authorised = await people.until("not done", (m) => m.ts === card.ts && drawn(m).includes("not done"));
  expect(hasButton(authorised, "gate.authorise")).toBe(false);

  await people.click("U0MIA", authorised, "gate.mark_done");
  return people.until("done", (m) => m.ts === card.ts && !hasButton(m, "gate.mark_done"));
}

async function typesOf(bus: Bus): Promise<string[]> {
  await bus.open([]);
  const types: string[] = [];
  const ids: string[] = [];
  let people: string[] = [];
  for await (const { event } of bus.read()) {
    ids.push(event.id);
    if (!types.includes(event.type)) types.push(event.type);
    if (isEvent(event, "action.decided") && event.data.outcome === "authorised") {
      people = event.data.by.map(({ user }) => user);
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(people).toEqual(["U0MIA"]);
  return types;
}

describe("the whole path, from a Falcon alert to a decided case", () => {
  it("on the local bus, and its threads survive a restart", { timeout: 120_000 }, async () => {
    const people = await start();
    const done = await workTheCase(people);
    const before = (await people.messages()).map(({ ts }) => ts).sort();
    expect(await hatrack?.stop()).toBe(0);

    const reader = new LocalBus({ file: join(folder, "hatrack.db"), readOnly: true });
    expect((await typesOf(reader)).filter((type) => story.includes(type))).toEqual(story);
    await reader.close();

    const again = await start();
    const pending = await again.command("U0MIA", "pending");
    expect(pending.ok).toBe(true);
    expect((await again.messages()).map(({ ts }) => ts).sort()).toEqual(before);
    expect((await again.messages()).find(({ ts }) => ts === done.ts)?.text).toBe(done.text);
  });

  it("in a terminal: hatrack gate decide asks the running SOC", { timeout: 120_000 }, async () => {
    const people = await start();
    await people.until("a gate card", (m) => isCard(m) && drawn(m).includes("Isolate host"));
    const cli = (...args: string[]): Promise<{ stdout: string }> =>
      promisify(execFile)(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", join(root, "bin/hatrack.ts"), ...args],
        { env: { ...process.env, HATRACK_DIR: folder } },
      );
    const Rows = z.array(z.object({ proposalId: z.string(), verb: z.string() }));
    const rows = Rows.parse(JSON.parse((await cli("gate", "list", "--json")).stdout));
    const id = rows.find(({ verb }) => verb === "isolate_host")?.proposalId ?? "none";
    const stranger = cli("gate", "decide", id, "--as", "T0NORTHWIND/U0KAI", "--authorise");
    const Failed = z.object({ code: z.literal(1), stdout: z.string() });
    const refused = Failed.parse(await stranger.catch((error: unknown) => error));
    expect(refused.stdout).toContain("IR Lead On-Call");
    const { stdout } = await cli("gate", "decide", id, "--as", "T0NORTHWIND/U0PRIYA", "--authorise");
    expect(stdout).toContain("action.decided");
    await people.until("the card follows", (m) => drawn(m).includes("not done"));
  });
});

describe.skipIf(!requires("redis"))("the whole path on Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  it("says the same events in the same order", { timeout: 120_000 }, async () => {
    const people = await start({ REDIS_URL: redis.url }, "--local-workspace");
    await workTheCase(people);
    const bus = new RedisBus({ url: redis.url });
    expect((await typesOf(bus)).filter((type) => story.includes(type))).toEqual(story);
    await bus.close();
  });

  it("refuses the local workspace on Redis unless it is asked for by name", async () => {
    await expect(start({ REDIS_URL: redis.url })).rejects.toThrow("ended with 1");
  });
});
