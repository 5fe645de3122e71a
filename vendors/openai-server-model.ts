/**
 * The chat model of one OpenAI-compatible server. Importing it costs half a second and some 50 MB: only who has a
 * server does (openai.ts).
 */
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import { AIMessage, AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import {
  ChatOpenAICompletions,
  convertMessagesToCompletionsMessageParams,
  type ChatOpenAIFields,
} from "@langchain/openai";
import { z } from "zod";
import { forcedTool } from "../src/models/failover/structured.ts";
import { classify, isTooLarge, unavailable, type Server } from "./openai-errors.ts";
import { askedAsJson, callsIn, type JsonCall } from "./openai-json-tools.ts";
import { ThoughtFilter, withoutThoughts } from "./openai-thinking.ts";

/** What a server can do; a probe may change it while the model is in use. */
export interface ServerShape {
  /** "json": it calls no tools and keeps to a JSON schema. */
  calls: "tools" | "json";
  /** It streams, tool calls too: then the time to the first token is limited, not only the whole. */
  streams: boolean;
}

export class ServerModel extends ChatOpenAICompletions {
  readonly #server: Server;
  readonly #shape: ServerShape;

  constructor(fields: ChatOpenAIFields, { server, shape }: { server: Server; shape: ServerShape }) {
    super(fields);
    this.#server = server;
    this.#shape = shape;
  }

  override async _generate(
    messages: BaseMessage[],
    callOptions: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const asked = this.#inShape(messages, callOptions);
    // What our own side gets wrong is a bug and comes out as one; from here on it is the server.
    convertMessagesToCompletionsMessageParams({ messages: asked.messages, model: this.model });
    this.invocationParams(asked.options);
    try {
      const reply = await (this.#shape.streams ? this.#stream(asked) : this.#whole(asked, runManager));
      const message = asAnswer(reply, asked);
      return { generations: [{ text: message.text, message }] };
    } catch (error) {
      if (callOptions.signal?.aborted === true) throw error;
      if (!isTooLarge(error)) throw classify(error, this.#server);
      const message = new AIMessage({ content: "", response_metadata: { finish_reason: "length" } });
      return { generations: [{ text: "", message }] };
    }
  }

  #inShape(messages: BaseMessage[], options: this["ParsedCallOptions"]): Asked<this["ParsedCallOptions"]> {
    const { tools = [], tool_choice, ...others } = options;
    if (this.#shape.calls === "tools" || tools.length === 0) return { messages, options };
    const forced = forcedTool(tool_choice);
    const question = askedAsJson(messages, tools, forced);
    const asJson = { ...others, response_format: question.responseFormat };
    return { messages: [...question.messages], options: asJson, json: { forced } };
  }

  async #whole(
    { messages, options }: Asked<this["ParsedCallOptions"]>,
    runManager: CallbackManagerForLLMRun | undefined,
  ): Promise<Reply> {
    const { generations } = await super._generate(messages, options, runManager);
    const [generation] = generations;
    if (generation === undefined) throw unavailable(this.#server, "an answer without choices");
    return { message: generation.message, finish: finishOf(generation.generationInfo) ?? "" };
  }

  /** Streamed for the sake of its first token; nobody sees it before it is whole. */
  async #stream({ messages, options }: Asked<this["ParsedCallOptions"]>): Promise<Reply> {
    let whole: ChatGenerationChunk | undefined;
    for await (const chunk of super._streamResponseChunks(messages, options)) {
      whole = whole === undefined ? chunk : whole.concat(chunk);
    }
    options.signal?.throwIfAborted();
    if (whole === undefined) throw unavailable(this.#server, "an answer without choices");
    const finish = finishOf(whole.generationInfo);
    if (finish === undefined) throw unavailable(this.#server, "a stream that broke off");
    return { message: whole.message, finish };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    callOptions: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    if (this.#shape.calls === "json" || !this.#shape.streams) {
      const { generations } = await this._generate(messages, callOptions, runManager);
      for (const { message } of generations) yield chunkOf(message);
      return;
    }
    const filter = new ThoughtFilter();
    try {
      for await (const chunk of super._streamResponseChunks(messages, callOptions)) {
        const said = filter.push(chunk.text);
        yield withText(chunk, said);
        await runManager?.handleLLMNewToken(said);
      }
    } catch (error) {
      throw callOptions.signal?.aborted === true ? error : classify(error, this.#server);
    }
    if (filter.end() !== "") yield chunkOf(new AIMessage(filter.end()));
  }
}

interface Asked<Options> {
  readonly messages: BaseMessage[];
  readonly options: Options;
  /** Calls are to be read out of its text; the one it is forced to make, if any. */
  readonly json?: { readonly forced: string | undefined };
}

interface Reply {
  readonly message: BaseMessage;
  readonly finish: string;
}

const Finish = z.object({ finish_reason: z.string().optional().catch(undefined) });

const Used = z.object({ usage_metadata: z.unknown() });

function finishOf(info: unknown): string | undefined {
  return Finish.safeParse(info).data?.finish_reason;
}

/** Without thoughts and a vendor's own fields; with the calls that its JSON holds, where calls are JSON. */
function asAnswer({ message, finish }: Reply, { json }: Asked<unknown>): AIMessage {
  const text = withoutThoughts(message.text);
  const calls = json === undefined ? undefined : callsIn(text, json.forced);
  const response_metadata = { ...message.response_metadata, finish_reason: finish };
  if (!AIMessage.isInstance(message)) return new AIMessage({ content: text, response_metadata });
  const answer = new AIMessage({
    content: calls === undefined ? text : "",
    tool_calls: calls === undefined ? (message.tool_calls ?? []) : calls.map(asCall),
    invalid_tool_calls: message.invalid_tool_calls ?? [],
    response_metadata,
  });
  return Object.assign(answer, Used.parse(message));
}

function asCall(call: JsonCall): JsonCall & { readonly type: "tool_call" } {
  return { ...call, type: "tool_call" };
}

function chunkOf(message: BaseMessage): ChatGenerationChunk {
  const { text, response_metadata } = message;
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  const tool_call_chunks = calls.map(({ id, name, args }, index) => {
    return { ...(id === undefined ? {} : { id }), name, args: JSON.stringify(args), index };
  });
  return new ChatGenerationChunk({
    text,
    message: new AIMessageChunk({ content: text, tool_call_chunks, response_metadata }),
  });
}

function withText(chunk: ChatGenerationChunk, text: string): ChatGenerationChunk {
  if (chunk.text === text || !AIMessageChunk.isInstance(chunk.message)) return chunk;
  const message = new AIMessageChunk({
    content: text,
    tool_call_chunks: chunk.message.tool_call_chunks ?? [],
  });
  return new ChatGenerationChunk({ text, message, generationInfo: chunk.generationInfo ?? {} });
}
