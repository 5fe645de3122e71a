/** What an OpenAI-compatible server says of itself: its models, their context, whether it calls tools, and how. */
import { z } from "zod";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { limitedText } from "./limited-text.ts";
import { withoutThoughts } from "./openai-thinking.ts";

export interface ServerAddress {
  /** Ends in /v1. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | undefined;
}

export interface ServerFacts {
  /** Names of the models it serves. */
  readonly served: readonly string[];
  /** Tokens the model's context holds, where the server says so. */
  readonly contextTokens: number | undefined;
  /** "json": no tool calls, but it keeps to a JSON schema. "none": neither. */
  readonly calls: "tools" | "json" | "none";
  /** It streams what it was asked for. */
  readonly streams: boolean;
}

const timeoutMs = 20_000;
/** Of one answer: the list of a router with thousands of models is below it. */
const maxBytes = 8_000_000;

const refusals: Readonly<Record<number, string>> = {
  401: "model_key_refused",
  403: "model_key_refused",
  404: "model_path_wrong",
};

/** A server that lists what it was not asked about is still one: whatever else stands there is left. */
const Model = z.looseObject({
  id: z.string(),
  max_model_len: z.int().positive().optional().catch(undefined), // vLLM
  context_length: z.int().positive().optional().catch(undefined),
  meta: z
    .looseObject({ n_ctx: z.int().positive().optional().catch(undefined) })
    .optional()
    .catch(undefined), // llama.cpp
});
const Models = z.object({ data: z.array(Model) });

/**
 * Everything a leg needs to know, in at most four short requests.
 * @throws HatrackError `model_unavailable`, `model_key_refused`, `model_path_wrong`, `model_rejected`, `model_server_odd`
 */
export async function serverFacts(server: ServerAddress, signal?: AbortSignal): Promise<ServerFacts> {
  const models = await modelsOf(server, signal);
  const served = models.map(({ id }) => id);
  const own = models.find(({ id }) => id === server.model);
  const contextTokens = own?.max_model_len ?? own?.context_length ?? own?.meta?.n_ctx;
  if (own === undefined) return { served, contextTokens, calls: "none", streams: false };
  return { served, contextTokens, ...(await abilities(server, signal)) };
}

async function abilities(
  server: ServerAddress,
  signal: AbortSignal | undefined,
): Promise<Pick<ServerFacts, "calls" | "streams">> {
  for (const calls of ["tools", "json"] as const) {
    for (const streams of [true, false]) {
      if (await can(server, { calls, streams, signal })) return { calls, streams };
    }
  }
  return { calls: "none", streams: false };
}

async function modelsOf(
  server: ServerAddress,
  signal: AbortSignal | undefined,
): Promise<z.infer<typeof Models>["data"]> {
  const models = Models.safeParse(jsonOf(server, "/models", await ask(server, "/models", { signal })));
  if (models.success) return models.data.data;
  throw new HatrackError("model_server_odd", `${server.baseUrl}/models: expected { data: [{ id }] }`);
}

interface Way {
  readonly calls: "tools" | "json";
  readonly streams: boolean;
  readonly signal: AbortSignal | undefined;
}

const parameters = {
  type: "object",
  properties: { word: { type: "string" } },
  required: ["word"],
  additionalProperties: false,
};
const how = {
  tools: {
    content: 'Call the tool "echo" with the word "ready".',
    fields: {
      tools: [{ type: "function", function: { name: "echo", description: "Says a word back.", parameters } }],
      tool_choice: { type: "function", function: { name: "echo" } },
    },
  },
  json: {
    content: 'Answer with JSON alone: {"word": "ready"}.',
    fields: {
      response_format: {
        type: "json_schema",
        json_schema: { name: "echo", schema: parameters, strict: true },
      },
    },
  },
} as const;

/** True when it does, this way, what it is told. A refusal of this very request says no; any other trouble is thrown. */
async function can(server: ServerAddress, { calls, streams, signal }: Way): Promise<boolean> {
  const { content, fields } = how[calls];
  const messages = [{ role: "user", content }];
  const body = { model: server.model, max_tokens: 1024, messages, ...fields, stream: streams };
  const path = "/chat/completions";
  let text: string;
  try {
    text = await ask(server, path, { body, signal });
  } catch (error) {
    if (error instanceof HatrackError && error.code === "model_rejected") return false;
    throw error;
  }
  const said = streams ? streamed(text) : whole(jsonOf(server, path, text));
  if (said === undefined) {
    if (streams) return false;
    throw new HatrackError(
      "model_server_odd",
      `${server.baseUrl}${path}: expected { choices: [{ message }] }`,
    );
  }
  return calls === "tools" ? said.called : hasWord(said.text);
}

interface Said {
  readonly text: string;
  readonly called: boolean;
}

const Message = z.object({ content: z.string().nullish(), tool_calls: z.array(z.unknown()).nullish() });
const Whole = z.object({ choices: z.array(z.object({ message: Message })).min(1) });
const Part = z.object({ choices: z.array(z.object({ delta: Message.nullish() })) });

function whole(answer: unknown): Said | undefined {
  const message = Whole.safeParse(answer).data?.choices[0]?.message;
  return message && { text: message.content ?? "", called: (message.tool_calls ?? []).length > 0 };
}

function streamed(text: string): Said | undefined {
  const parts = [...text.matchAll(/^data: (\{.*\})\s*$/gm)].map(([, line = ""]) =>
    Part.safeParse(tryJson(line)),
  );
  const deltas = parts.flatMap((part) => part.data?.choices.map(({ delta }) => delta) ?? []);
  if (deltas.length === 0) return undefined;
  return {
    text: deltas.map((delta) => delta?.content ?? "").join(""),
    called: deltas.some((delta) => (delta?.tool_calls ?? []).length > 0),
  };
}

function hasWord(text: string): boolean {
  const said = withoutThoughts(text);
  const json = tryJson(said.slice(said.indexOf("{"), said.lastIndexOf("}") + 1));
  return z.object({ word: z.string() }).safeParse(json).success;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function ask(
  { baseUrl, apiKey }: ServerAddress,
  path: string,
  { body, signal }: { readonly body?: object; readonly signal: AbortSignal | undefined },
): Promise<string> {
  const url = `${baseUrl.replace(/\/$/, "")}${path}`;
  const headers = {
    "content-type": "application/json",
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const late = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let text: string;
  try {
    const until = signal === undefined ? late : AbortSignal.any([late, signal]);
    response = await fetch(url, { ...sent, headers, signal: until });
    text = await limitedText(response, maxBytes, (expected) => {
      return new HatrackError("model_server_odd", `${url}: ${expected} of an answer`);
    });
  } catch (cause) {
    if (cause instanceof HatrackError) throw cause;
    throw new HatrackError("model_unavailable", `${url}: no answer (${reasonOf(cause)})`, {
      cause,
      retryable: true,
    });
  }
  if (response.ok) return text;
  const code = refusals[response.status] ?? (response.status >= 500 ? "model_unavailable" : "model_rejected");
  throw new HatrackError(code, `${url}: HTTP ${response.status}: ${text.slice(0, 300)}`, {
    retryable: code === "model_unavailable",
  });
}

function jsonOf({ baseUrl }: ServerAddress, path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${baseUrl}${path}: expected JSON, got ${text.slice(0, 100)}`;
    throw new HatrackError("model_server_odd", message, { cause });
  }
}
