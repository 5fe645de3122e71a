/** Planted secrets of each kind, on the whole path: alert, tool, model, person, Slack. None is ever seen again. */
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineRole } from "../../src/agent/define-role.ts";
import { defineTool } from "../../src/agent/define-tool.ts";
import { makeRedactor } from "../../src/agent/redact.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { eventText, parseEventText } from "../../src/events/parse.ts";
import { Evidence, Text } from "../../src/events/vocabulary.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { RoleTeam } from "../../src/team.ts";
import { DecisionDoor } from "../../slack/decisions.ts";
import { alertData, ask, submit } from "./scene.ts";
import { planted } from "./secrets.ts";

const kinds = Object.values(planted.all);
const everything = kinds.map(({ text }) => text).join("\n");
const shownIn = (text: string): string[] =>
  kinds.flatMap(({ secret }) => (text.includes(JSON.stringify(secret).slice(1, -1)) ? [secret] : []));

const reader = defineTool({
  name: "mailbox",
  description: "Reads what it reads.",
  input: z.strictObject({ note: z.string() }),
  run: () => Promise.resolve(everything),
});

const role = defineRole({
  name: "careless",
  title: "Careless",
  on: { "alert.received": true },
  tools: ["mailbox"],
  budget: { toolCalls: 1, seconds: 30 },
  answer: z.strictObject({ why: Text, evidence: z.array(Evidence) }),
  prompt: "You repeat.",
  emit: ({ answer }) => [{ type: "case.escalated", data: { toRole: "tier2", why: answer.why, priority: 5 } }],
  says: ["case.escalated"],
});

let close: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

describe("a secret", () => {
  it("of whatever kind reaches neither log nor model, from an alert, a tool or an answer", async () => {
    const bus = new LocalBus({ timings: { backoffMs: 1 } });
    const model = new CannedModel({
      role: "careless",
      script: [ask(["mailbox", { note: everything }]), submit({ why: everything, evidence: [] })],
    });
    const redactor = makeRedactor({ key: Buffer.alloc(32, 3) });
    const team = new RoleTeam({ bus, roles: [role], model, tools: [reader], redactor, diagnostics: silent });
    close = () => team.stop().then(() => bus.close());
    const { caseId: _, ...alert } = alertData({ description: everything.slice(0, 4000) });
    await team.consume([
      { ...alert, process: { commandLine: everything }, raw: { deep: [{ note: everything }] } },
    ]);
    const said: string[] = [];
    for await (const { event } of bus.follow({ signal: AbortSignal.timeout(20_000) })) {
      said.push(eventText(event));
      if (event.type === "role.worked" || event.type === "role.failed") break;
    }
    expect(said.map((text) => parseEventText(text, "log").type)).toEqual([
      "alert.received",
      "case.escalated",
      "role.worked",
    ]);
    expect(shownIn(said.join("\n"))).toEqual([]);
    for (const text of said) expect(text).toContain("[redacted:jwt:");
    // What a model writes in a turn that is not its answer goes to nobody but itself.
    const shown = model.turns.flatMap(({ messages }) =>
      messages.filter(({ type }) => type !== "ai").map(({ text }) => text),
    );
    expect(shown.length).toBeGreaterThan(3);
    expect(shownIn(shown.join("\n"))).toEqual([]);
  });

  it("that a person types does not reach the log, and so not Slack, which shows nothing else", async () => {
    const bus = new LocalBus();
    close = () => bus.close();
    await bus.open([]);
    const door = new DecisionDoor({ bus, clock: systemClock, surface: "slack" });
    const caseId = "CASE-7K3F9QWM2T";
    for (const [at, { text }] of kinds.entries()) {
      const words = { decision: "close", caseId, reason: `known, see ${text}` } as const;
      await door.say({ principal: { team: "T0", user: "U0MIA" }, words, act: [String(at)] });
    }
    const said: string[] = [];
    for await (const { event } of bus.read()) said.push(eventText(event));
    expect(said).toHaveLength(kinds.length);
    expect(shownIn(said.join("\n"))).toEqual([]);
    for (const text of said) expect(text).toContain("[redacted:");
  });
});
