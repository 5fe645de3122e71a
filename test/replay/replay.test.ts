import type { BaseMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { logTime, skip, type StoredEvent } from "../../src/bus/bus.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import type { ModelOf, Role } from "../../src/agent/role.ts";
import { HatrackError } from "../../src/errors.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { readRun } from "../../src/models/read-run.ts";
import { watchedModel } from "../../src/replay/watched.ts";
import { dryRunModel } from "../../src/replay/dry-run.ts";
import type { WorkedTicket } from "../../src/replay/worked-ticket.ts";
import { relatedAlerts } from "../../vendors/tools/related-alerts.ts";
import { backtest, roles, start, ticket, tickets } from "./backtest.ts";

const minute = 60_000;
const caseOf = (id: string): string => caseIdOf({ source: "crowdstrike", sourceId: `ticket:${id}` });
const lines = (log: readonly StoredEvent[]): string[] =>
  log.map(({ position, event }) => `${position} ${JSON.stringify(event)}`);
/** What a clock had no part in. */
const untimed = (worked: readonly WorkedTicket[]): unknown =>
  worked.map((one) => ({ ...one, roles: one.roles.map((role) => ({ ...role, milliseconds: 0 })) }));

function ofType<T extends EventType>(
  log: readonly StoredEvent[],
  type: T,
): (KnownEvent<T> & { at: number })[] {
  return log.flatMap(({ event, position }) =>
    isEvent(event, type) ? [{ ...event, at: logTime(position) }] : [],
  );
}

describe("a replay", () => {
  it("tells the same history, entry for entry, however many runs are at work at once", async () => {
    const run = (parallel: number) =>
      backtest({
        ...{ tickets: tickets(9, 4), parallel },
        tools: ({ bus, clock, asOf }) => [relatedAlerts({ bus, clock, asOf })],
      });
    const [one, many] = [await run(1), await run(8)];
    expect(lines(many.log)).toEqual(lines(one.log));
    expect(untimed(many.worked)).toEqual(untimed(one.worked));
    expect(one.worked).toHaveLength(9);
    expect(one.waves).toBe(3);
  });

  it("lets a ticket arrive when it was created, and its outcome when it was closed", async () => {
    const { log } = await backtest({
      tickets: [ticket("A", { at: 0, closesAfter: 45 }), ticket("B", { at: 60 })],
    });
    const arrived = ofType(log, "alert.received").map(({ time, at }) => [Date.parse(time), at]);
    expect(arrived).toEqual([
      [start, start],
      [start + 60 * minute, start + 60 * minute],
    ]);
    const [label, ...more] = ofType(log, "case.labelled");
    expect(label).toMatchObject({ subject: caseOf("A"), at: start + 45 * minute });
    expect(more).toEqual([]);
    expect(log.map(({ position }) => logTime(position))).toEqual(
      log.map(({ position }) => logTime(position)).toSorted((a, b) => a - b),
    );
  });

  it("posts, rings and decides nothing: people are asked and nobody answers", async () => {
    const { log, worked } = await backtest({ tickets: tickets(6, 20) });
    const types = new Set(log.map(({ event }) => event.type));
    expect(types).toContain("handoff.requested");
    const outside = [
      /^message\./,
      /^page\./,
      /^decision\./,
      /^approval\./,
      /^action\.(?!proposed)/,
      /^handoff\.opened/,
    ];
    expect([...types].filter((type) => outside.some((each) => each.test(type)))).toEqual([]);
    expect(worked.flatMap(({ asked }) => asked)).toContain("proposal");
  });

  it("works tickets in order of time, whatever the order of the file", async () => {
    const inOrder = tickets(4, 30);
    const a = await backtest({ tickets: inOrder });
    const b = await backtest({ tickets: inOrder.toReversed() });
    expect(lines(b.log)).toEqual(lines(a.log));
  });

  it("refuses an alert it cannot read, and one that two tickets hold, and goes on", async () => {
    const [first, second, third] = tickets(3, 30);
    if (first === undefined || second === undefined || third === undefined) throw new Error("no tickets");
    const unreadable = { ...second, alert: { source: "crowdstrike", raw: { nothing: "of use" } } };
    const { worked, refused } = await backtest({
      tickets: [first, unreadable, third, { ...third, id: "again" }],
    });
    expect(worked.map(({ ticketId }) => ticketId)).toEqual(["T-0", "T-2"]);
    expect(refused.map(({ ticketId }) => ticketId)).toEqual(["T-1", "again"]);
    expect(refused[0]?.why).toMatch(/^T-1: alert: expected a CrowdStrike alert/);
    expect(refused[1]?.why).toBe("again: expected an alert of its own, this one is ticket T-2's too");
  });

  it("takes a dry run through every role down to a person who is asked", async () => {
    const { worked, log } = await backtest({ tickets: tickets(3, 30), model: dryRunModel });
    expect(worked.map(({ roles: all }) => all.map(({ role }) => role))).toEqual(
      Array.from({ length: 3 }, () => ["sentinel", "tier2", "ir-lead", "threat-intel"]),
    );
    expect(worked.map(({ asked }) => asked)).toEqual([["proposal"], ["proposal"], ["proposal"]]);
    expect(ofType(log, "role.failed")).toEqual([]);
    const ids = new Set(log.map(({ event }) => event.id));
    for (const { eventIds, because } of worked.flatMap((one) => one.roles)) {
      expect(eventIds.length).toBeGreaterThan(1);
      expect(eventIds.filter((id) => !ids.has(id))).toEqual([]);
      expect(because).toEqual(["The rule that fired."]);
    }
  });
});

describe("what a role recalls in a replay", () => {
  const Shown = z.object({ caseId: z.string(), precedent: z.array(z.unknown()).optional() });

  /** What Sentinel was shown of other cases, by case. */
  async function shown(options: Parameters<typeof backtest>[0]): Promise<Map<string, unknown>> {
    const seen = new Map<string, unknown>();
    const model: ModelOf = (role) => {
      const own = dryRunModel(role);
      if (own === undefined || role.name !== "sentinel") return own;
      const look = (messages: readonly BaseMessage[]): void => {
        const { caseId, precedent } = Shown.parse(readRun(messages).casefile);
        seen.set(caseId, precedent);
      };
      return { ...own, chat: watchedModel(own.chat, look) };
    };
    await backtest({ model, ...options });
    return seen;
  }

  it("is the past alone: a label from the moment it was given, and no case that opens later (lesson 25)", async () => {
    const seen = await shown({
      tickets: [
        ticket("A", { at: 0, closesAfter: 90, verdict: "benign" }),
        ticket("before", { at: 60, closesAfter: 300 }),
        ticket("after", { at: 120 }),
      ],
    });
    const roles = { verdict: "true_positive", confirmedBy: "tier2" };
    const before = { caseId: caseOf("before"), ...roles };
    expect(seen.get(caseOf("A"))).toEqual([]);
    expect(seen.get(caseOf("before"))).toMatchObject([{ caseId: caseOf("A"), ...roles }]);
    expect(seen.get(caseOf("after"))).toHaveLength(2);
    expect(seen.get(caseOf("after"))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ caseId: caseOf("A"), verdict: "benign", confirmedBy: "source" }),
        expect.objectContaining(before),
      ]),
    );
  });

  it("is no finding of a case that came in within the same minutes: both are at work at the same time", async () => {
    const two = [ticket("A", { at: 0 }), ticket("B", { at: 10 })];
    const together = await shown({ tickets: two, windowMinutes: 15 });
    const apart = await shown({ tickets: two, windowMinutes: 5 });
    expect(together.get(caseOf("B"))).toMatchObject([{ caseId: caseOf("A"), verdict: "not judged" }]);
    expect(apart.get(caseOf("B"))).toMatchObject([{ caseId: caseOf("A"), verdict: "true_positive" }]);
  });

  it("is nothing at all in the arm without", async () => {
    const two = [ticket("A", { at: 0 }), ticket("B", { at: 60 })];
    const seen = await shown({ tickets: two, recall: "off" });
    expect(seen.has(caseOf("B"))).toBe(true);
    expect(seen.get(caseOf("B"))).toBeUndefined();
  });
});

