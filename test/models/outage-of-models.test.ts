/** The day it went quiet (lesson 10), on a real log: what happens to the work while no model answers. */
import { afterEach, describe, expect, it } from "vitest";
import type { Role } from "../../src/agent/role.ts";
import { handlerOf } from "../../src/agent/runner.ts";
import type { Position, ReadOptions, StoredEvent } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { CannedModel, type CannedAnswer, type CannedTurn } from "../../src/models/canned-model.ts";
import { Announcer } from "../../src/models/failover/announce.ts";
import { FailoverChatModel } from "../../src/models/failover/failover-chat-model.ts";
import { roleModels } from "../../src/models/failover/role-models.ts";
import { TokenBudgets } from "../../src/models/token-budget.ts";
import { RoleTeam } from "../../src/team.ts";
import { alertData, goodAnswer, sleuth } from "../agent/scene.ts";
import { handTimers, type HandTimers } from "./hand-timers.ts";

type Play = (turn: CannedTurn) => CannedAnswer;
const down: Play = () => ({ throws: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) });
/** 200, and nothing in it, whatever it is asked. */
const quiet: Play = () => ({ text: "" });
/** 200, and the shape of an answer with nothing in it. */
const hollow: Play = ({ tools }) => ({ calls: [{ tool: tools.at(-1) ?? "", arguments: {} }] });
const well: Play = ({ tools }) => ({
  calls: [
    tools.includes("echo")
      ? { tool: "echo", arguments: { word: "ready" } }
      : { tool: "submit", arguments: { ...goodAnswer } },
  ],
  tokens: { input: 400, output: 100 },
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Scene {
  readonly plays: Play[];
  readonly clock: ReturnType<typeof manualClock>;
  readonly timers: HandTimers;
  readonly bus: LocalBus;
  /** An hour passes: probes are sent, breakers turn. */
  readonly pass: (ms: number) => Promise<void>;
  /** Types of all events but the alerts. */
  readonly said: () => Promise<string[]>;
  readonly reached: (types: readonly string[]) => Promise<void>;
}

async function soc(first: readonly Play[], alerts: number, tokensADay?: number): Promise<Scene> {
  const began = Date.parse("2026-11-16T08:00:00Z");
  const clock = manualClock(began);
  const timers = handTimers(began);
  const bus = new LocalBus({ clock });
  const plays = [...first];
  const announcer = new Announcer({ bus, clock, diagnostics: silent });
  const legs = plays.map((_, at) => ({
    ...{ name: `leg-${at}`, model: `model-${at}` },
    chat: new CannedModel({ role: `leg-${at}`, script: (turn) => plays[at]?.(turn) ?? {} }),
  }));
  const chat = new FailoverChatModel({ legs, timers, onChange: announcer.say });
  const budgets =
    tokensADay === undefined
      ? {}
      : { budgets: new TokenBudgets(new Map([["sleuth", tokensADay]]), { bus, clock }) };
  const hat = sleuth({ tools: [] });
  const { name, title, says, on } = hat;
  const start: Role["start"] = (deps) =>
    deps.bus.subscribe(name, on, handlerOf(hat, deps), { source: `/roles/${name}` });
  const role: Role = { name, title, says, on, start };
  const team = new RoleTeam({
    bus,
    roles: [role],
    model: roleModels(chat, budgets),
    clock,
    diagnostics: silent,
  });
  closers.push(
    () => bus.close(),
    () => announcer.close(),
    () => team.stop(),
    () => {
      chat.chain.close();
      return Promise.resolve();
    },
  );
  await team.start();
  await bus.publish(
    Array.from({ length: alerts }, (_, n) => {
      const data = alertData({ sourceId: `a:${n}`, severity: "medium" });
      const caseId = caseIdOf(data);
      const time = new Date(began).toISOString();
      return makeEvent({
        id: `a${n}`,
        source: "/t",
        type: "alert.received",
        subject: caseId,
        time,
        data: { ...data, caseId },
      });
    }),
  );
  const said = async (): Promise<string[]> => {
    await announcer.idle();
    const types: string[] = [];
    for await (const { event } of bus.read()) if (event.type !== "alert.received") types.push(event.type);
    return types;
  };
  const scene: Scene = {
    ...{ plays, clock, timers, bus, said },
    pass: async (ms) => {
      for (let left = ms; left > 0; left -= 30_000) {
        clock.advance(Math.min(left, 30_000));
        timers.advance(Math.min(left, 30_000));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    reached: async (types) => {
      const count = (all: readonly string[], type: string): number =>
        all.filter((each) => each === type).length;
      for (;;) {
        const now = await said();
        if (types.every((type) => count(now, type) >= count(types, type))) return;
        timers.advance(1_000);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
  return scene;
}

const five = Array.from({ length: 5 }, () => "role.worked");

describe("the day it went quiet", () => {
  it.each([
    ["nothing at all", quiet],
    ["the empty shape of an answer", hollow],
  ])(
    "the primary is dead and the backup answers 200 with %s: nothing is closed, all is worked later",
    async (_, play) => {
      const { plays, said, reached, pass } = await soc([down, play], 5);
      await reached(["model.unavailable"]);
      await pass(10 * 60_000);
      expect(await said()).toEqual(["model.failed_over", "model.unavailable"]);
      plays[0] = well;
      await reached(five);
      const all = await said();
      expect(all.filter((type) => type.startsWith("model."))).toEqual([
        ...["model.failed_over", "model.unavailable", "model.recovered"],
      ]);
      expect(all.filter((type) => ["role.failed", "entry.dead"].includes(type))).toEqual([]);
      expect(all.filter((type) => type === "case.escalated")).toHaveLength(5);
    },
  );

  it("an hour without any model dead-letters nothing, and everything is worked when one is back", async () => {
    const { plays, said, reached, pass, bus } = await soc([down, down], 5);
    await reached(["model.unavailable"]);
    await pass(60 * 60_000);
    expect(await said()).toEqual(["model.failed_over", "model.unavailable"]);
    expect(await bus.dead.list()).toEqual([]);
    plays[0] = well;
    await reached([...five, "model.recovered"]);
    expect((await said()).filter((type) => type === "role.failed")).toEqual([]);
    expect(await bus.dead.list()).toEqual([]);
  });

  it("a case whose own time has passed goes to a person, and says why", async () => {
    const { reached, pass, bus } = await soc([down, down], 1);
    await reached(["model.unavailable"]);
    await pass(12 * 60 * 60_000);
    await reached(["role.failed"]);
    const failed: object[] = [];
    for await (const { event } of bus.read({ types: ["role.failed"] })) failed.push(event);
    expect(failed).toMatchObject([
      { data: { reason: "model_unavailable", detail: expect.stringContaining("720 minutes") as unknown } },
    ]);
  });
});

describe("a change of model", () => {
  it("is looked up among what came since the last: a log of years is read once", async () => {
    const clock = manualClock(Date.parse("2026-11-16T08:00:00Z"));
    const bus = new LocalBus({ clock });
    await bus.open([]);
    closers.push(() => bus.close());
    const from: (Position | undefined)[] = [];
    const read = (options: ReadOptions = {}): AsyncIterable<StoredEvent> => {
      from.push(options.after);
      return bus.read(options);
    };
    const publish: LocalBus["publish"] = (events) => bus.publish(events);
    const announcer = new Announcer({ bus: { read, publish }, clock, diagnostics: silent });
    for (const to of ["b", "c", "d"]) announcer.say({ type: "failed_over", leg: "a", to, why: "down" });
    await announcer.idle();
    const positions: Position[] = [];
    for await (const { position } of bus.read()) positions.push(position);
    expect(positions).toHaveLength(3);
    expect(from).toEqual([undefined, undefined, positions[0]]);
  });

  it("is on the log once, however many processes see it", async () => {
    const clock = manualClock(Date.parse("2026-11-16T08:00:00Z"));
    const bus = new LocalBus({ clock });
    await bus.open([]);
    closers.push(() => bus.close());
    const three = [1, 2, 3].map(() => new Announcer({ bus, clock, diagnostics: silent }));
    const all = async (): Promise<string[]> => {
      await Promise.all(three.map((each) => each.idle()));
      const types: string[] = [];
      for await (const { event } of bus.read()) types.push(event.type);
      return types;
    };
    for (const each of three) each.say({ type: "recovered", leg: "a", why: "it answers", first: true });
    expect(await all()).toEqual([]);
    for (const each of three) each.say({ type: "failed_over", leg: "a", to: "b", why: "down" });
    for (const each of three) each.say({ type: "unavailable", why: "all down" });
    for (const each of three) each.say({ type: "recovered", leg: "a", why: "back" });
    expect(await all()).toEqual(["model.failed_over", "model.unavailable", "model.recovered"]);
    // The same again is a second outage, and said again.
    for (const each of three) each.say({ type: "failed_over", leg: "a", to: "b", why: "down" });
    // A process that starts meanwhile and finds the primary well says so; the log said otherwise.
    three[0]?.say({ type: "recovered", leg: "a", why: "it answers", first: true });
    expect((await all()).slice(3)).toEqual(["model.failed_over", "model.recovered"]);
    // One role's own is another matter.
    three[1]?.say({ type: "failed_over", leg: "a", to: "b", why: "bad answers", kind: "tier2" });
    expect((await all()).slice(5)).toEqual(["model.failed_over"]);
    // Set aside by a process that ended: one that starts says so when the role accepts an answer, if the log said otherwise.
    const first = { type: "recovered", leg: "a", why: "accepted", first: true } as const;
    for (const each of three) each.say({ ...first, kind: "sentinel" });
    expect((await all()).slice(6)).toEqual([]);
    for (const each of three) each.say({ ...first, kind: "tier2" });
    expect((await all()).slice(6)).toEqual(["model.recovered"]);
  });
});

describe("a role's tokens of a day", () => {
  it("are announced once when they are spent, and its work waits for the next day", async () => {
    const { said, reached, pass, bus } = await soc([well], 5, 900);
    await reached(["model.budget_spent"]);
    const worked = (await said()).filter((type) => type === "role.worked").length;
    expect(worked).toBeLessThan(5);
    expect((await said()).filter((type) => type === "model.budget_spent")).toHaveLength(1);
    const announced: object[] = [];
    for await (const { event } of bus.read({ types: ["model.budget_spent"] })) announced.push(event);
    expect(announced).toMatchObject([{ data: { role: "sleuth", day: "2026-11-16", budget: 900 } }]);
    expect(worked).toBeGreaterThan(0);
    await pass(1);
  });
});
