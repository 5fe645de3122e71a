/**
 * Any OpenAI-compatible server (vLLM, llama.cpp, Ollama, …) as the model of a role. One call is one request: no hidden
 * retries, no streaming, no other endpoint; what went wrong comes out as one of two errors, by whose fault it is.
 */
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import { ContextOverflowError } from "@langchain/core/errors";
import type { BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { z } from "zod";
import type { RoleModel } from "../src/agent/role.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";

export interface OpenAiOptions {
  /** "http://127.0.0.1:8000/v1" */
  readonly baseUrl: string;
  /** As the server lists it under /models. */
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Milliseconds one answer may take. Default 120,000. */
  readonly timeoutMs?: number;
  /** "json-schema" where the server keeps to a schema; default: the `submit` tool. */
  readonly answerBy?: RoleModel["answerBy"];
}

/**
 * Its calls throw HatrackError `model_unavailable` (retryable: unreachable, too slow, 408, 425, 429, 5xx, or an answer
 * that is none) or `model_rejected`. That is retryable for 401, 403 and 404: key or name are set wrong, the message says
 * how to set them right, and no case is at fault; not for what this request is refused for. An abort by the caller
 * stays an abort.
 */
export async function openAiModel(options: OpenAiOptions): Promise<RoleModel> {
  // Half a second and some 50 MB: only who has a server pays for it.
  const { ChatOpenAICompletions } = await import("@langchain/openai");
  const { baseUrl, model, timeoutMs = 120_000, answerBy } = options;
  const server: Server = { url: baseUrl, model, host: hostOf(baseUrl) };

  class ServerModel extends ChatOpenAICompletions {
    override async _generate(
      messages: BaseMessage[],
      callOptions: this["ParsedCallOptions"],
      runManager?: CallbackManagerForLLMRun,
    ): Promise<ChatResult> {
      let result: ChatResult;
      try {
        result = await super._generate(messages, callOptions, runManager);
      } catch (error) {
        if (callOptions.signal?.aborted === true) throw error;
        throw classify(error, server);
      }
      if (result.generations.length === 0) throw unavailable(server, "an answer without choices");
      return result;
    }
  }

  const chat = new ServerModel({
    model,
    // The client insists on a key and would else take OPENAI_API_KEY from the environment and send it to this server.
    apiKey: options.apiKey ?? "none",
    configuration: { baseURL: baseUrl, maxRetries: 0, organization: null, project: null },
    ...{ timeout: timeoutMs, maxRetries: 0, streaming: false, streamUsage: false, temperature: 0 },
  });
  return { chat, name: model, leg: server.host, ...(answerBy && { answerBy }) };
}

interface Server {
  readonly url: string;
  readonly host: string;
  readonly model: string;
}

function hostOf(url: string): string {
  if (!URL.canParse(url)) {
    const message = `LLM_BASE_URL: expected a URL such as http://127.0.0.1:8000/v1, got "${url}"`;
    throw new HatrackError("model_rejected", message);
  }
  return new URL(url).host;
}

const Failure = z.object({ status: z.int().optional().catch(undefined) }).catch({ status: undefined });

/** What to set right, by the status a server refuses with. */
const fixes: Readonly<Record<number, (server: Server) => string>> = {
  401: () => "set LLM_API_KEY to a key the server takes",
  403: () => "set LLM_API_KEY to a key that may use this model",
  404: ({ model, url }) =>
    `it does not serve "${model}" there: set LLM_MODEL to a name listed under ${url.replace(/\/+$/, "")}/models, and LLM_BASE_URL with its /v1`,
};

/** Statuses that pass by themselves. */
function passes(status: number): boolean {
  return status >= 500 || [408, 409, 425, 429].includes(status);
}

function classify(error: unknown, server: Server): HatrackError {
  const status = ContextOverflowError.isInstance(error) ? 400 : Failure.parse(error).status;
  const said = reasonOf(error).replace(/\s+/g, " ").slice(0, 300);
  // No status: it was not reached, was too slow, or what it sent is no answer.
  if (status === undefined || passes(status)) return unavailable(server, said, error);
  const fix = fixes[status]?.(server);
  const message = `model ${server.model} at ${server.host}: ${said}; ${fix ?? "this request is refused"}`;
  return new HatrackError("model_rejected", message, { cause: error, retryable: fix !== undefined });
}

function unavailable(server: Server, got: string, cause?: unknown): HatrackError {
  const message = `model ${server.model} at ${server.host}: expected an answer, got ${got}`;
  return new HatrackError("model_unavailable", message, { cause, retryable: true });
}
