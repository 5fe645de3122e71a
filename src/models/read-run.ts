/** Reads a run's messages back the way a model would: the fenced case file, and the steps with their results. */
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { parseFence } from "../agent/fence.ts";
import type { Facts, PastStep } from "../agent/rule-book.ts";

/** The case file is undefined when no message holds one. */
export function readRun(messages: readonly BaseMessage[]): Facts {
  const asked = new Map<string, unknown>();
  const steps: PastStep[] = [];
  let casefile: unknown;
  for (const message of messages) {
    if (AIMessage.isInstance(message))
      for (const call of message.tool_calls ?? []) asked.set(call.id ?? "", call.args);
    const { content } = message;
    const fenced = parseFence(typeof content === "string" ? content : message.text);
    if (fenced === undefined) continue;
    if (fenced.label === "case file") casefile = JSON.parse(fenced.text);
    if (ToolMessage.isInstance(message)) steps.push(...stepOf(fenced, asked.get(message.tool_call_id)));
  }
  return { casefile, steps };
}

function stepOf(fenced: { label: string; text: string }, args: unknown): PastStep[] {
  const match = /^step (\d+) (\S+) (?:ok|error|refused)$/.exec(fenced.label);
  if (match === null) return [];
  return [{ step: Number(match[1]), tool: match[2] ?? "", arguments: args, result: fenced.text }];
}
