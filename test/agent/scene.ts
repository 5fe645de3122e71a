/** A made-up hat, its tools, its case and a way to hand it one event: what the agent's tests share. */
import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineRole } from "../../src/agent/define-role.ts";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import type { Hat } from "../../src/agent/hat.ts";
import type { ModelOf, RoleDeps } from "../../src/agent/role.ts";
import { handlerOf } from "../../src/agent/runner.ts";
import type { RuleBook } from "../../src/agent/rule-book.ts";
import type { Bus, Delivery, Draft, Handled, StoredEvent } from "../../src/bus/bus.ts";
import { manualClock } from "../../src/clock.ts";
import type { EventData } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { Confidence, Evidence, Text } from "../../src/events/vocabulary.ts";
import { cannedModels, type CannedModel, type CannedScript } from "../../src/models/canned-model.ts";

export const caseId = "CASE-0123456789";
export const marker = "0f1e2d3c4b5a6978";
export const commandLine = String.raw`powershell.exe -NoP -enc JABjAGwA C:\Users\j.doe\x.ps1`;

export const Answer = z.strictObject({
  summary: Text,
  confidence: Confidence,
  decision: z.enum(["escalate", "close"]),
  evidence: z.array(Evidence).max(20),
});
export type Answer = z.infer<typeof Answer>;

export const goodAnswer: Answer = {
  summary: "Encoded PowerShell that calls a known C2",
  confidence: 0.9,
  decision: "escalate",
  evidence: [{ claim: "encoded command", cites: "alert.process.commandLine", quote: "-enc JABjAGwA" }],
};

export interface HatOptions {
  readonly recall?: boolean;
  readonly toolCalls?: number;
  readonly seconds?: number;
  readonly tools?: readonly string[];
  readonly says?: readonly ("case.investigated" | "intel.reported" | "case.escalated")[];
  readonly emit?: (input: { answer: Answer; evidenceDropped: number }) => readonly Draft[];
  readonly refuse?: (answer: Answer) => string | undefined;
  readonly rules?: RuleBook;
  readonly prompt?: string;
}

/** "sleuth": looks a host up and says case.escalated. */
export function sleuth(options: HatOptions = {}): Hat {
  const {
    toolCalls = 3,
    seconds = 30,
    tools = ["host_details", "flaky"],
    says = ["case.escalated"],
  } = options;
  return defineRole({
    name: "sleuth",
    title: "Sleuth",
    on: { "alert.received": true },
    tools,
    budget: { toolCalls, seconds },
    answer: Answer,
    prompt: options.prompt ?? "You look closely.",
    emit: options.emit ?? escalation,
    says,
    ...given(options),
  }).hat;
}

/** What a definition may leave out. */
function given({ recall, refuse, rules }: HatOptions): Pick<HatOptions, "recall" | "refuse" | "rules"> {
  return {
    ...(recall === undefined ? {} : { recall }),
    ...(refuse === undefined ? {} : { refuse }),
    ...(rules === undefined ? {} : { rules }),
  };
}

const escalation = ({ answer, evidenceDropped }: { answer: Answer; evidenceDropped: number }): Draft[] => [
  {
    type: "case.escalated",
    data: {
      toRole: "tier2",
      why: `${answer.summary} (${answer.confidence}, ${answer.evidence.length} kept, ${evidenceDropped} dropped)`,
      priority: 7,
    },
  },
];

export interface Lookups {
  readonly tools: readonly StructuredToolInterface[];
  /** Every call that reached a tool. */
  readonly calls: string[];
}

/** host_details answers for FIN-WS-042; flaky throws; off_limits is nobody's. */
export function lookups(hostText = "first seen 2 days ago"): Lookups {
  const calls: string[] = [];
  const hostDetails = defineTool({
    name: "host_details",
    description: "Details of a host.",
    input: z.object({ host: z.string().min(1) }),
    run: ({ host }) => {
      calls.push(`host_details ${host}`);
      if (host !== "FIN-WS-042") return Promise.reject(new ToolError("not_found", `no host ${host}`));
      return Promise.resolve({ host, note: hostText });
    },
  });
  const flaky = defineTool({
    name: "flaky",
    description: "Fails.",
    input: z.object({}),
    run: () => {
      calls.push("flaky");
      return Promise.reject(new Error("redis down at 10.0.0.5"));
    },
  });
  const offLimits = defineTool({
    name: "off_limits",
    description: "Not for this role.",
    input: z.object({}),
    run: () => {
      calls.push("off_limits");
      return Promise.resolve("secret");
    },
  });
  return { tools: [hostDetails, flaky, offLimits], calls };
}

export function alertData(change: Partial<EventData<"alert.received">> = {}): EventData<"alert.received"> {
  return {
    source: "crowdstrike",
    sourceId: "ldt:1",
    caseId,
    rule: { id: "r1", name: "Encoded PowerShell" },
    title: "Encoded PowerShell on FIN-WS-042",
    severity: "high",
    time: "2026-11-16T08:14:07.000Z",
    host: { name: "FIN-WS-042" },
    user: { name: "j.doe" },
    process: { commandLine },
    techniques: ["T1059.001"],
    indicators: [{ type: "domain", value: "cdn.evil.example" }],
    raw: {},
    ...change,
  };
}

