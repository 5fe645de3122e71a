import { describe, expect, it } from "vitest";
import { calendarHandlerOf } from "../../src/agent/calendar-runner.ts";
import { defineCalendarRole } from "../../src/agent/define-calendar-role.ts";
import { unsupported } from "../../src/agent/wording.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { ModelOf } from "../../src/agent/role.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { cannedModels, type CannedScript } from "../../src/models/canned-model.ts";
import { RuleModel } from "../../src/models/rule-model.ts";
import { alertEvent, caseId, event, readOnlyBus } from "./scene.ts";

const window = { start: "2026-11-16T06:00:00.000Z", end: "2026-11-16T14:00:00.000Z" };
const fired = (role: string): KnownEvent<"schedule.fired"> =>
  event("schedule.fired", { role, window, nominal: window.end }, `f-${role}`, `calendar:${role}`);

/** Counts the alerts of the log. */
const watch = defineCalendarRole({
  name: "watch",
  title: "Watch",
  compute: async ({ bus, position }) => {
    const caseIds: string[] = [];
    for await (const { event: each } of bus.read({ types: ["alert.received"], to: position }))
      caseIds.push(each.subject);
    return { alerts: caseIds.length, caseIds };
  },
  wording: { prompt: "Word the shift.", of: (facts) => (facts.alerts === 0 ? undefined : facts) },
  emit: ({ facts, worded, window: of }) => [
    {
      type: "shift.summarised",
      data: {
        window: of,
        counts: { alerts: facts.alerts },
        openApprovals: [],
        caseIds: facts.caseIds,
        ...worded,
      },
    },
  ],
  says: ["shift.summarised"],
});

async function onBus(modelOf: ModelOf, alerts: readonly KnownEvent[]): Promise<StoredEvent[]> {
  const bus = new LocalBus({});
  await bus.open(["watch"]);
  const subscription = watch.start({
    bus,
    clock: systemClock,
    diagnostics: silent,
    tools: [],
    model: modelOf,
  });
  await bus.publish([...alerts, fired("somebody-else"), fired("watch")]);
  const enough = new AbortController();
  for await (const _ of bus.follow({ types: ["shift.summarised"], signal: enough.signal })) break;
  await subscription.close();
  const log: StoredEvent[] = [];
  for await (const stored of bus.read({ subject: "calendar:watch" })) log.push(stored);
  await bus.close();
  return log;
}

const dataOf = (log: readonly StoredEvent[], type: string): unknown[] =>
  log.flatMap(({ event: each }) => (each.type === type ? [each.data] : []));

async function report(script: CannedScript, alerts: readonly KnownEvent[] = [alertEvent()]) {
  const canned = cannedModels({ watch: script });
  const log = await onBus(canned.modelOf, alerts);
  canned.assertDone();
  return {
    log,
    model: canned.of("watch"),
    reports: dataOf(log, "shift.summarised"),
    worked: dataOf(log, "role.worked"),
  };
}

const facts = { window, counts: { alerts: 1 }, openApprovals: [], caseIds: [caseId] };