describe("a replay whose model or program fails", () => {
  const offline = new HatrackError("model_unreachable", "model: connection refused", { retryable: true });

  it("counts what the model was down for as not worked, and works the rest", async () => {
    let asked = 0;
    const model: ModelOf = (role) => {
      const own = dryRunModel(role);
      if (own === undefined) return own;
      const fails = (): void => {
        asked += 1;
        if (asked > 4 && asked <= 6) throw offline;
      };
      return { ...own, chat: watchedModel(own.chat, fails) };
    };
    const { worked, log } = await backtest({ tickets: tickets(5, 60), model });
    const missing = worked.filter(({ unworked }) => unworked !== undefined);
    expect(worked).toHaveLength(5);
    expect(missing.map(({ ticketId }) => ticketId)).toEqual(["T-1", "T-2"]);
    for (const { unworked } of missing) {
      expect(unworked).toBe("model unavailable: sentinel: model canned is down: model: connection refused");
    }
    expect(ofType(log, "model.unavailable").map(({ subject }) => subject)).toEqual(
      missing.map(({ caseId }) => caseId),
    );
    expect(worked.at(-1)?.roles.map(({ role }) => role)).toContain("threat-intel");
  });

  it("waits for a model that comes back, and loses nothing", async () => {
    let asked = 0;
    const model: ModelOf = (role) => {
      const own = dryRunModel(role);
      const fails = (): void => {
        if ((asked += 1) === 3) throw offline;
      };
      return own && { ...own, chat: watchedModel(own.chat, fails) };
    };
    const { worked } = await backtest({ tickets: tickets(2, 60), model, patience: { tries: 2, waitMs: 0 } });
    expect(worked.map(({ unworked }) => unworked)).toEqual([undefined, undefined]);
  });

  it("asks a person where a role ends without an answer, and says so", async () => {
    const silentModel: ModelOf = (role) => {
      if (role.name !== "sentinel") return dryRunModel(role);
      const chat = new CannedModel({
        role: role.name,
        script: () => ({ text: "", tokens: { input: 40, output: 2 } }),
      });
      return { chat, name: "canned", leg: "embedded" };
    };
    const { worked, log } = await backtest({ tickets: tickets(1, 60), model: silentModel });
    expect(worked).toMatchObject([
      { asked: ["failure"], roles: [{ role: "sentinel", failed: "budget_exhausted" }] },
    ]);
    expect(worked[0]?.unworked).toBeUndefined();
    // What it asked a model for nothing was paid for all the same.
    const [failed] = ofType(log, "role.failed");
    const asked = failed?.data.modelCalls ?? 0;
    expect(asked).toBeGreaterThan(0);
    expect(worked[0]?.roles[0]?.tokens).toEqual({ input: 40 * asked, output: 2 * asked });
  });

  it("counts a case a role's own mistake stopped as not worked", async () => {
    const broken: Role = {
      ...{ name: "broken", title: "Broken", says: [], on: ["alert.triaged"] },
      start: ({ bus }) =>
        bus.subscribe(
          "broken",
          ["alert.triaged"],
          ({ event }) => {
            if (event.subject === caseOf("T-1")) throw new Error("a mistake of its own");
            return skip("fine");
          },
          { source: "/roles/broken" },
        ),
    };
    const { worked } = await backtest({ tickets: tickets(3, 60), roles: [...roles, broken] });
    const stopped = "broken stopped: a mistake of its own";
    expect(worked.map(({ unworked }) => unworked)).toEqual([undefined, stopped, undefined]);
  });
});
