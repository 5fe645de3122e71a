/**
 * Each trigger at each moment of a run, over real HTTP: the run ends in a valid answer, its tool calls whole, the change
 * is said once, the next call does not go to the dead leg, and the primary is back the moment it answers a probe.
 */
import { randomInt } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLoop } from "../../src/agent/loop.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { Change } from "../../src/models/failover/chain.ts";
import { FailoverChatModel } from "../../src/models/failover/failover-chat-model.ts";
import { probeByWord } from "../../src/models/failover/probe.ts";
import { openAiModel } from "../../vendors/openai.ts";
import { alertData, goodAnswer, lookups, marker, sleuth } from "../agent/scene.ts";
import { blackHole } from "./black-hole.ts";
import { FaultyServer, type Fault } from "./faulty-server.ts";
import { handTimers, type HandTimers } from "./hand-timers.ts";

let primary: FaultyServer;
let backup: FaultyServer;
let timers: HandTimers;
let changes: Change[];
let chat: FailoverChatModel;
/** Below those a system gives out: it is nobody else's while the primary is away. */
let port: number;
/** Until when a connection must be there, at the primary. */
let connectMs: number;
let closeHole: () => Promise<void>;

beforeEach(async () => {
  port = randomInt(10_000, 30_000);
  connectMs = 2_000;
  closeHole = () => Promise.resolve();
  primary = new FaultyServer({ answer: goodAnswer });
  backup = new FaultyServer({ answer: goodAnswer, thinks: "text" });
  timers = handTimers();
  changes = [];
  const leg = async (name: string, baseUrl: string) => {
    const shape = { calls: "tools", streams: true } as const;
    const rest = { firstByteMs: 400, idleMs: 400, maxBytes: 200_000 };
    const limits = {
      ...rest,
      get connectMs() {
        return name === "primary" ? connectMs : 2_000;
      },
    };
    const { chat } = await openAiModel({ baseUrl, model: "m-1", shape, limits });
    return { name, model: "m-1", chat, probe: (signal: AbortSignal) => probeByWord(chat, signal) };
  };
  const legs = [await leg("primary", await primary.start(port)), await leg("backup", await backup.start())];
  // That it answers at first is news only to a log that says otherwise.
  const onChange = (change: Change): void => {
    if (!("first" in change)) changes.push(change);
  };
  chat = new FailoverChatModel({ legs, timers, onChange });
});

afterEach(async () => {
  chat.chain.close();
  await closeHole();
  await Promise.all([primary.close(), backup.close()]);
});

async function run() {
  const box = lookups();
  const tools = box.tools.filter((tool) => ["host_details", "flaky"].includes(tool.name));
  const model = { chat, name: "m-1", leg: "primary" };
  const loop = createLoop(sleuth(), { model, tools, clock: systemClock, diagnostics: silent });
  const view = { alert: alertData() };
  const result = await loop.run({ view, marker, signal: new AbortController().signal });
  return { ...result, lookedUp: box.calls };
}

const moments = ["before", "between", "mid-stream"] as const;
type Moment = (typeof moments)[number];
/** Nobody where the server was, or somebody who takes no connection. */
type Absence = "refused" | "hole";
type Kind = Fault | Absence;
const said: Readonly<Record<Absence, string>> = { refused: "ECONNREFUSED", hole: "no connection within" };

/** Which fault can happen when; what cannot (a status once a stream has begun) is left out by name. */
const triggers: Readonly<Record<string, { readonly kind: Kind; readonly at: readonly Moment[] }>> = {
  "connection refused": { kind: "refused", at: ["before", "between"] },
  "no connection in time": { kind: "hole", at: ["before", "between"] },
  "connection reset": { kind: "reset", at: moments },
  "no first token, or no next": { kind: "silence", at: moments },
  "no end": { kind: "drip", at: moments },
  "HTTP 500": { kind: "500", at: moments },
  "HTTP 503": { kind: "503", at: ["before", "between"] },
  "HTTP 429, Retry-After 7 s": { kind: "429", at: ["before", "between"] },
  "HTTP 401, expired key": { kind: "401", at: ["before", "between"] },
  "HTTP 404, model not served": { kind: "404", at: ["before", "between"] },
  "garbage in the stream": { kind: "garbage", at: moments },
  "200 and nothing": { kind: "empty", at: ["before", "between"] },
  "200 and one thing for ever": { kind: "loop", at: ["before", "between"] },
  "200 and cut off": { kind: "cut", at: moments },
  "200 and megabytes": { kind: "huge", at: moments },
};
const rows = Object.entries(triggers).flatMap(([name, { kind, at }]) =>
  at.map((moment) => ({ name, kind, moment })),
);