export function alertEvent(change: Partial<EventData<"alert.received">> = {}): KnownEvent<"alert.received"> {
  return event("alert.received", alertData(change), "a1");
}

export function event<T extends KnownEvent["type"]>(
  type: T,
  data: unknown,
  id: string,
  subject = caseId,
): KnownEvent<T> {
  return makeEvent({ id, source: "/test", type, subject, time: "2026-11-16T08:15:00.000Z", data });
}

/** A log that can be read and nothing else: anything a handler should not do throws. */
export function readOnlyBus(events: readonly KnownEvent[]): Bus {
  const refuse = (): never => {
    throw new Error("a handler has no business on the bus but reading");
  };
  return {
    open: refuse,
    publish: refuse,
    subscribe: refuse,
    follow: refuse,
    tail: refuse,
    groups: refuse,
    lease: refuse,
    close: refuse,
    dead: { list: refuse, redrive: refuse, discard: refuse },
    read: async function* ({ subject } = {}) {
      await Promise.resolve();
      for (const [index, each] of events.entries()) {
        const stored: StoredEvent = { position: `${index + 1}-0`, partition: 0, event: each };
        if (subject === undefined || each.subject === subject) yield stored;
      }
    },
  };
}

export interface Noted {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export interface Scene {
  readonly handled: Handled;
  readonly model: CannedModel;
  readonly calls: readonly string[];
  readonly notes: readonly Noted[];
  /** Data of what the handler said, by type. */
  readonly escalated: readonly EventData<"case.escalated">[];
  readonly worked: readonly EventData<"role.worked">[];
  readonly failed: readonly EventData<"role.failed">[];
}

export interface Staged {
  readonly script: CannedScript;
  readonly hat?: Hat;
  readonly lookups?: Lookups;
  /** The log; the last event is the one handed over, unless `at` says otherwise. */
  readonly log?: readonly KnownEvent[];
  readonly at?: number;
  readonly signal?: AbortSignal;
  readonly answerBy?: "submit" | "json-schema";
  readonly deps?: Partial<RoleDeps>;
}

/** Hands one event to the hat with a canned model, and checks that the whole script was used. */
export async function play(staged: Staged): Promise<Scene> {
  const hat = staged.hat ?? sleuth();
  const canned = cannedModels({ [hat.name]: staged.script });
  const box = staged.lookups ?? lookups();
  const log = staged.log ?? [alertEvent()];
  const notes: Noted[] = [];
  const note =
    (level: string) =>
    (fields: object, message: string): void => {
      notes.push({ level, fields, message });
    };
  const modelOf: ModelOf = (role) => {
    const model = canned.modelOf(role);
    return model && { ...model, answerBy: staged.answerBy ?? "submit" };
  };
  const handler = handlerOf(hat, {
    bus: readOnlyBus(log),
    clock: manualClock(0),
    diagnostics: { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") },
    model: modelOf,
    tools: box.tools,
    marker: () => marker,
    ...staged.deps,
  });
  const handled = await handler(deliveryOf(log, staged.at ?? log.length - 1, staged.signal));
  canned.assertDone();
  const drafts = "events" in handled ? handled.events : [];
  // What it says must be sayable: the bus would refuse it otherwise.
  for (const draft of drafts) event(draft.type, draft.data, "said");
  return {
    handled,
    model: canned.of(hat.name),
    calls: box.calls,
    notes,
    escalated: drafts.flatMap((draft) => (draft.type === "case.escalated" ? [draft.data] : [])),
    worked: drafts.flatMap((draft) => (draft.type === "role.worked" ? [draft.data] : [])),
    failed: drafts.flatMap((draft) => (draft.type === "role.failed" ? [draft.data] : [])),
  };
}

export function deliveryOf(
  log: readonly KnownEvent[],
  index: number,
  signal = new AbortController().signal,
): Delivery {
  const handed = log[index];
  if (handed === undefined) throw new Error(`no event ${index} in a log of ${log.length}`);
  return { event: handed, position: `${index + 1}-0`, partition: 0, state: undefined, deliveries: 1, signal };
}

/** A turn in which the model hands in an answer. */
export const submit = (
  answer: object,
): { calls: { tool: string; arguments: Record<string, unknown> }[] } => ({
  calls: [{ tool: "submit", arguments: { ...answer } }],
});

/** A turn in which the model asks for look-ups. */
export const ask = (
  ...calls: readonly (readonly [tool: string, args?: Record<string, unknown>])[]
): { calls: { tool: string; arguments: Record<string, unknown> }[] } => ({
  calls: calls.map(([tool, args = {}]) => ({ tool, arguments: args })),
});
