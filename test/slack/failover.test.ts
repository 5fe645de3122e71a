import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { lanes } from "../../slack/ids.ts";
import { startWorkspace, type RunningWorkspace } from "../../slack/workspace/server.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { openBus } from "../bus/redis-help.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { requires } from "../require.ts";
import { alert, asked, said, triage } from "./given.ts";

const people: unknown = JSON.parse(
  readFileSync(new URL("../../fixtures/workspace.json", import.meta.url), "utf8"),
);
const Mark = z.looseObject({ kind: z.string(), case_id: z.string() });
const Marked = z.looseObject({ metadata: z.object({ event_payload: Mark }).optional() });
const State = z.object({
  channels: z.array(z.object({ messages: z.array(Marked.extend({ replies: z.array(Marked) })) })),
});
const cases = Array.from({ length: 12 }, (_, at) => `CASE-FA1QVER${String(at).padStart(3, "0")}`);
const sends = "slack: this process sends";

const isLong = process.env["HATRACK_LONG"] === "1";

describe.skipIf(!isLong || !requires("redis"))("of two processes that may send", () => {
  let redis: RedisServer;
  let workspace: RunningWorkspace;
  let bus: RedisBus;
  const processes: ChildProcess[] = [];

  beforeEach(async () => {
    redis = await RedisServer.start();
    workspace = await startWorkspace({ port: 0, file: ":memory:", directory: people });
    bus = await openBus(redis, Object.values(lanes));
  });
  afterEach(async () => {
    for (const child of processes.splice(0)) child.kill("SIGKILL");
    await bus.close();
    await workspace.close();
    await redis.stop();
  });

  /** Resolves when it stands; `heard` has what it said. */
  async function starts() {
    const child = fork(new URL("./sender-process.ts", import.meta.url), [redis.url, workspace.url], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    processes.push(child);
    const heard: string[] = [];
    child.on("message", (words) => heard.push(z.string().parse(words)));
    const says = async (words: string): Promise<void> => {
      while (!heard.includes(words)) await once(child, "message");
    };
    await says("stands");
    return { child, heard, says };
  }

  /** Until so many cases have their card on the log. */
  async function cards(count: number): Promise<void> {
    const done = new AbortController();
    const seen = new Set<string>();
    for await (const { event } of bus.follow({ types: ["message.posted"], signal: done.signal })) {
      if (isEvent(event, "message.posted") && event.data.kind === "gate") seen.add(event.subject);
      if (seen.size >= count) break;
    }
    done.abort();
  }

  async function standing(): Promise<string[]> {
    const headers = { "x-local-token": workspace.token };
    const state = State.parse(await (await fetch(`${workspace.url}/local/state`, { headers })).json());
    return state.channels
      .flatMap(({ messages }) => messages.flatMap((message) => [message, ...message.replies]))
      .flatMap(({ metadata }) => (metadata === undefined ? [] : [metadata.event_payload]))
      .filter(({ kind }) => ["root", "finding", "gate"].includes(kind))
      .map(({ kind, case_id: caseId }) => `${caseId} ${kind}`)
      .sort();
  }

  const isIdle = async (): Promise<boolean> =>
    (await bus.groups()).every(({ lag, pending }) => lag === 0 && pending === 0);

  it("the second sends once the first is killed in the middle of its work, and every message stands once", async () => {
    const first = await starts();
    const second = await starts();
    expect(first.heard).toContain(sends);
    await bus.publish(
      cases.flatMap((caseId) => {
        const at = { at: Date.now(), subject: caseId };
        return [
          said("alert.received", alert({ caseId, sourceId: caseId }), at),
          said("alert.triaged", triage(), { ...at, source: "/roles/sentinel" }),
          said("handoff.requested", asked(`of ${caseId}`), at),
        ];
      }),
    );
    await cards(3);
    expect(second.heard).not.toContain(sends);
    first.child.kill("SIGKILL");
    await second.says(sends);
    await cards(cases.length);
    await expect.poll(isIdle, { timeout: 20_000 }).toBe(true);
    const all = cases.flatMap((caseId) => ["finding", "gate", "root"].map((kind) => `${caseId} ${kind}`));
    expect(await standing()).toEqual(all);
  }, 60_000);
});
