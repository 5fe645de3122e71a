/**
 * An OpenAI-compatible server that is played by each role's rules: what comes over the wire is what a real server
 * would be sent, and what goes back are real tool calls and a real `submit`.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import { z } from "zod";
import { systemPrompt } from "../../src/agent/prompt.ts";
import { RuleModel } from "../../src/models/rule-model.ts";
import irLead from "../../roles/ir-lead.ts";
import sentinel from "../../roles/sentinel.ts";
import threatIntel from "../../roles/threat-intel.ts";
import tier2 from "../../roles/tier2.ts";

const Call = z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) });
const Text = z.union([z.string(), z.null()]).transform((text) => text ?? "");
const Message = z.discriminatedUnion("role", [
  z.object({ role: z.literal("system"), content: Text }),
  z.object({ role: z.literal("user"), content: Text }),
  z.object({ role: z.literal("assistant"), content: Text.optional(), tool_calls: z.array(Call).optional() }),
  z.object({ role: z.literal("tool"), content: Text, tool_call_id: z.string() }),
]);
const Request = z.object({
  model: z.string(),
  messages: z.array(Message).min(1),
  tools: z.array(z.object({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) })),
});
const Arguments = z.record(z.string(), z.unknown());

export interface ModelServerOptions {
  readonly port?: number;
  readonly model?: string;
  /** Required of every request. */
  readonly key?: string;
  /** false: it answers in text, as a server does that was started without a tool parser. */
  readonly callsTools?: boolean;
  /** What it hands in to a case, by what it was told last; undefined: as the rules would. */
  readonly submits?: (told: string) => Record<string, unknown> | undefined;
}

export interface ModelServer {
  readonly baseUrl: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      send(response, 500, { error: { message: String(error) } });
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    ...{ port, baseUrl: `http://127.0.0.1:${port}/v1` },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  { key, model = "rules-1", callsTools = true, submits }: ModelServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
    send(response, 401, { error: { message: "this key has expired", type: "invalid_request_error" } });
  } else if (request.url === "/v1/models") {
    send(response, 200, { object: "list", data: [{ id: model, max_model_len: 32_768 }] });
  } else if (request.url === "/v1/chat/completions") {
    const body = await json(request);
    const message = callsTools ? await play(Request.parse(body), submits) : { content: "ready" };
    const base = { id: "c1", created: 0, model };
    if (Streamed.safeParse(body).success) stream(response, base, message);
    else {
      const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", ...message } };
      send(response, 200, { ...base, object: "chat.completion", choices: [choice], usage });
    }
  } else send(response, 404, { error: { message: `no ${request.url ?? ""}` } });
}

const Streamed = z.object({ stream: z.literal(true) });
const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

function stream(response: ServerResponse, base: object, message: Played): void {
  const tool_calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
  const delta = { role: "assistant", ...message, ...(tool_calls && { tool_calls }) };
  const chunks = [
    { choices: [{ index: 0, delta, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    { choices: [], usage },
  ].map((chunk) => JSON.stringify({ ...base, object: "chat.completion.chunk", ...chunk }));
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end([...chunks, "[DONE]"].map((line) => `data: ${line}\n\n`).join(""));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const hats = [sentinel, tier2, irLead, threatIntel].map(({ hat }) => hat);

interface Played {
  readonly content: string | null;
  readonly tool_calls?: readonly object[];
}

async function play(
  { messages, tools }: z.infer<typeof Request>,
  submits: ModelServerOptions["submits"],
): Promise<Played> {
  const [only] = tools;
  if (tools.length === 1 && only?.function.name === "echo")
    return { content: null, tool_calls: [called("1", "echo", { word: "ready" })] };
  const answer = submits?.(messages.at(-1)?.content ?? "");
  if (answer !== undefined) return { content: null, tool_calls: [called("1", "submit", answer)] };
  const [system] = messages;
  const hat = hats.find((each) => systemPrompt(each, "submit") === system?.content);
  if (hat === undefined) throw new Error("the model server plays the hats alone");
  const chat = new RuleModel({ role: hat.name, rules: hat.rules }).bindTools(tools);
  const said = await chat.invoke(messages.map(messageOf));
  const calls = said.tool_calls ?? [];
  return {
    content: null,
    tool_calls: calls.map((call, i) => called(`${messages.length}-${i}`, call.name, call.args)),
  };
}

function called(id: string, name: string, args: object): z.input<typeof Call> & { type: "function" } {
  return { id, type: "function", function: { name, arguments: JSON.stringify(args) } };
}

function messageOf(message: z.infer<typeof Message>): BaseMessage {
  switch (message.role) {
    case "system":
      return new SystemMessage(message.content);
    case "user":
      return new HumanMessage(message.content);
    case "tool":
      return new ToolMessage({ content: message.content, tool_call_id: message.tool_call_id });
    case "assistant": {
      const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => {
        return { id, name, args: Arguments.parse(JSON.parse(args)), type: "tool_call" as const };
      });
      return new AIMessage({ content: message.content ?? "", tool_calls: calls });
    }
  }
}
