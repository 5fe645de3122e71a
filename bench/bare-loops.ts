/**
 * The loops of a replay without hatrack: for each run that a replay made, a bare LangGraph loop from the same first
 * prompt, with the same model and the same look-ups, until it hands in. No log, no schema, no budget, no evidence
 * check, no redaction, no memory.
 */
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { fence } from "../src/agent/fence.ts";
import type { Hat } from "../src/agent/hat.ts";
import type { RoleModel } from "../src/agent/role.ts";
import { workingOn, type AtHand } from "../src/replay/at-hand.ts";

/** One run of a role, by how it began. */
export interface Begun {
  readonly atHand: AtHand;
  readonly messages: readonly BaseMessage[];
}

const State = Annotation.Root({
  messages: Annotation<BaseMessage[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

function callsOf(messages: readonly BaseMessage[]) {
  const last = messages.at(-1);
  return AIMessage.isInstance(last) ? (last.tool_calls ?? []) : [];
}

/** What a rule book reads a result by; of the run's own marker. */
function markerOf(messages: readonly BaseMessage[]): string {
  return /<<data (\S+) /.exec(messages[1]?.text ?? "")?.[1] ?? "00000000";
}

/** Plays a run; resolves with how many messages it came to. */
export function bareLoop(hat: Hat, { chat }: RoleModel, all: readonly StructuredToolInterface[]) {
  const tools = all.filter(({ name }) => hat.tools.includes(name));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const submit = { type: "function", function: { name: "submit", parameters: hat.answerSchema } };
  const model = chat.bindTools?.([...tools, submit]);
  if (model === undefined) throw new Error(`bench: the model of ${hat.name} takes no tools`);
  const graph = new StateGraph(State)
    .addNode("think", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("act", async ({ messages }) => {
      const answers: BaseMessage[] = [];
      let step = messages.filter((message) => ToolMessage.isInstance(message)).length;
      for (const call of callsOf(messages)) {
        const text = String(await byName.get(call.name)?.invoke(call.args).catch(String));
        const label = `step ${(step += 1)} ${call.name} ok`;
        const content = fence(markerOf(messages), { label, text });
        answers.push(new ToolMessage({ tool_call_id: call.id ?? "", content, name: call.name }));
      }
      return { messages: answers };
    })
    .addEdge(START, "think")
    .addConditionalEdges("think", ({ messages }) =>
      callsOf(messages).some((call) => call.name === "submit") ? END : "act",
    )
    .addEdge("act", "think")
    .compile();
  return ({ atHand, messages }: Begun): Promise<number> =>
    workingOn(atHand, async () => (await graph.invoke({ messages: [...messages] })).messages.length);
}
