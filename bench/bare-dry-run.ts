/** What the dry run's loops take as a process without hatrack: LangGraph, a scripted model, one look-up and an answer. */
import { BaseChatModel, type BindToolsInput } from "@langchain/core/language_models/chat_models";
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";

const [cases = 20, roles = 4] = process.argv.slice(2).map(Number);

class Scripted extends BaseChatModel {
  override _llmType(): string {
    return "scripted";
  }
  override bindTools(tools: BindToolsInput[]) {
    return this.withConfig({ tags: [String(tools.length)] });
  }
  override _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const looked = messages.some((message) => ToolMessage.isInstance(message));
    const call = { id: "a", name: looked ? "submit" : "look", args: { a: 1 }, type: "tool_call" as const };
    const message = new AIMessage({ content: "", tool_calls: [call] });
    return Promise.resolve({ generations: [{ text: "", message }] });
  }
}

const State = Annotation.Root({
  messages: Annotation<BaseMessage[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

function loop() {
  const model = new Scripted({}).bindTools([]);
  return new StateGraph(State)
    .addNode("think", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("act", () => ({ messages: [new ToolMessage({ tool_call_id: "a", content: "found nothing" })] }))
    .addEdge(START, "think")
    .addConditionalEdges("think", ({ messages }) => {
      const last = messages.at(-1);
      return AIMessage.isInstance(last) && last.tool_calls?.[0]?.name === "submit" ? END : "act";
    })
    .addEdge("act", "think")
    .compile();
}

const start = [new SystemMessage("You look closely."), new HumanMessage("An alert.")];
const loops = Array.from({ length: roles }, loop);
for (let i = 0; i < cases; i += 1) for (const graph of loops) await graph.invoke({ messages: start });
