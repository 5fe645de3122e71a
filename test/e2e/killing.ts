/** A SOC in processes that die: one alert, its log, its workspace. Importing it gives each test a fresh one. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { People, type Message } from "./people.ts";
import { root, startHatrack, startWorkspaceProcess, type Hatrack, type Workspace } from "./processes.ts";

let folder: string;
let workspace: Workspace;
let hatrack: Hatrack | undefined;
export let people: People;

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

export async function start(): Promise<void> {
  const source = ["--alerts", `file:${join(folder, "alerts.jsonl")}`, "--speed", "max"];
  hatrack = await startHatrack([...source, "--data", folder, "--workspace", workspace.url]);
}

/** Every event that is on the log now, or once the predicate holds. */
export async function events(
  until: (log: readonly StoredEvent[]) => boolean,
  seconds = 90,
): Promise<StoredEvent[]> {
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
export function caseIsDone(log: readonly StoredEvent[]): boolean {
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
export async function expectEachOnce(log: readonly StoredEvent[]): Promise<void> {
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

export async function settled(): Promise<StoredEvent[]> {
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

export async function kill9(): Promise<void> {
  await hatrack?.kill9();
}

/** An empty log and an empty workspace, with the alert still to come. */
export async function anew(): Promise<void> {
  const gone = (name: string): Promise<void> => rm(join(folder, name), { force: true });
  await Promise.all(["hatrack.db", "hatrack.db-wal", "hatrack.db-shm"].map(gone));
  await workspace.close();
  await Promise.all(["workspace.db", "workspace.db-wal", "workspace.db-shm"].map(gone));
  workspace = await startWorkspaceProcess(folder);
  people = new People(workspace.url, workspace.token);
}
