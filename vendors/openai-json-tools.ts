/**
 * Tool calls for a server that has none but keeps to a JSON schema: the tools become the schema of the answer, and
 * calls and results of the conversation become text. Everybody above sees tool calls as from any other server. Pure.
 */
import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { z } from "zod";

interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface JsonQuestion {
  readonly messages: readonly BaseMessage[];
  readonly responseFormat: {
    readonly type: "json_schema";
    readonly json_schema: { readonly name: string; readonly schema: Record<string, unknown> };
  };
}

const Schema = z.record(z.string(), z.unknown()).catch({ type: "object", properties: {} });
const Function = z.object({
  function: z.object({
    name: z.string(),
    description: z.string().catch(""),
    parameters: Schema,
  }),
});

/** @param forced the one tool it must call */
export function askedAsJson(
  messages: readonly BaseMessage[],
  tools: readonly BindToolsInput[],
  forced: string | undefined,
): JsonQuestion {
  const all = tools.map(toolOf);
  const only = all.find(({ name }) => name === forced);
  const schema = only === undefined ? callsSchema(all) : only.parameters;
  const told =
    only === undefined ? withTools(messages.map(asText), all) : [...messages.map(asText), last(only)];
  return {
    messages: told,
    responseFormat: {
      type: "json_schema",
      json_schema: { name: only?.name ?? "calls", schema: { ...schema } },
    },
  };
}

function toolOf(tool: BindToolsInput): Tool {
  const given: unknown = tool;
  const known = Function.safeParse(given);
  if (known.success) return known.data.function;
  // Whatever else LangChain takes for a tool, it knows how to write down.
  return Function.parse(convertToOpenAITool(LangChainTool.parse(given))).function;
}

const LangChainTool = z.custom<Known>((value) => typeof value === "object" && value !== null);
type Known = Parameters<typeof convertToOpenAITool>[0];

function callsSchema(tools: readonly Tool[]): Record<string, unknown> {
  const call = ({ name, parameters }: Tool): object => ({
    type: "object",
    properties: { tool: { enum: [name] }, arguments: parameters },
    required: ["tool", "arguments"],
    additionalProperties: false,
  });
  return {
    type: "object",
    properties: { calls: { type: "array", minItems: 1, maxItems: 8, items: { anyOf: tools.map(call) } } },
    required: ["calls"],
    additionalProperties: false,
  };
}

/** In the system message, where it is part of the constant prefix. */
function withTools(messages: readonly BaseMessage[], tools: readonly Tool[]): BaseMessage[] {
  const lines = tools.map(({ name, description, parameters }) => {
    return `- ${name}: ${description} Arguments: ${JSON.stringify(parameters)}`;
  });
  const how = `# How to call tools
Answer with JSON alone: {"calls": [{"tool": "NAME", "arguments": {…}}]}. The results come in the next message.
${lines.join("\n")}`;
  const [first, ...rest] = messages;
  return first !== undefined && SystemMessage.isInstance(first)
    ? [new SystemMessage(`${first.text}\n\n${how}`), ...rest]
    : [new SystemMessage(how), ...messages];
}

function last({ name }: Tool): HumanMessage {
  return new HumanMessage(`Now the arguments of \`${name}\`, as JSON alone.`);
}

function asText(message: BaseMessage): BaseMessage {
  if (ToolMessage.isInstance(message)) {
    return new HumanMessage(`Result of ${message.name ?? "the call"}:\n${message.text}`);
  }
  if (!AIMessage.isInstance(message) || (message.tool_calls ?? []).length === 0) return message;
  const calls = (message.tool_calls ?? []).map(({ name, args }) => ({ tool: name, arguments: args }));
  return new AIMessage(JSON.stringify({ calls }));
}

const Arguments = z.record(z.string(), z.unknown());
const Calls = z.object({ calls: z.array(z.object({ tool: z.string(), arguments: Arguments })) });

export interface JsonCall {
  readonly id: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** The calls in an answer; undefined: it holds none, and is left as the text it is. */
export function callsIn(text: string, forced: string | undefined): JsonCall[] | undefined {
  const value = jsonIn(text);
  if (forced !== undefined) {
    const args = Arguments.safeParse(value);
    return args.success ? [{ id: "json-0", name: forced, args: args.data }] : undefined;
  }
  const calls = Calls.safeParse(value);
  if (!calls.success) return undefined;
  return calls.data.calls.map(({ tool, arguments: args }, at) => ({ id: `json-${at}`, name: tool, args }));
}

/** The outermost object: some servers put a fence or a word around it. */
function jsonIn(text: string): unknown {
  const from = text.indexOf("{");
  const to = text.lastIndexOf("}");
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(text.slice(from, to + 1));
  } catch {
    return undefined;
  }
}
