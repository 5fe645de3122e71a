/** Servers differ: the same role runs on each, and what is set wrong is said before any case pays for it. */
import { createServer as createTcp } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Metrics } from "../../bin/metrics.ts";
import { servedModels } from "../../bin/models.ts";
import { llmOf, modelVariables } from "../../bin/config-models.ts";
import { createLoop } from "../../src/agent/loop.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { Faulty } from "../../src/models/failover/chain.ts";
import { outageOf, troubleOf } from "../../src/models/outage.ts";
import { openAiLeg } from "../../vendors/openai-leg.ts";
import { openAiModel } from "../../vendors/openai.ts";
import { primaryNames } from "../../vendors/openai-errors.ts";
import { ThoughtFilter, withoutThoughts } from "../../vendors/openai-thinking.ts";
import { Closers } from "../../bin/closers.ts";
import { alertData, goodAnswer, lookups, marker, sleuth } from "../agent/scene.ts";
import { FaultyServer, type FaultyOptions } from "./faulty-server.ts";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(
  options: Partial<FaultyOptions> = {},
): Promise<{ server: FaultyServer; baseUrl: string }> {
  const server = new FaultyServer({ answer: goodAnswer, ...options });
  open.push(() => server.close());
  return { server, baseUrl: await server.start() };
}

const timeouts = { connectMs: 500, firstTokenMs: 2_000, totalMs: 5_000 };
const legOf = (baseUrl: string, apiKey?: string) =>
  openAiLeg({ baseUrl, model: "m-1", apiKey, names: primaryNames, concurrency: 4, timeouts });

const Env = z.object(modelVariables);
const configOf = (env: Record<string, string>) => {
  const llm = llmOf(Env.parse(env));
  if (llm === undefined) throw new Error("no model server is configured");
  return llm;
};

async function start(env: Record<string, string>) {
  const closers = new Closers();
  open.push(() => closers.close());
  return servedModels(configOf(env), { open: closers });
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: unknown) => String(error),
  );
}

describe("the same role", () => {
  it.each([
    ["calls tools", {}, "tools"],
    ["keeps to a JSON schema, and calls none", { calls: "json" }, "json"],
    ["thinks aloud in the text", { thinks: "text" }, "tools"],
    ["thinks aloud in the text of its JSON", { calls: "json", thinks: "text" }, "json"],
    ["thinks in a field of its own", { thinks: "field" }, "tools"],
  ] satisfies [string, Partial<FaultyOptions>, string][])(
    "runs on a server that %s",
    async (_, options, calls) => {
      const { server, baseUrl } = await serve({ contextTokens: 16_384, ...options });
      const leg = await legOf(baseUrl);
      const facts = await leg.discover(new AbortController().signal);
      expect(facts).toEqual({ served: ["m-1"], contextTokens: 16_384, calls, streams: true });
      const box = lookups();
      const tools = box.tools.filter((tool) => tool.name === "host_details");
      const model = { chat: leg.chat, name: "m-1", leg: leg.name };
      const loop = createLoop(sleuth(), { model, tools, clock: systemClock, diagnostics: silent });
      const result = await loop.run({
        view: { alert: alertData() },
        marker,
        signal: new AbortController().signal,
      });
      expect(result.outcome).toMatchObject({ kind: "valid", evidenceDropped: 0 });
      expect(result.steps).toMatchObject([{ tool: "host_details", status: "ok" }]);
      expect(result.tally).toMatchObject({ modelCalls: 2, input: 200, output: 20 });
      expect(JSON.stringify(server.questions.map(({ messages }) => messages))).not.toMatch(
        /think|user wants/,
      );
      // The first messages are the same bytes in every turn: a server's prefix cache holds them.
      const [first, last] = [server.questions.at(-2), server.questions.at(-1)];
      expect(last?.messages.slice(0, 2)).toEqual(first?.messages.slice(0, 2));
      await leg.probe?.(new AbortController().signal);
    },
  );

  it("is streamed without its thoughts", async () => {
    const { baseUrl } = await serve({ thinks: "text" });
    const { chat } = await openAiModel({ baseUrl, model: "m-1", shape: { calls: "tools", streams: true } });
    let text = "";
    for await (const part of await chat.stream("h")) text += part.text;
    expect(text.trim()).toBe("plain words");
  });
});