/** Who answered, and the calls the dead leg got after it opened; "–": it cannot happen then, or is another trigger. */
const outcomes = new Map<string, Map<Moment, string>>();

function ended(name: string, moment: Moment, how: string): void {
  const of = outcomes.get(name) ?? new Map<Moment, string>();
  outcomes.set(name, of.set(moment, how));
}

afterAll(() => {
  const head = ["trigger", ...moments, "recovery"];
  const lines = Object.keys(triggers).map((name) => {
    const of = outcomes.get(name);
    return [name, ...moments.map((moment) => of?.get(moment) ?? "–"), "at the first probe it answered"];
  });
  const table = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const drawn = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  const what = "Who answered, and how many calls the dead leg got after it opened:";
  console.info(`\n${[what, ...drawn].join("\n")}\n`);
});

/** From now on, or from its next answer on. */
async function goWrong(kind: Kind, moment: Moment): Promise<void> {
  primary.good = moment === "before" ? 0 : 1;
  if (!isAbsence(kind)) {
    primary.fault = { kind, mid: moment === "mid-stream" };
    return;
  }
  const leave = async (): Promise<void> => {
    primary.leave();
    if (kind === "refused") return;
    connectMs = 400;
    closeHole = await blackHole(port);
  };
  if (moment === "before") await leave();
  else primary.atLast = leave;
}

async function goRight(kind: Kind): Promise<void> {
  primary.fault = undefined;
  await closeHole();
  if (isAbsence(kind)) await primary.start(port);
}

function isAbsence(kind: Kind): kind is Absence {
  return kind === "refused" || kind === "hole";
}

/** A probe is under way when its request is heard; its verdict is in when the chain says so. */
async function until(reached: () => boolean): Promise<void> {
  const tries = 50_000;
  for (let n = 0; n < tries && !reached(); n += 1) await new Promise((resolve) => setImmediate(resolve));
  if (!reached()) throw new Error(`not reached: ${reached.toString()}`);
}

describe("a leg that fails", () => {
  it.each(rows)("$moment: $name", async ({ name, kind, moment }) => {
    await goWrong(kind, moment);
    const heard = kind === "drip" ? [primary.heard()] : [];
    const running = run();
    if (kind === "drip") {
      await heard[0];
      if (moment !== "before") await primary.heard();
      // It is not idle, so only the limit of the whole answer ends it.
      timers.advance(120_000);
    }
    const first = await running;

    expect(first.outcome).toMatchObject({ kind: "valid", evidenceDropped: 0 });
    expect(first.steps).toMatchObject([{ step: 1, tool: "host_details", status: "ok" }]);
    expect(first.lookedUp).toEqual(["host_details FIN-WS-042"]);
    expect(first.tally.leg).toBe("backup");
    // What the backup was sent is a whole conversation: every call with its result, nobody's thoughts.
    const sent = backup.questions.at(-1)?.messages ?? [];
    const ids = sent.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id));
    expect(ids).toEqual(["call00001"]);
    expect(sent.flatMap(({ tool_call_id }) => tool_call_id ?? [])).toEqual(ids);
    expect(JSON.stringify(sent)).not.toContain("think");

    // One 5xx or one bad answer may be an accident: a second, or a probe, opens the leg.
    if (changes.length === 0) await run();
    await until(() => changes.length > 0);
    expect(changes).toMatchObject([{ type: "failed_over", leg: "primary", to: "backup" }]);
    if (isAbsence(kind)) expect(JSON.stringify(changes)).toContain(said[kind]);

    const before = primary.questions.length;
    const second = await run();
    expect([second.outcome.kind, second.tally.leg]).toEqual(["valid", "backup"]);
    expect(primary.questions).toHaveLength(before);

    await goRight(kind);
    timers.advance(kind === "429" ? 6_900 : 0);
    expect(changes).toHaveLength(1);
    timers.advance(["401", "404"].includes(kind) ? 15_000 : 1_000);
    await until(() => changes.length > 1);
    expect(changes.slice(1)).toMatchObject([{ type: "recovered", leg: "primary" }]);
    const third = await run();
    expect([third.outcome.kind, third.tally.leg]).toEqual(["valid", "primary"]);
    ended(name, moment, `backup, ${primary.questions.length - before - 2}`);
  });

  it("is not blamed for a request that is bad: 400 goes to whoever asked, and opens nothing", async () => {
    primary.fault = { kind: "400" };
    await expect(run()).rejects.toMatchObject({ code: "model_rejected", retryable: false });
    expect(changes).toEqual([]);
    expect(backup.asked).toEqual([]);
  });
});
