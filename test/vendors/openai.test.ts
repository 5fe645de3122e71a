import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { AIMessage } from "@langchain/core/messages";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/agent/define-tool.ts";
import { HatrackError } from "../../src/errors.ts";
import { openAiModel, type OpenAiOptions } from "../../vendors/openai.ts";

interface Step {
  readonly status?: number;
  readonly body: string;
  readonly type?: string;
}
const Request = z.looseObject({ model: z.string(), messages: z.array(z.looseObject({ role: z.string() })) });

/** A server that knows each answer beforehand: an unexpected request fails the test, and so does one that never came. */
class ScriptedServer {
  readonly requests: z.infer<typeof Request>[] = [];
  readonly headers: (string | undefined)[] = [];
  readonly paths: string[] = [];
  readonly #asked = Promise.withResolvers<undefined>();
  readonly #steps: Step[];
  readonly #server: Server;

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps];
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.paths.push(request.url ?? "");
        this.headers.push(request.headers.authorization);
        this.requests.push(Request.parse(JSON.parse(Buffer.concat(chunks).toString())));
        const step = this.#steps.shift();
        this.#asked.resolve(undefined);
        if (step?.body === "hang") return;
        response.writeHead(step?.status ?? 200, { "content-type": step?.type ?? "application/json" });
        response.end(step?.body ?? "unexpected request");
      });
    });
  }

  async url(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? String(address?.port) : ""}/v1`;
  }

  /** The first request has come. */
  get asked(): Promise<undefined> {
    return this.#asked.promise;
  }

  get left(): number {
    return this.#steps.length;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let server: ScriptedServer | undefined;
afterEach(() => {
  const left = server?.left ?? 0;
  server?.close();
  server = undefined;
  expect(left).toBe(0);
});

async function serve(steps: readonly Step[], more: Partial<OpenAiOptions> = {}) {
  server = new ScriptedServer(steps);
  const baseUrl = await server.url();
  return { model: await openAiModel({ baseUrl, model: "qwen3-32b", ...more }), server, baseUrl };
}

const completion = (message: object, more: object = {}): Step => ({
  body: JSON.stringify({
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "qwen3-32b",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", ...message } }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    ...more,
  }),
});

async function failureOf(work: Promise<unknown>): Promise<HatrackError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HatrackError) return error;
  throw new Error(`expected a HatrackError, got ${String(error)}`);
}

describe("a model behind an OpenAI-compatible server", () => {
  it("calls a tool it is bound to, in one plain request", async () => {
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "host_details", arguments: '{"hostname":"A"}' },
    };
    const { model, server } = await serve([completion({ content: null, tool_calls: [call] })], {
      apiKey: "k-1",
    });
    const tool = defineTool({
      name: "host_details",
      description: "Look up a host.",
      input: z.object({ hostname: z.string() }),
      run: () => Promise.reject(new Error("the model only asks; nobody runs it here")),
    });
    const bound = model.chat.bindTools?.([tool], { tool_choice: "auto" });
    const answer = await bound?.invoke([
      ["system", "s"],
      ["human", "h"],
    ]);
    expect(answer).toBeInstanceOf(AIMessage);
    expect(answer?.tool_calls).toMatchObject([
      { id: "call_1", name: "host_details", args: { hostname: "A" } },
    ]);
    expect(answer?.usage_metadata).toMatchObject({ input_tokens: 11, output_tokens: 7 });
    expect(server.paths).toEqual(["/v1/chat/completions"]);
    expect(server.headers).toEqual(["Bearer k-1"]);
    expect(server.requests[0]).toMatchObject({
      model: "qwen3-32b",
      temperature: 0,
      messages: [{ role: "system" }, { role: "user" }],
      tools: [
        { type: "function", function: { name: "host_details", parameters: { required: ["hostname"] } } },
      ],
    });
    expect(server.requests[0]?.["stream"]).not.toBe(true);
  });

  it("answers by a JSON schema", async () => {
    const { model, server } = await serve([completion({ content: '{"verdict":"benign"}' })], {
      answerBy: "json-schema",
    });
    expect(model.answerBy).toBe("json-schema");
    const Answer = z.object({ verdict: z.string() });
    const structured = model.chat.withStructuredOutput(Answer, { method: "jsonSchema", name: "answer" });
    await expect(structured.invoke("h")).resolves.toEqual({ verdict: "benign" });
    expect(server.requests[0]?.["response_format"]).toMatchObject({
      type: "json_schema",
      json_schema: { name: "answer", schema: { required: ["verdict"] } },
    });
  });

  it("has a name and a leg for the trace, and sends no key of the environment", async () => {
    process.env["OPENAI_API_KEY"] = "sk-somebody-elses";
    try {
      const { model, server, baseUrl } = await serve([completion({ content: "ok" })]);
      expect([model.name, model.leg]).toEqual(["qwen3-32b", new URL(baseUrl).host]);
      await model.chat.invoke("h");
      expect(server.headers).toEqual(["Bearer none"]);
    } finally {
      delete process.env["OPENAI_API_KEY"];
    }
  });

  it("hands on an empty answer as it is: the role's check says that it is none", async () => {
    const { model } = await serve([completion({ content: "" })]);
    await expect(model.chat.invoke("h")).resolves.toMatchObject({ content: "", tool_calls: [] });
  });

  it.each([
    ["500", { status: 500, body: '{"error":{"message":"CUDA out of memory"}}' }, /CUDA out of memory/],
    ["429", { status: 429, body: '{"error":{"message":"slow down"}}' }, /slow down/],
    ["503 of a proxy", { status: 503, body: "<html>no upstream</html>", type: "text/html" }, /503/],
    [
      "a page instead of an answer",
      { body: "<html>welcome</html>", type: "text/html" },
      /expected an answer/,
    ],
    ["broken JSON", { body: '{"choices":[' }, /expected an answer/],
    ["no choices", { body: '{"choices":[]}' }, /without choices/],
    ["another shape", { body: "[]" }, /expected an answer/],
  ] satisfies [string, Step, RegExp][])(
    "is unavailable, and may be asked again, after %s",
    async (_name, step, message) => {
      const { model, server } = await serve([step]);
      const error = await failureOf(model.chat.invoke("h"));
      expect([error.code, error.retryable]).toEqual(["model_unavailable", true]);
      expect(error.message).toMatch(message);
      expect(error.message).toContain("qwen3-32b");
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each([
    [401, true, '{"error":{"message":"bad key"}}', /LLM_API_KEY/],
    [404, true, '{"error":{"message":"no such model"}}', /LLM_MODEL.*\/v1\/models/],
    [400, false, '{"error":{"message":"bad request"}}', /bad request/],
    [422, false, '{"error":{"message":"tools: not supported"}}', /not supported/],
  ])(
    "rejects with %i (retryable: %s) and says what to set right",
    async (status, retryable, body, message) => {
      const { model, server } = await serve([{ status, body }]);
      const error = await failureOf(model.chat.invoke("h"));
      expect([error.code, error.retryable]).toEqual(["model_rejected", retryable]);
      expect(error.message).toMatch(message);
      expect(server.requests).toHaveLength(1);
    },
  );

  it.each([
    ["vLLM", 400, '{"error":{"message":"This model\'s maximum context length is 8192 tokens","code":400}}'],
    ["llama.cpp", 400, '{"error":{"message":"the request exceeds","type":"exceed_context_size_error"}}'],
  ])("says that the context is too small, as %s says it", async (_name, status, body) => {
    const { model } = await serve([{ status, body }]);
    const error = await failureOf(model.chat.invoke("h"));
    expect([error.code, error.retryable]).toEqual(["model_context_exceeded", false]);
  });

  it("is unavailable when nobody listens and when it takes too long", async () => {
    const { model, server: scripted } = await serve([{ body: "hang" }], { timeoutMs: 500 });
    expect(await failureOf(model.chat.invoke("h"))).toMatchObject({
      code: "model_unavailable",
      retryable: true,
    });
    scripted.close();
    expect(await failureOf(model.chat.invoke("h"))).toMatchObject({
      code: "model_unavailable",
      retryable: true,
    });
  });

  it("ends with the caller's abort, which is no fault of the model", async () => {
    const { model, server } = await serve([{ body: "hang" }]);
    const abort = new AbortController();
    const asked = model.chat.invoke("h", { signal: abort.signal });
    await server.asked;
    abort.abort(new Error("claim lost"));
    await expect(asked).rejects.not.toBeInstanceOf(HatrackError);
  });

  it("wants a URL", async () => {
    expect(await failureOf(openAiModel({ baseUrl: "localhost", model: "m" }))).toMatchObject({
      message: expect.stringContaining("LLM_BASE_URL") as unknown,
    });
  });
});
