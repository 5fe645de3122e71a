/**
 * What a run of a role costs beside the model: our loop (budget, fences, redaction, answer and evidence checked), and
 * the whole handler around it, against a bare LangGraph loop that takes the same steps with the same scripted model
 * and the same tools and checks nothing.
 */
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import { BaseChatModel, type BindToolsInput } from "@langchain/core/language_models/chat_models";
import type { ChatResult } from "@langchain/core/outputs";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { z } from "zod";
import { defineRole } from "../src/agent/define-role.ts";
import { defineTool } from "../src/agent/define-tool.ts";
import { createLoop, type RunResult } from "../src/agent/loop.ts";
import { promptView } from "../src/agent/prompt-view.ts";
import { handlerOf } from "../src/agent/runner.ts";
import { LocalBus } from "../src/bus/local-bus.ts";
import type { Delivery, Handled } from "../src/bus/bus.ts";
import { systemClock } from "../src/clock.ts";
import { silent } from "../src/diagnostics.ts";
import { makeEvent } from "../src/events/parse.ts";
import { foldCase } from "../src/memory/case-file.ts";
import { Evidence, Text } from "../src/events/vocabulary.ts";
import { compared, median, type Row } from "./row.ts";

const caseId = "CASE-0123456789";
const runs = 301;
const warmUp = 60;
const answer = {
  summary: "Encoded PowerShell on a young host",
  evidence: [
    { claim: "encoded", cites: "alert.process.commandLine", quote: "-enc JABjAGwA" },
    { claim: "young", cites: "step 3", quote: "first seen" },
  ],
};

/** Two look-ups in one turn, one in the next, then the answer: told by how many results it has seen. */
class Scripted extends BaseChatModel {
  override _llmType(): string {
    return "scripted";
  }
  override bindTools(tools: BindToolsInput[]) {
    return this.withConfig({ tags: [String(tools.length)] });
  }
  override _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const results = messages.filter((message) => ToolMessage.isInstance(message)).length;
    const message = new AIMessage({ content: "", tool_calls: callsAfter(results) });
    return Promise.resolve({ generations: [{ text: "", message }] });
  }
}

function callsAfter(results: number) {
  const look = (id: string) => ({
    id,
    name: "host_details",
    args: { host: "FIN-WS-042" },
    type: "tool_call" as const,
  });
  if (results === 0) return [look("a"), look("b")];
  if (results === 2) return [look("c")];
  return [{ id: "d", name: "submit", args: answer, type: "tool_call" as const }];
}

const tool = defineTool({
  name: "host_details",
  description: "Details of a host.",
  input: z.object({ host: z.string() }),
  run: ({ host }) => Promise.resolve({ host, note: "first seen 2 days ago" }),
});

const alert = makeEvent({
  id: "a1",
  source: "/bench",
  type: "alert.received",
  subject: caseId,
  time: "2026-11-16T08:15:00.000Z",
  data: {
    source: "bench",
    sourceId: "1",
    caseId,
    rule: { id: "r1", name: "Encoded PowerShell" },
    title: "Encoded PowerShell on FIN-WS-042",
    severity: "high",
    time: "2026-11-16T08:14:07.000Z",
    host: { name: "FIN-WS-042" },
    process: { commandLine: "powershell.exe -enc JABjAGwA" },
    techniques: ["T1059.001"],
    indicators: [],
    raw: { display_name: "Encoded PowerShell", device: { hostname: "FIN-WS-042", platform_name: "Windows" } },
  },
});

const { hat } = defineRole({
  name: "bench",
  title: "Bench",
  on: { "alert.received": true },
  tools: ["host_details"],
  budget: { toolCalls: 12, seconds: 60 },
  answer: z.strictObject({ summary: Text, evidence: z.array(Evidence) }),
  prompt: "You look closely.",
  emit: ({ answer: { summary } }) => [
    { type: "case.escalated", data: { toRole: "tier2", why: summary, priority: 7 } },
  ],
  says: ["case.escalated"],
});

