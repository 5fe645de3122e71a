/**
 * An OpenAI-compatible server, real HTTP, that answers as a model in its right mind and fails on demand: which fault,
 * and at which request of a run. It plays one small role: look a host up, then hand in.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { z } from "zod";

/** What goes wrong with one request. */
export type Fault =
  | "reset"
  | "silence"
  | "drip"
  | "500"
  | "503"
  | "429"
  | "401"
  | "404"
  | "400"
  | "garbage"
  | "empty"
  | "loop"
  | "cut"
  | "huge";

const Tool = z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) });
const Request = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(
    z.looseObject({
      role: z.string(),
      content: z.unknown(),
      tool_calls: z.array(z.looseObject({ id: z.string() })).optional(),
      tool_call_id: z.string().optional(),
    }),
  ),
  tools: z.array(Tool).optional(),
  tool_choice: z.unknown().optional(),
  response_format: z.looseObject({ type: z.string() }).optional(),
});
export type Asked = z.infer<typeof Request>;

interface Answer {
  readonly content: string | null;
  readonly tool_calls?: readonly object[];
  readonly reasoning_content?: string;
}

export interface FaultyOptions {
  /** "json": tools are ignored, a JSON schema is kept to. */
  readonly calls?: "tools" | "json";
  readonly models?: readonly string[];
  /** What it hands in. */
  readonly answer: object;
  /** Thinks aloud: in the text, or in its own field. */
  readonly thinks?: "text" | "field";
  readonly key?: string;
  readonly contextTokens?: number;
}

export class FaultyServer {
  /** Every completion that was asked for, probes too. */
  readonly asked: Asked[] = [];
  /** The next requests fail like this; "mid": the stream begins before it does. */
  fault: { readonly kind: Fault; readonly mid?: boolean } | undefined;
  /** Requests it answers well before it fails. */
  good = 0;
  /** Waited for before the last of them is sent. */
  atLast: () => Promise<void> = () => Promise.resolve();
  /** Takes no more connections; `start` takes them again. */
  readonly leave = (): unknown => this.#server.close();
  #heard: () => void = () => undefined;
  readonly #options: FaultyOptions;
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response).catch(() => response.destroy());
  });

  constructor(options: FaultyOptions) {
    this.#options = options;
  }

  async start(at = 0): Promise<string> {
    this.#server.listen(at, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = z.object({ port: z.number() }).parse(this.#server.address());
    return `http://127.0.0.1:${port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Resolves when the next completion has been asked for. */
  heard(): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }

  /** Of a role, not of a probe. */
  get questions(): readonly Asked[] {
    return this.asked.filter((request) => !isProbe(request));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { key, models = ["m-1"], contextTokens } = this.#options;
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      sendJson(response, 401, { error: { message: "this key has expired", type: "invalid_request_error" } });
      return;
    }
    if (request.url === "/v1/models") {
      const data = models.map((id) => ({ id, object: "model", max_model_len: contextTokens }));
      sendJson(response, 200, { object: "list", data });
      return;
    }
    const asked = Request.parse(await json(request));
    this.asked.push(asked);
    this.#heard();
    if (!models.includes(asked.model)) {
      sendJson(response, 404, { error: { message: `The model \`${asked.model}\` does not exist.` } });
    } else if (this.fault !== undefined && this.good <= 0) {
      fail(this.fault, asked, response);
    } else {
      this.good -= 1;
      if (this.good === 0) await this.atLast();
      say(this.#think(this.#play(asked)), asked, response);
    }
  }

  #think(answer: Answer): Answer {
    const thoughts = 'The user wants a call. {"tool": "none"}';
    if (this.#options.thinks === "field") return { ...answer, reasoning_content: thoughts };
    if (this.#options.thinks !== "text") return answer;
    return { ...answer, content: `<think>${thoughts}</think>\n\n${answer.content ?? ""}` };
  }

  #play(asked: Asked): Answer {
    const { calls = "tools", answer } = this.#options;
    const looked = asked.messages.some(({ role, content }) => {
      return role === "tool" || (typeof content === "string" && content.startsWith("Result of "));
    });
    if (calls === "json") return { content: jsonOf(asked, looked, answer) };
    const names = (asked.tools ?? []).map((tool) => tool.function.name);
    if (names.includes("echo")) return calling("echo", { word: "ready" });
    if (names.includes("host_details") && !looked) return calling("host_details", { host: "FIN-WS-042" });
    return names.length === 0 ? { content: "plain words" } : calling(names.at(-1) ?? "", answer);
  }
}

export function isProbe(request: Asked): boolean {
  return JSON.stringify(request.messages.at(-1)).includes("with the word");
}

