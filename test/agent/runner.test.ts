import { describe, expect, it } from "vitest";
import { defineRole } from "../../src/agent/define-role.ts";
import { maxEventBytes } from "../../src/events/parse.ts";
import { makeRedactor } from "../../src/agent/redact.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { Bus, StoredEvent } from "../../src/bus/bus.ts";
import { manualClock, systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { CannedModel, cannedModels, type CannedScript } from "../../src/models/canned-model.ts";
import { RuleModel } from "../../src/models/rule-model.ts";
import {
  alertEvent,
  Answer,
  ask,
  caseId,
  event,
  goodAnswer,
  lookups,
  play,
  sleuth,
  submit,
} from "./scene.ts";

const by = { team: "T1", user: "U1" };
const closed = event("case.closed", { by, reason: "a drill" }, "c1");
const reopened = event("case.reopened", { by, reason: "not a drill" }, "c2");

describe("a role on its case", () => {
  it("is shown the case as it stood at the entry, not what came later", async () => {
    const later = event("case.labelled", { verdict: "benign", by, reason: "later", origin: "slack" }, "l1");
    const scene = await play({ script: [submit(goodAnswer)], log: [alertEvent(), later], at: 0 });
    expect(JSON.stringify(scene.model.turns[0]?.casefile)).not.toContain("later");
    expect(scene.worked).toMatchObject([{ positions: { "0": "1-0" } }]);
  });

  it("skips a case that is closed by now", async () => {
    const scene = await play({ script: [], log: [alertEvent(), closed], at: 0 });
    expect(scene.handled).toEqual({ skip: `sleuth: case ${caseId} is closed` });
  });

  it("works on a case that was opened again", async () => {
    const scene = await play({ script: [submit(goodAnswer)], log: [alertEvent(), closed, reopened], at: 0 });
    expect(scene.escalated).toHaveLength(1);
  });

  it("reads its own case and no other", async () => {
    const other = event("alert.received", { ...alertEvent().data, title: "other" }, "o1", "CASE-9999999999");
    const scene = await play({ script: [submit(goodAnswer)], log: [other, alertEvent()] });
    expect(JSON.stringify(scene.model.turns[0]?.casefile)).not.toContain("other");
  });

  it("hands a case that roles keep sending to each other to a person, after ten runs", async () => {
    const ran = (n: number): KnownEvent<"role.worked"> =>
      event(
        "role.worked",
        {
          ...{
            role: "sleuth",
            promptVersion: "0".repeat(64),
            model: "m",
            leg: "l",
            steps: [],
            modelCalls: 1,
          },
          ...{ tokens: { input: 0, output: 0 }, milliseconds: 1, evidenceDropped: 0, recallArm: "off" },
          positions: {},
        },
        `w${n}`,
      );
    const nine = Array.from({ length: 9 }, (_, n) => ran(n));
    const tenth = await play({ script: [submit(goodAnswer)], log: [...nine, alertEvent()] });
    expect(tenth.escalated).toHaveLength(1);
    const scene = await play({ script: [], log: [...nine, ran(9), alertEvent()] });
    expect(scene.handled).toMatchObject({
      events: [{ type: "role.failed", data: { role: "sleuth", reason: "budget_exhausted" } }],
    });
  });

  it("may say its own events and no others", async () => {
    const hat = sleuth({ says: ["case.investigated"] });
    await expect(play({ hat, script: [submit(goodAnswer)] })).rejects.toMatchObject({
      code: "role_overstepped",
      retryable: false,
      message: "role sleuth: said case.escalated, expected only case.investigated",
    });
  });

  it("works without a tool that is not there, and says so in the diagnostics", async () => {
    const warned: object[] = [];
    const diagnostics = { ...silent, warn: (fields: object) => void warned.push(fields) };
    const hat = sleuth({ tools: ["host_details", "oracle"] });
    const scene = await play({ hat, script: [submit(goodAnswer)], deps: { diagnostics } });
    expect(scene.model.turns[0]?.tools).toEqual(["host_details", "submit"]);
    expect(warned).toMatchObject([{ role: "sleuth", missing: ["oracle"] }]);
  });

  it("fails, and says why, when baseline has no rules for it", async () => {
    const chat = new RuleModel({ role: "sleuth", rules: undefined });
    const scene = await play({
      script: [],
      deps: { model: () => ({ chat, name: "baseline", leg: "embedded" }) },
    });
    expect(scene.failed).toMatchObject([{ reason: "invalid_output", model: "baseline" }]);
    expect(scene.failed[0]?.detail).toContain("no rules");
  });

  it("with its tokens of the day spent waits while the case can, and then a person is asked, who reads why", async () => {
    const chat = new RuleModel({ role: "sleuth", rules: undefined });
    const budget = { spent: () => Promise.resolve({ why: "all used", waitMs: 3 * 60 * 60_000 }) };
    const after = (hours: number): ReturnType<typeof play> =>
      play({
        script: [],
        log: [alertEvent({ severity: "medium" })],
        deps: {
          clock: manualClock(hours * 60 * 60_000),
          model: () => ({ chat, name: "baseline", leg: "embedded", budget }),
        },
      });
    expect((await after(11)).handled).toEqual({ stop: "sleuth: all used", retryAfterMs: 60_000 });
    expect((await after(13)).failed).toMatchObject([
      {
        reason: "budget_exhausted",
        detail: "The case has waited 779 minutes, as long as it may: all used",
      },
    ]);
  });

  it("keeps secrets of soc.yaml's own out of why a role failed, whoever said them", async () => {
    const why = "401: no such key BADGE-4711";
    const chat = new CannedModel({
      role: "sleuth",
      script: [{ throws: Object.assign(new Error(why), { status: 401 }) }],
    });
    const scene = await play({
      script: [],
      deps: {
        clock: manualClock(100 * 60 * 60_000),
        model: () => ({ chat, name: "m", leg: "l" }),
        redactor: makeRedactor({ shapes: [{ kind: "badge", pattern: /BADGE-\d{4}/dg }] }),
      },
    });
    expect(scene.failed[0]?.detail).toContain("no such key [redacted:badge]");
  });

  it("keeps secrets of arguments and results out of the log and from the model", async () => {
    const box = lookups("logged on with password=Hunter2Hunter2");
    const script = [
      ask(["host_details", { host: "x", token: "abcdefghij" }], ["host_details", { host: "FIN-WS-042" }]),
      submit(goodAnswer),
    ];
    const scene = await play({ lookups: box, script });
    const shown = scene.model.turns[1]?.messages.map((message) => message.text).join("\n");
    expect(shown).not.toContain("Hunter2");
    expect(JSON.stringify(scene.worked)).not.toMatch(/Hunter2|abcdefghij/);
    expect(JSON.stringify(scene.worked)).toContain("[redacted:password]");
  });

  it("keeps the trace of the longest run in one event", async () => {
    const hat = sleuth({ toolCalls: 60, tools: ["host_details"] });
    const host = ["host_details", { host: "FIN-WS-042" }] as const;
    const batch = ask(...Array.from({ length: 60 }, () => host));
    const evidence = [{ claim: "c", cites: "step 60", quote: "zzz" }];
    const scene = await play({
      hat,
      lookups: lookups("z".repeat(9000)),
      script: [batch, submit({ ...goodAnswer, evidence })],
    });
    const [worked] = scene.worked;
    expect(worked?.steps).toHaveLength(60);
    expect(Buffer.byteLength(JSON.stringify(worked))).toBeLessThan(maxEventBytes - 2048);
    expect(worked?.steps[59]?.result.length).toBeGreaterThan(4000);
    expect(worked?.steps[0]?.result.length).toBeLessThan(1000);
  });
});

describe("a role on the bus", () => {
  async function onBus(script: CannedScript, until: EventType): Promise<{ bus: Bus; log: StoredEvent[] }> {
    const bus = new LocalBus({});
    await bus.open(["sleuth"]);
    const canned = cannedModels({ sleuth: script });
    const role = defineRole({
      name: "sleuth",
      title: "Sleuth",
      on: { "alert.received": ({ data }) => data.severity === "high" },
      tools: [],
      budget: { toolCalls: 0, seconds: 30 },
      answer: Answer,
      prompt: "You look closely.",
      emit: ({ answer }) => [
        { type: "case.escalated", data: { toRole: "tier2", why: answer.summary, priority: 7 } },
      ],
      says: ["case.escalated"],
    });
    const subscription = role.start({
      bus,
      clock: systemClock,
      diagnostics: silent,
      tools: [],
      model: canned.modelOf,
    });
    await bus.publish([alertEvent(), alertEvent()]);
    await bus.publish([alertEvent()]);
    await seen(bus, until);
    await subscription.close();
    canned.assertDone();
    const log: StoredEvent[] = [];
    for await (const stored of bus.read()) log.push(stored);
    await bus.close();
    return { bus, log };
  }

  async function seen(bus: Bus, type: EventType): Promise<void> {
    const done = new AbortController();
    for await (const _ of bus.follow({ types: [type], signal: done.signal })) return;
  }

  it("says once what an event published three times causes", async () => {
    const { log } = await onBus([submit(goodAnswer)], "role.worked");
    expect(log.map(({ event: { type, source, causationid } }) => [type, source, causationid])).toEqual([
      ["alert.received", "/test", undefined],
      ["case.escalated", "/roles/sleuth", "a1"],
      ["role.worked", "/roles/sleuth", "a1"],
    ]);
  });

  it("says the same, under the same ids, when the same event is handled twice", async () => {
    const [one, two] = [
      await onBus([submit(goodAnswer)], "role.worked"),
      await onBus([submit(goodAnswer)], "role.worked"),
    ];
    const ids = ({ log }: { log: StoredEvent[] }): string[] =>
      log.filter(({ event: { type } }) => type === "case.escalated").map(({ event: { id } }) => id);
    expect(ids(one)).toEqual(ids(two));
    expect(ids(one)).toHaveLength(1);
  });

  it("leaves what it does not want unread", () => {
    const low: KnownEvent<"alert.received"> = alertEvent({ severity: "low" });
    expect(sleuth().wants(low)).toBe(true);
    const picky = defineRole({
      name: "picky",
      title: "Picky",
      on: { "alert.received": ({ data }) => data.severity === "high", "case.closed": true },
      tools: [],
      budget: { toolCalls: 0, seconds: 1 },
      answer: Answer,
      prompt: "p",
      emit: () => [],
      says: [],
    }).hat;
    expect([low, alertEvent(), closed, reopened].map((each) => picky.wants(each))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