describe("thoughts", () => {
  it.each([
    ["<think>a</think>b", "b"],
    ["a</think>\n\nb", "b"],
    ["<thinking>a", ""],
    ["<think>a</think>b<think>c</think>d", "bd"],
    ["no thought at all", "no thought at all"],
  ])("of %j leave %j", (text, said) => {
    expect(withoutThoughts(text)).toBe(said);
  });

  it.each(["<think>a b</think>said", "said", "<thin air>", " <th"])(
    "are told apart in a stream cut anywhere: %j",
    (text) => {
      for (let cut = 0; cut <= text.length; cut += 1) {
        const filter = new ThoughtFilter();
        const said = filter.push(text.slice(0, cut)) + filter.push(text.slice(cut)) + filter.end();
        expect(said.trim()).toBe(withoutThoughts(text).trim());
      }
    },
  );
});

describe("a model server that is set up wrong", () => {
  it("serves no model of that name: the start ends, and names what there is", async () => {
    const { baseUrl } = await serve({ models: ["qwen3-32b", "qwen3-8b"] });
    const message = await messageOf(start({ LLM_BASE_URL: baseUrl, LLM_MODEL: "qwen3" }));
    expect(message).toMatch(/LLM_MODEL: .* does not serve "qwen3"; expected one of: qwen3-32b, qwen3-8b/);
  });

  it("has an expired key: the start ends, and does not show it", async () => {
    const { baseUrl } = await serve({ key: "good" });
    const env = { LLM_BASE_URL: baseUrl, LLM_MODEL: "m-1", LLM_API_KEY: "sk-expired-0001" };
    const message = await messageOf(start(env));
    expect(message).toMatch(/HTTP 401.*expired/);
    expect(message).not.toContain("sk-expired-0001");
  });

  it("is the backup alone: the SOC starts on the primary, and what is wrong is said", async () => {
    const primary = await serve();
    const backup = await serve({ models: ["other"] });
    const said: string[] = [];
    const closers = new Closers();
    open.push(() => closers.close());
    const diagnostics = { ...silent, warn: (_: object, message: string) => void said.push(message) };
    const env = { LLM_BASE_URL: primary.baseUrl, LLM_MODEL: "m-1", LLM_BACKUP_URL: backup.baseUrl };
    const model = await servedModels(configOf(env), { open: closers, diagnostics });
    expect((await model({ name: "sleuth", rules: undefined })?.chat.invoke("h"))?.text).toBe("plain words");
    expect(said.join()).toMatch(/LLM_BACKUP_MODEL: .* does not serve "m-1"; expected one of: other/);
  });

  it("gives answers that are none: each is counted, by server, model and what is wrong", async () => {
    const primary = await serve();
    const backup = await serve();
    const faults: Faulty[] = [];
    const closers = new Closers();
    open.push(() => closers.close());
    const env = { LLM_BASE_URL: primary.baseUrl, LLM_MODEL: "m-1", LLM_BACKUP_URL: backup.baseUrl };
    const model = await servedModels(configOf(env), {
      open: closers,
      watchFaults: (faulty) => faults.push(faulty),
    });
    primary.server.fault = { kind: "empty" };
    const reply = await model({ name: "sleuth", rules: undefined })?.chat.invoke("h");
    expect(reply?.text).toBe("plain words");
    const { host } = new URL(primary.baseUrl);
    const fault = { leg: host, model: "m-1", role: "sleuth", fault: "empty" } as const;
    expect(faults).toEqual([fault]);
    const metrics = new Metrics();
    metrics.refused(fault);
    const standing = { ready: true, busUp: true, slackUp: undefined, relaxed: false, groups: [], stalls: [] };
    const { text } = await metrics.text({ ...standing, legs: [], log: undefined, now: 0 });
    expect(text).toContain(
      `hatrack_answers_refused_total{role="sleuth",leg="${host}",model="m-1",fault="empty"} 1`,
    );
  });

  it("answers with more than 8 MB: it is cut off there, and the other one is asked", async () => {
    const primary = await serve();
    const backup = await serve();
    const env = { LLM_BASE_URL: primary.baseUrl, LLM_MODEL: "m-1", LLM_BACKUP_URL: backup.baseUrl };
    const model = await start(env);
    primary.server.fault = { kind: "huge" };
    const reply = await model({ name: "sleuth", rules: undefined })?.chat.invoke("h");
    expect([reply?.text, reply?.response_metadata["leg"]]).toEqual([
      "plain words",
      new URL(backup.baseUrl).host,
    ]);
  });

  it("neither calls tools nor keeps to a schema", async () => {
    const { baseUrl, server } = await serve();
    server.fault = { kind: "cut" };
    const message = await messageOf(start({ LLM_BASE_URL: baseUrl, LLM_MODEL: "m-1" }));
    expect(message).toContain("--enable-auto-tool-choice");
  });

  it("does not get the primary's key", async () => {
    const primary = await serve({ key: "secret-of-primary" });
    const backup = await serve({ key: "secret-of-primary" });
    const env = {
      ...{ LLM_BASE_URL: primary.baseUrl, LLM_MODEL: "m-1", LLM_API_KEY: "secret-of-primary" },
      LLM_BACKUP_URL: backup.baseUrl,
    };
    const model = await start(env);
    primary.server.fault = { kind: "503" };
    const asked = model({ name: "sleuth", rules: undefined })?.chat.invoke("h") ?? Promise.resolve();
    expect(await messageOf(asked)).toMatch(/no model answers: .*expired/);
  });

  it("takes the connection and never shakes hands: the time to connect ends it", async () => {
    const silentServer = createTcp(() => undefined).listen(0, "127.0.0.1");
    await once(silentServer, "listening");
    const { port } = z.object({ port: z.number() }).parse(silentServer.address());
    const limits = { connectMs: 60, firstByteMs: 9_000, idleMs: 9_000, maxBytes: 1_000 };
    const { chat } = await openAiModel({ baseUrl: `https://127.0.0.1:${port}/v1`, model: "m-1", limits });
    const error = await chat.invoke("h").catch((reason: unknown) => reason);
    expect(troubleOf(error)?.kind).toBe("timeout");
    expect(outageOf(error)).toContain("no connection within 60 ms");
    silentServer.close();
  });
});

