/**
 * Any OpenAI-compatible server (vLLM, llama.cpp, Ollama, …) as a chat model. One call is one request: no hidden
 * retries, no other endpoint; what went wrong comes out as one of two errors, by whose fault it is. Where the server
 * has no tool calls but keeps to a schema, they are made of that (openai-json-tools.ts); thoughts are taken out.
 */
import type { RoleModel } from "../src/agent/role.ts";
import { serverOf, type ServerNames } from "./openai-errors.ts";
import type { ServerShape } from "./openai-server-model.ts";
import { timedFetch, type Limits } from "./openai-transport.ts";

export interface OpenAiOptions {
  /** "http://127.0.0.1:8000/v1" */
  readonly baseUrl: string;
  /** As the server lists it under /models. */
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Milliseconds one answer may take. Default 120,000. */
  readonly timeoutMs?: number;
  /** "json-schema": hand in by JSON-schema output; default: the `submit` tool. */
  readonly answerBy?: RoleModel["answerBy"];
  readonly shape?: ServerShape;
  /** Read at each request: what a probe finds out may change them. */
  readonly limits?: Limits;
  /** Names of the variables these come from, for messages. Default: LLM_BASE_URL, LLM_MODEL, LLM_API_KEY. */
  readonly names?: ServerNames;
}

/**
 * Its calls throw HatrackError `model_unavailable` (retryable: unreachable, too slow, 408, 425, 429, 5xx, or an answer
 * that is none), `model_context_exceeded` or `model_rejected`. The last is retryable for 401, 403 and 404: key or name
 * are set wrong, the message says how to set them right, and no case is at fault; not for what this request is refused
 * for. An abort by the caller stays an abort.
 */
export async function openAiModel(options: OpenAiOptions): Promise<RoleModel> {
  // Half a second and some 50 MB: only who has a server pays for it.
  const { ServerModel } = await import("./openai-server-model.ts");
  const { baseUrl, model, timeoutMs = 120_000, answerBy, shape = plainShape } = options;
  const server = serverOf(options);

  const limits = options.limits ?? { ...defaultLimits, firstByteMs: timeoutMs, idleMs: timeoutMs };
  const fields = {
    model,
    // The client insists on a key and would else take OPENAI_API_KEY from the environment and send it to this server.
    apiKey: options.apiKey ?? "none",
    configuration: {
      ...{ baseURL: baseUrl, maxRetries: 0, organization: null, project: null, logLevel: "off" as const },
      fetch: timedFetch(limits),
    },
    ...{ timeout: timeoutMs, maxRetries: 0, streaming: false, streamUsage: true, temperature: 0 },
  };
  const chat = new ServerModel(fields, { server, shape });
  return { chat, name: model, leg: server.host, ...(answerBy && { answerBy }) };
}

const defaultLimits = { connectMs: 5_000, maxBytes: 8 * 1024 * 1024 };
const plainShape: ServerShape = { calls: "tools", streams: false };
