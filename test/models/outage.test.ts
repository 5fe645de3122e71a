import { createServer, type Server } from "node:http";
import { ChatOpenAI } from "@langchain/openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HatrackError } from "../../src/errors.ts";
import { outageOf } from "../../src/models/outage.ts";

const coded = (code: string): Error => Object.assign(new Error("x"), { code });
const withStatus = (status: number): Error => Object.assign(new Error("x"), { status });

describe("a model's error", () => {
  const outages: [string, unknown][] = [
    ["a refused connection", coded("ECONNREFUSED")],
    ["a name that does not resolve", coded("ENOTFOUND")],
    ["a cause three deep", new Error("a", { cause: new Error("b", { cause: coded("ECONNRESET") }) })],
    ["LangChain's time-out", Object.assign(new Error("x"), { name: "TimeoutError" })],
    ["our own retryable error", new HatrackError("model_unavailable", "all legs down", { retryable: true })],
  ];
  it.each(outages)("is an outage: %s", (_, error) => {
    expect(outageOf(error)).toEqual(expect.any(String));
  });

  const others: [string, unknown][] = [
    ["a bug whose text says connection", new TypeError("no connection property")],
    ["a 400, whatever caused it", Object.assign(withStatus(400), { cause: coded("ECONNRESET") })],
    ["our own terminal error", new HatrackError("no_rules", "connection refused")],
    ["a thrown text", "ECONNREFUSED"],
    ["nothing", undefined],
  ];
  it.each(others)("is none: %s", (_, error) => {
    expect(outageOf(error)).toBeUndefined();
  });
});

describe("an error of a real client", () => {
  let server: Server;
  let status = 200;
  let url = "";

  beforeAll(async () => {
    server = createServer((_request, response) => {
      if (status === 0) return; // never answers
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "the connection to the moon" } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/v1` : "";
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function errorOf(baseURL: string): Promise<unknown> {
    const chat = new ChatOpenAI({
      model: "m",
      apiKey: "none",
      maxRetries: 0,
      timeout: 300,
      configuration: { baseURL },
    });
    return chat.invoke("hello").then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it.each([401, 403, 404, 429, 500, 502, 503])("is an outage with HTTP %i", async (code) => {
    status = code;
    expect(outageOf(await errorOf(url))).toMatch(new RegExp(`^HTTP ${code}`));
  });

  it("is none with HTTP 400, though its text says connection", async () => {
    status = 400;
    const error = await errorOf(url);
    expect(error).toBeInstanceOf(Error);
    expect(outageOf(error)).toBeUndefined();
  });

  it("is an outage when the server never answers", async () => {
    status = 0;
    expect(outageOf(await errorOf(url))).toEqual(expect.any(String));
  });

  it("is an outage when nothing listens", async () => {
    expect(outageOf(await errorOf("http://127.0.0.1:9/v1"))).toEqual(expect.any(String));
  });
});
