/**
 * Fits a run into the model's context. What goes, in this order, until it fits:
 *   1. of the case, what prompt-view.ts names, to under half of the context
 *   2. the results of earlier tool calls, oldest first, the last two stay whole; each keeps its fence and its beginning
 * The system message, the case file and what was sent back stay. What does not fit then the server refuses, and the run
 * fails with that reason. Evidence is checked against what the steps found, not against what was left of it here. Pure.
 */
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";

/** Of JSON and command lines, which are dearer than prose. */
const charsPerToken = 3;
/** For the tools' schemas and the answer; tokens. */
const reserve = 3_000;
const view = { share: 0.45, least: 3_000, most: 28_000 };
const beginning = 300;

/** Characters the view of a case may have; undefined: nobody knows the context, and prompt-view.ts has its own. */
export function viewChars(contextTokens: number | undefined): number | undefined {
  if (contextTokens === undefined) return undefined;
  return Math.round(Math.min(Math.max(contextTokens * view.share * charsPerToken, view.least), view.most));
}

export function fitted(
  messages: readonly BaseMessage[],
  contextTokens: number | undefined,
): readonly BaseMessage[] {
  if (contextTokens === undefined) return messages;
  const most = Math.max(contextTokens - reserve, reserve) * charsPerToken;
  const results = messages.filter((message) => ToolMessage.isInstance(message)).slice(0, -2);
  const kept = [...messages];
  let size = kept.reduce((sum, message) => sum + sizeOf(message), 0);
  for (const result of results) {
    if (size <= most) break;
    const short = shortened(result);
    kept[messages.indexOf(result)] = short;
    size -= sizeOf(result) - sizeOf(short);
  }
  return kept;
}

function sizeOf(message: BaseMessage): number {
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  return message.text.length + (calls.length === 0 ? 0 : JSON.stringify(calls).length);
}

function shortened(message: ToolMessage): ToolMessage {
  const lines = message.text.split("\n");
  const body = lines.slice(1, -1).join("\n");
  if (lines.length < 3 || body.length <= beginning) return message;
  const left = (body.length - beginning).toLocaleString("en-GB");
  const note = `${body.slice(0, beginning)}… ${left} more characters, left out for want of room`;
  const content = [lines[0], note, lines.at(-1)].join("\n");
  const { tool_call_id, name } = message;
  return new ToolMessage({ tool_call_id, content, ...(name === undefined ? {} : { name }) });
}
