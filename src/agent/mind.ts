/**
 * A role's model, bound to the role's own tools and to the way it hands in its answer: by the `submit` tool, or as
 * JSON-schema output where the server offers it. Any LangChain chat model fits.
 */
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import type { Runnable } from "@langchain/core/runnables";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { HatrackError } from "../errors.ts";
import { accountOf, type Account } from "./account.ts";
import type { Hat } from "./hat.ts";
import type { Redactor } from "./redact.ts";
import type { RoleModel } from "./role.ts";
import { untilAborted } from "./until-aborted.ts";

/** A tool call as the model made it; `malformed`: its arguments were no JSON. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly malformed?: string;
}

export interface HandedIn {
  readonly value: unknown;
  /** The `submit` call to answer when it is sent back. */
  readonly callId?: string;
  /** The arguments of `submit` were no JSON. */
  readonly malformed?: string;
}

export interface Reply extends Account {
  /** As it enters the conversation: every call has an id, so that every call can be answered. */
  readonly message: BaseMessage;
  readonly calls: readonly Call[];
  readonly handedIn: HandedIn | undefined;
}

/** "look-up": any of its tools or the answer. "answer": the answer and nothing else. */
export type Turn = "look-up" | "answer";

export interface Mind {
  ask(messages: readonly BaseMessage[], turn: Turn, signal: AbortSignal): Promise<Reply>;
}

/** Binds once, for all runs of a role. */
export function mindOf(hat: Hat, model: RoleModel, tools: readonly StructuredToolInterface[]): Mind {
  return model.answerBy === "json-schema"
    ? jsonMind(hat, model.chat, tools)
    : submitMind(hat, model.chat, tools);
}

/** What is handed in holds no secret: it is what the log will say. */
export function cleanMind(mind: Mind, redactor: Redactor): Mind {
  return {
    ask: async (...asked) => {
      const turn = await mind.ask(...asked);
      const { handedIn } = turn;
      if (handedIn === undefined) return turn;
      return { ...turn, handedIn: { ...handedIn, value: redactor.value(handedIn.value) } };
    },
  };
}

function submitMind(hat: Hat, chat: BaseChatModel, tools: readonly StructuredToolInterface[]): Mind {
  const description = "Hands in your answer and ends the run.";
  const submit = {
    type: "function",
    function: { name: "submit", description, parameters: hat.answerSchema },
  };
  const looking = bound(chat, [...tools, submit]);
  const answering = bound(chat, [submit], "submit");
  return {
    ask: async (messages, turn, signal) => {
      const model = turn === "look-up" ? looking : answering;
      const said = await untilAborted(model.invoke([...messages], { signal }), signal);
      const calls = callsOf(said, messages.length);
      const submitted = calls.find((call) => call.name === "submit");
      const handedIn = submitted && handedInBy(submitted);
      return { message: answerable(said, calls), calls, handedIn, ...accountOf(said) };
    },
  };
}

function handedInBy({ id, args, malformed }: Call): HandedIn {
  return { value: args, callId: id, ...(malformed === undefined ? {} : { malformed }) };
}

function jsonMind(hat: Hat, chat: BaseChatModel, tools: readonly StructuredToolInterface[]): Mind {
  const looking = tools.length === 0 ? chat : bound(chat, [...tools]);
  const answering = chat.withStructuredOutput(hat.answerSchema, {
    name: "submit",
    method: "jsonSchema",
    includeRaw: true,
  });
  return {
    ask: async (messages, turn, signal) => {
      if (turn === "look-up") {
        const said = await untilAborted(looking.invoke([...messages], { signal }), signal);
        const calls = callsOf(said, messages.length);
        return { message: answerable(said, calls), calls, handedIn: undefined, ...accountOf(said) };
      }
      const reply: { raw: BaseMessage; parsed: unknown } = await untilAborted(
        answering.invoke([...messages], { signal }),
        signal,
      );
      const value = answerIn(reply);
      const { raw } = reply;
      const message = new AIMessage(raw.text === "" ? JSON.stringify(value) : raw.text);
      const handedIn = value === null ? undefined : { value };
      return { message, calls: [], handedIn, ...accountOf(raw) };
    },
  };
}

/** Null when the reply holds none: `includeRaw` keeps quiet about text that is no JSON. */
function answerIn({ raw, parsed }: { readonly raw: BaseMessage; readonly parsed: unknown }): unknown {
  if (parsed !== null && parsed !== undefined) return parsed;
  return AIMessage.isInstance(raw) ? (raw.tool_calls?.[0]?.args ?? null) : null;
}

function bound(
  chat: BaseChatModel,
  tools: Parameters<NonNullable<BaseChatModel["bindTools"]>>[0],
  choice?: string,
): Runnable<BaseLanguageModelInput, AIMessageChunk> {
  if (chat.bindTools === undefined) {
    throw new HatrackError(
      "model_invalid",
      `model ${chat._llmType()}: cannot call tools (it has no bindTools)`,
    );
  }
  return chat.bindTools(tools, choice === undefined ? {} : { tool_choice: choice });
}

function callsOf(message: AIMessageChunk, turn: number): Call[] {
  const calls = (message.tool_calls ?? []).map((call, index) => ({
    id: call.id ?? `call-${turn}-${index}`,
    name: call.name,
    args: { ...call.args },
  }));
  const broken = (message.invalid_tool_calls ?? []).map((call, index) => ({
    id: call.id ?? `broken-${turn}-${index}`,
    name: call.name ?? "(no name)",
    args: {},
    malformed: whyMalformed(call.error),
  }));
  return [...calls, ...broken];
}

/** The parser's message repeats all of what the model wrote, and this one is shown to people: its last line says why. */
function whyMalformed(error: string | undefined): string {
  return error?.trim().split("\n").at(-1)?.slice(0, 200) ?? "expected a JSON object";
}

/** A server refuses the answer to a call that the message does not list with an id. */
function answerable(message: AIMessageChunk, calls: readonly Call[]): BaseMessage {
  const listed = message.tool_calls ?? [];
  if (listed.length === calls.length && listed.every((call) => call.id !== undefined)) return message;
  return new AIMessage({
    content: message.text,
    tool_calls: calls.map(({ id, name, args }) => ({ id, name, args, type: "tool_call" as const })),
  });
}
