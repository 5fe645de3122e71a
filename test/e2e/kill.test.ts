import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { People, type Message } from "./people.ts";
import { root, startHatrack, startWorkspaceProcess, type Hatrack, type Workspace } from "./processes.ts";

let folder: string;
let workspace: Workspace;
let people: People;
let hatrack: Hatrack | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hatrack-kill-"));
  const alerts = await readFile(join(root, "fixtures/alerts.jsonl"), "utf8");
  await writeFile(join(folder, "alerts.jsonl"), `${alerts.split("\n")[0] ?? ""}\n`);
  workspace = await startWorkspaceProcess(folder);
  people = new People(workspace.url, workspace.token);
});

afterEach(async () => {
  await hatrack?.kill9();
  hatrack = undefined;
  await workspace.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const source = ["--alerts", `file:${join(folder, "alerts.jsonl")}`, "--speed", "max"];
  hatrack = await startHatrack([...source, "--data", folder, "--workspace", workspace.url]);
}

/** Every event that is on the log now, or once the predicate holds. */
async function events(until: (log: readonly StoredEvent[]) => boolean, seconds = 90): Promise<StoredEvent[]> {
  const reader = new LocalBus({ file: join(folder, "hatrack.db"), readOnly: true });
  await reader.open([]);
  const log: StoredEvent[] = [];
  try {
    for await (const stored of reader.follow({ signal: AbortSignal.timeout(seconds * 1000) })) {
      log.push(stored);
      if (until(log)) return log;
    }
    throw new Error(`the log stood still at ${log.map(({ event }) => event.type).join(", ")}`);
  } finally {
    await reader.close();
  }
}

/** Three proposals asked and their card seen, four findings and the root posted, and intel in. */
function caseIsDone(log: readonly StoredEvent[]): boolean {
  const types = log.map(({ event }) => event.type);
  const count = (type: string): number => types.filter((t) => t === type).length;
  const asked = count("handoff.requested");
  return (
    asked > 0 &&
    asked === count("action.proposed") &&
    count("handoff.opened") === asked &&
    count("intel.reported") === 1
  );
}

/** What a message stands for: the same key twice is a message posted twice. */
function key({ channel, metadata, text }: Message): string {
  const { event_id: id = text, kind = "" } = metadata?.event_payload ?? {};
  return `${channel} ${kind} ${id}`;
}

/** Ids, outputs by cause and messages: each exactly once. */
async function expectEachOnce(log: readonly StoredEvent[]): Promise<void> {
  const ids = log.map(({ event }) => event.id);
  expect(new Set(ids).size).toBe(ids.length);
  const said = log.flatMap(({ event }) =>
    isEvent(event, "alert.triaged", "case.investigated", "response.planned", "intel.reported")
      ? [event.type]
      : [],
  );
  expect(said.sort()).toEqual(["alert.triaged", "case.investigated", "intel.reported", "response.planned"]);
  expect(log.filter(({ event }) => event.type === "entry.dead")).toEqual([]);
  const posted = (await people.messages()).map(key);
  expect([...posted].sort()).toEqual([...new Set(posted)].sort());
}

async function settled(): Promise<StoredEvent[]> {
  await start();
  const log = await events(caseIsDone);
  // The last findings follow the last events by a moment: wait for each role's reply.
  for (const event of log.map((stored) => stored.event)) {
    if (!isEvent(event, "alert.triaged", "case.investigated", "response.planned", "intel.reported")) continue;
    await people.until(
      `the finding of ${event.type}`,
      (m) => m.metadata?.event_payload.event_id === event.id,
    );
  }
  await hatrack?.stop();
  return events((all) => all.length >= log.length);
}

describe("kill -9", () => {
  it(
    "after the k-th event, for every k of a case: each event once, each message once",
    { timeout: 600_000 },
    async () => {
      await start();
      const whole = await events(caseIsDone);
      await hatrack?.kill9();
      // Three kills a run, so that no entry is suspected of killing its process; every k in one run or another.
      const stride = Math.ceil(whole.length / 3);
      for (let first = 1; first <= stride; first += 1) {
        await rm(join(folder, "hatrack.db"), { force: true });
        await Promise.all(
          ["hatrack.db-wal", "hatrack.db-shm"].map((f) => rm(join(folder, f), { force: true })),
        );
        await workspace.close();
        await rm(join(folder, "workspace.db"), { force: true });
        await Promise.all(
          ["workspace.db-wal", "workspace.db-shm"].map((f) => rm(join(folder, f), { force: true })),
        );
        workspace = await startWorkspaceProcess(folder);
        people = new People(workspace.url, workspace.token);
        for (let k = first; k <= whole.length; k += stride) {
          await start();
          await events((log) => log.length >= k);
          await hatrack?.kill9();
        }
        await expectEachOnce(await settled());
      }
    },
  );

  it(
    "between Slack's answer and the commit, for every message: each message once",
    { timeout: 300_000 },
    async () => {
      const seen = new Set<string>();
      await people.post("chaos", { delay_ms: 1_500 });
      for (let kills = 0; kills < 12; kills += 1) {
        await start();
        const fresh = (m: Message): boolean => m.metadata !== undefined && !seen.has(`${m.channel} ${m.ts}`);
        const posted = await people.until("the next message", fresh, 10).catch(() => undefined);
        await hatrack?.kill9();
        if (posted === undefined) break;
        for (const m of await people.messages()) seen.add(`${m.channel} ${m.ts}`);
      }
      expect(seen.size).toBeGreaterThan(4);
      await people.post("chaos", { delay_ms: 0 });
      await expectEachOnce(await settled());
    },
  );
});
