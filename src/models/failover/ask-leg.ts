/** Asks one leg, whole or as a stream, within its time. */
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import type { BaseChatModel, BindToolsInput } from "@langchain/core/language_models/chat_models";
import { AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import { HatrackError } from "../../errors.ts";
import { untilAborted } from "../../agent/until-aborted.ts";
import type { Said } from "./attempt.ts";
import type { Leg } from "./leg.ts";
import type { Timers } from "./timers.ts";

export interface Question {
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly BindToolsInput[] | undefined;
  /** Call options that are the leg's business: tool_choice, stop, response_format, … */
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
}

export async function askWhole(
  leg: Leg,
  question: Question,
  { timers, limitMs }: { timers: Timers; limitMs: number },
): Promise<Said> {
  const time = new TimeLimit(timers, question.signal, { leg, ms: limitMs, what: "whole answer" });
  try {
    const model = boundTo(leg, question);
    const reply = await untilAborted(
      model.invoke([...question.messages], { signal: time.signal }),
      time.signal,
    );
    return { message: stamped(reply, leg) };
  } finally {
    time.end();
  }
}

/** The stream's chunks as they come; the first must come in time, and all of them. */
export async function* askStream(
  leg: Leg,
  question: Question,
  { timers, limitMs }: { timers: Timers; limitMs: number },
): AsyncGenerator<ChatGenerationChunk> {
  const whole = new TimeLimit(timers, question.signal, { leg, ms: limitMs, what: "whole answer" });
  const first = new TimeLimit(timers, whole.signal, {
    leg,
    ms: Math.min(limitMs, leg.firstTokenMs ?? 30_000),
    what: "first token",
  });
  let stream: AsyncIterator<AIMessageChunk> | undefined;
  try {
    const opened = boundTo(leg, question).stream([...question.messages], { signal: first.signal });
    stream = (await untilAborted(opened, first.signal))[Symbol.asyncIterator]();
    let signal = first.signal;
    for (;;) {
      const next = await untilAborted(stream.next(), signal);
      if (next.done === true) return;
      first.end();
      signal = whole.signal;
      yield new ChatGenerationChunk({ message: next.value, text: next.value.text });
    }
  } finally {
    first.end();
    whole.end();
    // Nobody reads on: the server may stop. What it says to that is no matter.
    void stream?.return?.().catch(() => undefined);
  }
}

/** The chunks put together, as the leg's. */
export function wholeOf(chunks: readonly ChatGenerationChunk[], leg: Leg): Said {
  const parts = chunks.map(({ message }) => message).filter((message) => AIMessageChunk.isInstance(message));
  const joined = parts.length === 0 ? new AIMessageChunk("") : parts.reduce((a, b) => a.concat(b));
  return { message: stamped(joined, leg), chunks };
}

function boundTo(
  { chat }: Leg,
  { tools, options }: Question,
): Runnable<BaseLanguageModelInput, AIMessageChunk> {
  if (tools === undefined || tools.length === 0) return chat.withConfig(options);
  return tooled(chat).bindTools([...tools], options);
}

function tooled(chat: BaseChatModel): { bindTools: NonNullable<BaseChatModel["bindTools"]> } {
  if (chat.bindTools === undefined) {
    const what = `model ${chat._llmType()}: cannot call tools (it has no bindTools)`;
    throw new HatrackError("model_invalid", what);
  }
  return { bindTools: chat.bindTools.bind(chat) };
}

/** Says which leg answered and with which model, beside what the leg says of itself. */
function stamped(message: AIMessageChunk, { name, model }: Leg): BaseMessage {
  return Object.assign(message, { response_metadata: { ...message.response_metadata, leg: name, model } });
}

/** A signal that aborts with the caller's, or with a time-out that reads like one. */
class TimeLimit {
  readonly signal: AbortSignal;
  readonly end: () => void;

  constructor(
    timers: Timers,
    outer: AbortSignal | undefined,
    { leg, ms, what }: { leg: Leg; ms: number; what: string },
  ) {
    const late = new AbortController();
    this.end = timers.after(ms, () => {
      const message = `${leg.name}: no ${what} within ${Math.round(ms)} ms`;
      late.abort(Object.assign(new Error(message), { name: "TimeoutError" }));
    });
    this.signal = outer === undefined ? late.signal : AbortSignal.any([outer, late.signal]);
  }
}