describe("the configuration of models", () => {
  const base = { LLM_BASE_URL: "http://127.0.0.1:8000/v1", LLM_MODEL: "m-1" };
  it.each([
    [{ ...base, LLM_BACKUP_MODEL: "m" }, /LLM_BACKUP_MODEL is set and LLM_BACKUP_URL is not/],
    [{ ...base, LLM_BACKUP_API_KEY: "k" }, /LLM_BACKUP_API_KEY is set and LLM_BACKUP_URL is not/],
    [{ ...base, LLM_BACKUP_URL: base.LLM_BASE_URL }, /LLM_BACKUP_URL is LLM_BASE_URL with the same model/],
    [{ LLM_BACKUP_URL: base.LLM_BASE_URL }, /LLM_BACKUP_URL is set and LLM_BASE_URL is not/],
    [{ ...base, LLM_BACKUP_URL: "backup:8000" }, /expected a URL/],
    [{ ...base, LLM_CONCURRENCY: "many" }, /expected a whole number from 1/],
    [{ ...base, LLM_CONTEXT: "8k" }, /expected a whole number from 2000/],
    [{ ...base, LLM_TOKENS_PER_DAY: "tier2" }, /expected ROLE=TOKENS/],
    [{ ...base, LLM_TOKENS_PER_DAY: "tier2=0" }, /expected ROLE=TOKENS/],
    [{ ...base, LLM_TIMEOUTS: "5s" }, /expected seconds to connect/],
    [{ ...base, LLM_TIMEOUTS: "first=-1" }, /expected seconds to connect/],
  ])("says what is wrong with %j", (env, message) => {
    expect(() => configOf(env)).toThrow(message);
  });

  it("takes a whole one", () => {
    const env = {
      ...base,
      LLM_BACKUP_URL: "https://b.example/v1",
      LLM_TIMEOUTS: "first=10",
      LLM_TOKENS_PER_DAY: "tier2=5, sentinel=7",
    };
    expect(configOf(env)).toEqual({
      ...{
        baseUrl: base.LLM_BASE_URL,
        model: "m-1",
        apiKey: undefined,
        concurrency: 8,
        contextTokens: undefined,
      },
      backup: { baseUrl: "https://b.example/v1", model: "m-1", apiKey: undefined },
      tokensPerDay: new Map([
        ["tier2", 5],
        ["sentinel", 7],
      ]),
      timeouts: { connectMs: 5_000, firstTokenMs: 10_000, totalMs: 120_000 },
    });
  });
});
