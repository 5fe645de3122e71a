/** What an OpenAI-compatible server says of itself, for `doctor`: its models, and whether it calls tools. */
import { z } from "zod";
import { HatrackError, reasonOf } from "../src/errors.ts";

export interface ServerAddress {
  /** Ends in /v1. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | undefined;
}

const timeoutMs = 20_000;

const refusals: Readonly<Record<number, string>> = {
  401: "model_key_refused",
  403: "model_key_refused",
  404: "model_path_wrong",
};

/**
 * Names of the models it serves.
 * @throws HatrackError `model_unavailable`, `model_key_refused`, `model_path_wrong`, `model_rejected`, `model_server_odd`
 */
export async function listModels(server: ServerAddress): Promise<string[]> {
  const body = await ask(server, "/models");
  const models = z.object({ data: z.array(z.object({ id: z.string() })) }).safeParse(body);
  if (models.success) return models.data.data.map(({ id }) => id);
  throw new HatrackError("model_server_odd", `${server.baseUrl}/models: expected { data: [{ id }] }`);
}

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ tool_calls: z.array(z.unknown()).nullish() }) })).min(1),
});

/** True when it calls the one tool it is given and made to call. */
export async function probeToolCall(server: ServerAddress): Promise<boolean> {
  const parameters = { type: "object", properties: { word: { type: "string" } }, required: ["word"] };
  const answer = await ask(server, "/chat/completions", {
    model: server.model,
    max_tokens: 256,
    messages: [{ role: "user", content: 'Call the tool "echo" with the word "ready".' }],
    tools: [{ type: "function", function: { name: "echo", description: "Says a word back.", parameters } }],
    tool_choice: { type: "function", function: { name: "echo" } },
  });
  const completion = Completion.safeParse(answer);
  if (!completion.success) {
    throw new HatrackError(
      "model_server_odd",
      `${server.baseUrl}/chat/completions: expected { choices: [{ message }] }`,
    );
  }
  return (completion.data.choices[0]?.message.tool_calls ?? []).length > 0;
}

async function ask({ baseUrl, apiKey }: ServerAddress, path: string, body?: object): Promise<unknown> {
  const url = `${baseUrl.replace(/\/$/, "")}${path}`;
  const headers = {
    "content-type": "application/json",
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(url, { ...sent, headers, signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new HatrackError("model_unavailable", `${url}: no answer (${reasonOf(cause)})`, {
      cause,
      retryable: true,
    });
  }
  const text = await response.text();
  if (!response.ok) {
    const code = refusals[response.status] ?? "model_rejected";
    throw new HatrackError(code, `${url}: HTTP ${response.status}: ${text.slice(0, 300)}`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HatrackError("model_server_odd", `${url}: expected JSON, got ${text.slice(0, 100)}`, { cause });
  }
}