const State = Annotation.Root({
  messages: Annotation<BaseMessage[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

/** The least that does the same: no budget, no check, no fence, no trace, no case to read. */
function bareLoop(chat: Scripted): () => Promise<number> {
  const submit = { type: "function", function: { name: "submit", parameters: hat.answerSchema } };
  const model = chat.bindTools([tool, submit]);
  const graph = new StateGraph(State)
    .addNode("think", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("act", async ({ messages }) => {
      const last = messages.at(-1);
      const calls = AIMessage.isInstance(last) ? (last.tool_calls ?? []) : [];
      const answers: BaseMessage[] = [];
      for (const call of calls) {
        const content = String(await tool.invoke(call.args));
        answers.push(new ToolMessage({ tool_call_id: call.id ?? "", content, name: call.name }));
      }
      return { messages: answers };
    })
    .addEdge(START, "think")
    .addConditionalEdges("think", ({ messages }) => {
      const last = messages.at(-1);
      const calls = AIMessage.isInstance(last) ? (last.tool_calls ?? []) : [];
      return calls.some((call) => call.name === "submit") ? END : "act";
    })
    .addEdge("act", "think")
    .compile();
  const start = [new SystemMessage(hat.prompt), new HumanMessage(JSON.stringify(alert.data))];
  return async () => (await graph.invoke({ messages: start })).messages.length;
}

export async function run(): Promise<Row[]> {
  const chat = new Scripted({});
  const model = { chat, name: "scripted", leg: "embedded" };
  const bare = bareLoop(chat);

  const deps = { model, tools: [tool], clock: systemClock, diagnostics: silent };
  const loop = createLoop(hat, deps);
  const view = promptView(foldCase(caseId, [alert]));
  const signal = new AbortController().signal;
  const ours = (): Promise<RunResult> => loop.run({ view, marker: "0f1e2d3c4b5a6978", signal });

  const bus = new LocalBus({});
  await bus.open([]);
  const [stored] = await bus.publish([alert]);
  const position = stored?.position ?? "0-0";
  const delivery: Delivery = {
    event: alert,
    position,
    partition: 0,
    state: undefined,
    deliveries: 1,
    signal,
  };
  const handler = handlerOf(hat, { ...deps, bus, model: () => model });
  const whole = (): Promise<Handled> => handler(delivery);

  await expectSameWork(ours, whole, bare);
  const times = await interleaved([ours, bare, whole]);
  await bus.close();

  const peer = { name: "bare LangGraph loop", value: times[1] ?? 0 };
  const row = (what: string, value = 0): Row =>
    compared({ what, value, unit: "ms", peer: null, peer_value: null, ratio: null }, peer);
  return [
    row(`loop: 3 look-ups in 2 turns, answer checked (median of ${runs})`, times[0]),
    row("the same as a handler: case read from the bus, prompt, events, trace", times[2]),
  ];
}

/** A bench of work that was not done would be a fine number. */
async function expectSameWork(
  ours: () => Promise<RunResult>,
  whole: () => Promise<Handled>,
  bare: () => Promise<number>,
): Promise<void> {
  const { outcome, steps } = await ours();
  const handled = await whole();
  const said = "events" in handled ? handled.events.map(({ type }) => type).join() : "nothing";
  const messages = await bare();
  const founded = outcome.kind === "valid" && outcome.evidenceDropped === 0;
  if (founded && steps.length === 3 && said === "case.escalated,role.worked" && messages === 8) return;
  const got = JSON.stringify({ outcome, steps: steps.length, said, messages });
  throw new Error(`bench role: they did not take the same steps: ${got}`);
}

/** Medians in milliseconds; the order turns each time, so that none always runs after the same other. */
async function interleaved(works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let i = 0; i < warmUp + runs; i += 1) {
    for (let k = 0; k < works.length; k += 1) {
      const which = (i + k) % works.length;
      const started = performance.now();
      await works[which]?.();
      if (i >= warmUp) times[which]?.push(performance.now() - started);
    }
  }
  return times.map((each) => Math.round(median(each) * 1000) / 1000);
}