const JsonFormat = z.object({ json_schema: z.object({ name: z.string() }) });

function jsonOf({ response_format, messages }: Asked, looked: boolean, answer: object): string {
  const name = JsonFormat.safeParse(response_format).data?.json_schema.name;
  if (JSON.stringify(messages.at(-1)).includes("ready")) return JSON.stringify({ word: "ready" });
  if (name === undefined) return "plain words";
  if (name !== "calls") return JSON.stringify(name === "echo" ? { word: "ready" } : answer);
  const call = looked
    ? { tool: "submit", arguments: answer }
    : { tool: "host_details", arguments: { host: "FIN-WS-042" } };
  return JSON.stringify({ calls: [call] });
}

function calling(name: string, args: object): Answer {
  const call = {
    id: `chatcmpl-tool-${name}`,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  };
  return { content: null, tool_calls: [call] };
}

function sendJson(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

function say(answer: Answer, { stream, model }: Asked, response: ServerResponse, finish = "stop"): void {
  const message = { role: "assistant", ...answer };
  if (stream !== true) {
    const choices = [{ index: 0, finish_reason: finish, message }];
    sendJson(response, 200, { id: "c1", object: "chat.completion", created: 1, model, choices, usage });
    return;
  }
  begin(response, model);
  const { tool_calls, ...delta } = answer;
  const calls = tool_calls?.map((call, index) => ({ index, ...call }));
  event(response, model, { ...delta, ...(calls === undefined ? {} : { tool_calls: calls }) });
  event(response, model, {}, finish);
  response.write(`data: ${JSON.stringify({ ...chunk(model), choices: [], usage })}\n\n`);
  response.end("data: [DONE]\n\n");
}

function chunk(model: string): object {
  return { id: "c1", object: "chat.completion.chunk", created: 1, model };
}

function begin(response: ServerResponse, model: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  event(response, model, { role: "assistant", content: "" });
}

function event(response: ServerResponse, model: string, delta: object, finish: string | null = null): void {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  response.write(`data: ${JSON.stringify({ ...chunk(model), choices })}\n\n`);
}

function fail(
  fault: { readonly kind: Fault; readonly mid?: boolean },
  asked: Asked,
  response: ServerResponse,
): void {
  const { model } = asked;
  if (fault.mid === true) {
    begin(response, model);
    event(response, model, { content: "I look" });
    midway[fault.kind]?.(response, model);
    return;
  }
  const status = Number(fault.kind);
  if (Number.isInteger(status)) {
    const headers = status === 429 ? { "retry-after": "7" } : {};
    sendJson(response, status, { error: { message: `the server says ${status}` } }, headers);
    return;
  }
  outright[fault.kind]?.(response, asked);
}

const outright: Readonly<Record<string, (response: ServerResponse, asked: Asked) => void>> = {
  reset: (response) => response.socket?.resetAndDestroy(),
  silence: () => undefined,
  drip: (response, { model }) => {
    begin(response, model);
    drip(response, model);
  },
  garbage: (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end('data: {"choices":[{"de\u0000lta\n\ndata: <html>\n\n');
  },
  empty: (response, asked) => {
    say({ content: "" }, asked, response);
  },
  loop: (response, asked) => {
    say({ content: "!".repeat(900) }, asked, response);
  },
  cut: (response, asked) => {
    say({ content: "The host has been seen to" }, asked, response, "length");
  },
  huge: (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    flood(response);
  },
};

const midway: Readonly<Record<string, (response: ServerResponse, model: string) => void>> = {
  reset: (response) => response.socket?.resetAndDestroy(),
  silence: () => undefined,
  drip,
  "500": (response) => {
    response.end(`data: ${JSON.stringify({ error: { message: "CUDA out of memory", code: 500 } })}\n\n`);
  },
  garbage: (response) => {
    response.end('data: {"choices":[{"de\u0000lta\n\ndata: <html>\n\n');
  },
  /** It ends as if it had been whole. */
  cut: (response) => {
    response.end("data: [DONE]\n\n");
  },
  huge: flood,
};

/** A token a moment, for ever: it is not idle, and never done. */
function drip(response: ServerResponse, model: string): void {
  const timer = setInterval(() => {
    event(response, model, { content: "." });
  }, 20);
  response.on("close", () => {
    clearInterval(timer);
  });
}

function flood(response: ServerResponse): void {
  const line = `data: ${JSON.stringify({ ...chunk("m"), choices: [{ index: 0, delta: { content: "x".repeat(65_536) } }] })}\n\n`;
  const pour = (): void => {
    while (!response.destroyed && response.write(line)) {
      // until the reader has enough of it
    }
  };
  response.on("drain", pour);
  pour();
}