describe("a calendar role", () => {
  it("computes its facts and has the model word them, without tools", async () => {
    const said = await report([{ text: `1 alert in ${caseId}.`, tokens: { input: 50, output: 9 } }]);
    expect(said.reports).toEqual([{ ...facts, words: `1 alert in ${caseId}.`, wordedBy: "model" }]);
    expect(said.worked).toMatchObject([
      { role: "watch", model: "canned", modelCalls: 1, tokens: { input: 50, output: 9 } },
    ]);
    expect(said.model.turns[0]?.tools).toEqual([]);
    expect(said.model.turns[0]?.messages[1]?.text).toContain(`"alerts":1`);
  });

  it("reports with no model at all", async () => {
    const log = await onBus(() => undefined, [alertEvent()]);
    expect(dataOf(log, "shift.summarised")).toEqual([facts]);
    expect(dataOf(log, "role.worked")).toMatchObject([
      { role: "watch", model: "none", leg: "none", modelCalls: 0 },
    ]);
  });

  it("reports when the model fails", async () => {
    const said = await report([{ throws: Object.assign(new Error("down"), { status: 503 }) }]);
    expect(said.reports).toEqual([facts]);
  });

  it("reports when the model says nothing", async () => {
    expect((await report([{ text: " " }])).reports).toEqual([facts]);
  });

  it("reports when baseline plays it, which has no words", async () => {
    const chat = new RuleModel({ role: "watch", rules: undefined });
    const log = await onBus(() => ({ chat, name: "baseline", leg: "embedded" }), [alertEvent()]);
    expect(dataOf(log, "shift.summarised")).toEqual([facts]);
  });

  it("reports in plain words on a day whose tokens are spent, and asks no model", async () => {
    const canned = cannedModels({ watch: [] });
    const budget = { spent: () => Promise.resolve({ why: "its 900 tokens are spent", waitMs: 1 }) };
    const log = await onBus(
      (role) => {
        const model = canned.modelOf(role);
        return model && { ...model, budget };
      },
      [alertEvent()],
    );
    expect(canned.of("watch").turns).toEqual([]);
    expect(dataOf(log, "shift.summarised")).toEqual([facts]);
    expect(dataOf(log, "role.worked")).toMatchObject([{ model: "none", modelCalls: 0 }]);
  });

  it("withholds words with a number the facts do not hold, and counts it", async () => {
    const said = await report([{ text: "1 alert, 40 of them blocked." }]);
    expect(said.reports).toEqual([facts]);
    expect(said.worked).toMatchObject([{ evidenceDropped: 1 }]);
  });

  it("asks no model when there is nothing to word", async () => {
    expect((await report([], [])).reports).toEqual([{ ...facts, counts: { alerts: 0 }, caseIds: [] }]);
  });

  it("gives up on a model that hangs, and reports", async () => {
    const canned = cannedModels({ slow: [{ hangs: true }] });
    const handler = calendarHandlerOf(
      {
        name: "slow",
        says: ["shift.summarised"],
        prompt: "p",
        seconds: 0.05,
        compute: () =>
          Promise.resolve({ toWord: { a: 1 }, emit: () => [{ type: "shift.summarised", data: facts }] }),
      },
      { bus: readOnlyBus([]), clock: systemClock, diagnostics: silent, model: canned.modelOf },
    );
    const signal = new AbortController().signal;
    const delivery = {
      event: fired("slow"),
      position: "1-0",
      partition: 0,
      state: undefined,
      deliveries: 1,
      signal,
    };
    await expect(handler(delivery)).resolves.toMatchObject({
      events: [
        { type: "shift.summarised", data: facts },
        { type: "role.worked", data: { modelCalls: 1 } },
      ],
    });
  });

  it("sees at a second handling what it saw at the first: what it said before, not what it says or said since", async () => {
    const report = (id: string, alerts: number, causationid: string): KnownEvent => ({
      ...event("shift.summarised", { ...facts, counts: { alerts } }, id, "calendar:loud"),
      causationid,
    });
    const before = [fired("loud"), report("r1", 1, "an earlier firing")];
    const since = [report("r2", 2, "f-loud"), report("r3", 3, "a later firing")];
    const seen = async (log: readonly KnownEvent[]): Promise<string[]> => {
      const ids: string[] = [];
      const handler = calendarHandlerOf(
        {
          ...{ name: "loud", says: ["shift.summarised"], prompt: "p", seconds: 1 },
          compute: async ({ reported }) => {
            ids.push(...(await reported()).map(({ id }) => id));
            return { toWord: undefined, emit: () => [] };
          },
        },
        { bus: readOnlyBus(log), clock: systemClock, diagnostics: silent, model: () => undefined },
      );
      await handler({
        event: fired("loud"),
        position: "1-0",
        partition: 0,
        signal: new AbortController().signal,
      });
      return ids;
    };

    expect(await seen(before)).toEqual(["r1"]);
    expect(await seen([...before, ...since])).toEqual(["r1"]);
  });

  it("may say its own events and no others", async () => {
    const handler = calendarHandlerOf(
      {
        name: "loud",
        says: ["hunt.reported"],
        prompt: "p",
        seconds: 1,
        compute: () =>
          Promise.resolve({ toWord: undefined, emit: () => [{ type: "shift.summarised", data: facts }] }),
      },
      { bus: readOnlyBus([]), clock: systemClock, diagnostics: silent, model: () => undefined },
    );
    const signal = new AbortController().signal;
    const delivery = {
      event: fired("loud"),
      position: "1-0",
      partition: 0,
      state: undefined,
      deliveries: 1,
      signal,
    };
    await expect(handler(delivery)).rejects.toMatchObject({ code: "role_overstepped" });
  });
});

describe("words checked against facts", () => {
  const held = {
    alerts: 1200,
    rate: 0.25,
    at: "2026-11-16T06:00:00.000Z",
    cases: [caseId, "CASE-AAAAAAAAAA"],
  };

  it.each([
    "1,200 alerts since 06:00 on 2026-11-16",
    "2 cases: CASE-AAAAAAAAAA too",
    "a quarter (0.25)",
    "no number",
  ])("hold: %s", (words) => {
    expect(unsupported(words, held)).toEqual([]);
  });

  it.each([
    ["1,201 alerts", ["1201"]],
    ["see CASE-BBBBBBBBBB", ["CASE-BBBBBBBBBB"]],
    ["99 % of 1200, 99 % of them", ["99"]],
    ["Emotet came back", ["the name Emotet does not occur in what it cites"]],
    ["look at FIN-WS-042", ["42"]],
    ["look at evil.example", ["the name evil.example does not occur in what it cites"]],
    ['they call it "a drill"', ["the quote a drill does not occur in what it cites"]],
  ])("do not hold: %s", (words, wrong) => {
    expect(unsupported(words, held)).toEqual(wrong);
  });
});
