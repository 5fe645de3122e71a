/**
 * Several model servers as one LangChain chat model: calls go to the first leg that answers. Whoever uses it binds
 * tools, asks for structured output and streams as with any other model; the conversation moves between legs whole.
 */
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import type {
  BaseLanguageModelInput,
  StructuredOutputMethodOptions,
} from "@langchain/core/language_models/base";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import type { AIMessageChunk, BaseMessage } from "@langchain/core/messages";
import type { ChatGenerationChunk, ChatResult } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";
import type { z } from "zod";
import { reasonOf } from "../../errors.ts";
import { troubleOf } from "../outage.ts";
import { askStream, askWhole, wholeOf, type Question } from "./ask-leg.ts";
import { answer, type Request } from "./attempt.ts";
import { Chain, type ChainOptions } from "./chain.ts";
import { forcedTool, structured, type Accepts } from "./structured.ts";
import { neutral } from "./neutral.ts";
import { ModelsUnavailable } from "./unavailable.ts";

export interface FailoverCallOptions extends BaseChatModelCallOptions {
  readonly tools?: readonly BindToolsInput[];
  /** What else makes a reply an answer. */
  readonly accepts?: Accepts;
}

export interface FailoverOptions extends ChainOptions {
  /** Milliseconds one call may take over all legs. Default 180,000. */
  readonly budgetMs?: number;
  /** Milliseconds a 429's Retry-After is waited for before the next leg is asked. Default 2,000. */
  readonly patienceMs?: number;
  /**
   * "held" (default): a stream is passed on when it is whole and an answer, so that a leg may die in the middle of it
   * and nobody sees. "live": tokens as they come; once one was passed on, a leg that dies ends the stream with an error.
   */
  readonly streaming?: "held" | "live";
}

type Fields = Record<string, unknown>;
type Settings = Required<Pick<FailoverOptions, "budgetMs" | "patienceMs" | "streaming">>;

/** Its calls throw ModelsUnavailable (`model_unavailable`, retryable) when no leg answers. */
export class FailoverChatModel extends BaseChatModel<FailoverCallOptions> {
  readonly chain: Chain;
  readonly #settings: Settings;
  readonly #kind: string | undefined;
  readonly #views = new Map<string, FailoverChatModel>();

  constructor(
    options: FailoverOptions | { readonly chain: Chain; readonly settings: Settings; readonly kind: string },
  ) {
    super({});
    if ("chain" in options) {
      this.chain = options.chain;
      this.#settings = options.settings;
      this.#kind = options.kind;
      return;
    }
    const { budgetMs = 180_000, patienceMs = 2_000, streaming = "held" } = options;
    this.chain = new Chain(options);
    this.#settings = { budgetMs, patienceMs, streaming };
  }

  override _llmType(): string {
    return "failover";
  }

  /** The same chain for one kind of task: a leg that is no good at it is not used for it. */
  for(kind: string): FailoverChatModel {
    const known = this.#views.get(kind);
    if (known !== undefined) return known;
    const view = new FailoverChatModel({ chain: this.chain, settings: this.#settings, kind });
    this.#views.set(kind, view);
    return view;
  }

  override bindTools(
    tools: BindToolsInput[],
    kwargs: Partial<FailoverCallOptions> = {},
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, FailoverCallOptions> {
    return this.withConfig({ ...kwargs, tools });
  }

  /** By a forced tool call, which every leg can make; an answer that does not fit the schema goes to the next leg. */
  override withStructuredOutput<Output extends Fields>(
    schema: z.ZodType<Output> | object,
    config?: StructuredOutputMethodOptions,
  ): Runnable<BaseLanguageModelInput, Output>;
  override withStructuredOutput<Output extends Fields>(
    schema: z.ZodType<Output> | object,
    config?: StructuredOutputMethodOptions<true>,
  ): Runnable<BaseLanguageModelInput, { raw: BaseMessage; parsed: Output }>;
  override withStructuredOutput(
    schema: object,
    config: StructuredOutputMethodOptions<boolean> = {},
  ): Runnable<BaseLanguageModelInput, Fields> {
    return structured(this, schema, config);
  }

  override async _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    const question = questionOf(messages, options);
    const { timers } = this.chain;
    const { message } = await answer(
      this.chain,
      this.#request(options, (leg, limitMs) => askWhole(leg, question, { timers, limitMs })),
    );
    return { generations: [{ text: message.text, message }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const question = questionOf(messages, options);
    const chunks =
      this.#settings.streaming === "live" ? this.#live(question, options) : this.#held(question, options);
    for await (const chunk of chunks) {
      yield chunk;
      await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk });
    }
  }

  async *#held(question: Question, options: this["ParsedCallOptions"]): AsyncGenerator<ChatGenerationChunk> {
    const { timers } = this.chain;
    const said = await answer(
      this.chain,
      this.#request(options, async (leg, limitMs) => {
        const chunks: ChatGenerationChunk[] = [];
        for await (const chunk of askStream(leg, question, { timers, limitMs })) chunks.push(chunk);
        return wholeOf(chunks, leg);
      }),
    );
    yield* said.chunks ?? [];
  }

  async *#live(question: Question, options: this["ParsedCallOptions"]): AsyncGenerator<ChatGenerationChunk> {
    const { timers } = this.chain;
    let rest: AsyncGenerator<ChatGenerationChunk> | undefined;
    const begun = await answer(this.chain, {
      ...this.#request(options, async (leg, limitMs) => {
        rest = askStream(leg, question, { timers, limitMs });
        const first = await rest.next();
        return first.done === true
          ? wholeOf([], leg)
          : { ...wholeOf([first.value], leg), chunks: [first.value] };
      }),
      begun: true,
    });
    try {
      yield* begun.chunks ?? [];
      if (rest !== undefined) yield* rest;
    } catch (error) {
      const trouble = options.signal?.aborted === true ? undefined : troubleOf(error);
      if (trouble === undefined) throw error;
      begun.leg.failed(trouble);
      throw new ModelsUnavailable(`the stream broke off: ${reasonOf(error)}`, 500, error);
    } finally {
      // Whoever reads may stop at any token, the first too: the server may stop then, and the next may have its place.
      void rest?.return(undefined);
      begun.leave?.();
    }
  }

  #request(options: this["ParsedCallOptions"], ask: Request["ask"]): Request {
    const { budgetMs, patienceMs } = this.#settings;
    const { signal, accepts } = options;
    return {
      kind: this.#kind,
      signal,
      budgetMs,
      patienceMs,
      forced: forcedTool(options.tool_choice),
      accepts,
      ask,
    };
  }
}

function questionOf(
  messages: readonly BaseMessage[],
  options: FailoverChatModel["ParsedCallOptions"],
): Question {
  const { tools, accepts: _, signal, timeout: _timeout, ...rest } = options;
  return { messages: neutral(messages), tools, options: rest, signal };
}
