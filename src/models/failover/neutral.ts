/**
 * A conversation that any leg can go on with, whichever leg began it: no reasoning, no vendor's own fields, and tool
 * calls under ids that every server takes (Mistral's want nine letters or digits, others take anything). Pure.
 */
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";

export function neutral(messages: readonly BaseMessage[]): BaseMessage[] {
  const ids = new Map<string, string>();
  return messages.map((message) => {
    if (AIMessage.isInstance(message)) return ofModel(message, ids);
    if (ToolMessage.isInstance(message)) return ofTool(message, ids);
    return message;
  });
}

function ofModel(message: AIMessage, ids: Map<string, string>): AIMessage {
  const calls = (message.tool_calls ?? []).map(({ id, name, args }) => {
    return { id: idFor(id ?? `${ids.size}`, ids), name, args, type: "tool_call" as const };
  });
  return new AIMessage({ content: message.text, tool_calls: calls });
}

function ofTool({ tool_call_id, text, name, status }: ToolMessage, ids: Map<string, string>): ToolMessage {
  return new ToolMessage({
    tool_call_id: idFor(tool_call_id, ids),
    content: text,
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
  });
}

function idFor(id: string, ids: Map<string, string>): string {
  const known = ids.get(id);
  if (known !== undefined) return known;
  const made = `call${String(ids.size + 1).padStart(5, "0")}`;
  ids.set(id, made);
  return made;
}
