import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { scopesOf } from "../../slack/ids.ts";
import { startWorkspace, type RunningWorkspace } from "../../slack/workspace/server.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { fixtureJson } from "../fixtures/read.ts";
import { requires } from "../require.ts";
import { doctor, doctorProcess, expectBroken, type Diagnosis } from "./diagnosis.ts";
import { startModelServer, type ModelServer } from "./model-server.ts";

describe.skipIf(!requires("redis"))("hatrack doctor, of Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  it("one that keeps what it acknowledges; nothing is written to it", async () => {
    const diagnosis = await doctor({ REDIS_URL: redis.url });
    expect(diagnosis.check("redis durability").status).toBe("ok");
    expect(diagnosis.check("clock").status).toBe("ok");
    expect(diagnosis.check("slack")).toMatchObject({ status: "warn" });
    expect(diagnosis.check("slack").fix).toContain("--local-workspace");
    expect(diagnosis.code).toBe(0);
    const client = new Redis(redis.url);
    expect(await client.dbsize()).toBe(0);
    client.disconnect();
  });

  it("a clock that is off", async () => {
    const before = "const now = Date.now; Date.now = () => now() + 90_000;";
    const diagnosis = await doctorProcess({ REDIS_URL: redis.url }, [], { before });
    expectBroken(diagnosis, "clock", "90 s from Redis's", "NTP");
  });

  it("one that would lose the log", async () => {
    const weak = await RedisServer.start("--appendfsync", "everysec", "--maxmemory-policy", "allkeys-lru");
    try {
      const diagnosis = await doctorProcess({ REDIS_URL: weak.url });
      const failed = diagnosis.checks.filter(({ status }) => status === "fail");
      expect(failed.map(({ name }) => name)).toEqual(["redis appendfsync", "redis maxmemory-policy"]);
      expect(failed[0]?.fix).toContain("CONFIG SET appendfsync always");
      expect(diagnosis.code).toBe(1);
      const relaxed = await doctor({ REDIS_URL: weak.url, REDIS_DURABILITY: "relaxed" });
      expect(relaxed.check("redis appendfsync").status).toBe("warn");
      expect(relaxed.code).toBe(0);
    } finally {
      await weak.stop();
    }
  });

  it("one that wants a password, and shows none", async () => {
    const closed = await RedisServer.start("--requirepass", "correct-horse");
    try {
      const url = closed.url.replace("://", "://:wrong-horse@");
      const diagnosis = await doctor({ REDIS_URL: url });
      expectBroken(diagnosis, "redis", /WRONGPASS|invalid username-password/i, "REDIS_URL");
      expect(diagnosis.stdout + diagnosis.stderr).not.toContain("wrong-horse");
    } finally {
      await closed.stop();
    }
  });

  it("one that is not there", async () => {
    const gone = await RedisServer.start();
    await gone.stop();
    expectBroken(await doctor({ REDIS_URL: gone.url }), "redis", "ECONNREFUSED", /Start Redis.*redis-cli/);
  });
});

describe("hatrack doctor, of Slack", () => {
  const directory = z.record(z.string(), z.unknown()).parse(fixtureJson("workspace.json"));
  const named = z.array(z.looseObject({ name: z.string().optional(), handle: z.string().optional() }));
  const channels = named.parse(directory["channels"]);
  const usergroups = named.parse(directory["usergroups"]);
  const scopes = [...new Set(["commands", ...Object.values(scopesOf).flat()])];
  const app = { scopes };
  let workspace: RunningWorkspace | undefined;
  afterEach(async () => {
    await workspace?.close();
    workspace = undefined;
  });

  async function look(
    change: object = {},
    env: Record<string, string> = {},
    ask: typeof doctor = doctor,
  ): Promise<Diagnosis> {
    workspace = await startWorkspace({
      port: 0,
      file: ":memory:",
      directory: { ...directory, app, ...change },
    });
    return ask(env, ["--workspace", workspace.url]);
  }

  it("a workspace that has it all", async () => {
    const diagnosis = await look();
    const slack = diagnosis.checks.filter(({ name }) => name.startsWith("slack "));
    expect(slack.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "slack bot token ok",
      "slack scopes ok",
      "slack app token ok",
      "slack user groups ok",
      "slack channels ok",
    ]);
    expect(diagnosis.code).toBe(0);
  });

  it("a wrong bot token", async () => {
    const env = { SLACK_BOT_TOKEN: "xoxb-wrong-1", SLACK_APP_TOKEN: "xapp-local-1" };
    expectBroken(await look({}, env), "slack bot token", "invalid_auth", "Bot User OAuth Token");
  });

  it("a wrong app token", async () => {
    const env = { SLACK_BOT_TOKEN: "xoxb-local-1", SLACK_APP_TOKEN: "xapp-wrong-1" };
    expectBroken(await look({}, env), "slack app token", "invalid_auth", "connections:write");
  });

  it("a scope that was not granted", async () => {
    const less = scopes.filter((scope) => scope !== "metadata.message:read");
    expectBroken(
      await look({ app: { scopes: less } }, {}, doctorProcess),
      "slack scopes",
      "metadata.message:read",
      "manifest.yml",
    );
  });

  it("a user group that is not there", async () => {
    const less = usergroups.filter(({ handle }) => handle !== "ir-lead-oncall");
    const diagnosis = await look({ usergroups: less });
    expectBroken(diagnosis, "slack user groups", "@ir-lead-oncall", /user group.*onCall in soc\.yaml/);
  });

  it("a channel that is not there", async () => {
    const less = channels.filter(({ name }) => name !== "soc-ops");
    expectBroken(
      await look({ channels: less }),
      "slack channels",
      "#soc-ops is not there",
      "Create the channel",
    );
  });

  it("a channel the app is not in", async () => {
    const outside = channels.map((each) =>
      each.name === "soc-cases" ? { ...each, app_is_member: false } : each,
    );
    expectBroken(await look({ channels: outside }), "slack channels", "not in #soc-cases", "/invite @soc");
  });

  it("a workspace that does not answer", async () => {
    const running = await startWorkspace({ port: 0, file: ":memory:", directory });
    await running.close();
    const diagnosis = await doctor({}, ["--workspace", running.url]);
    expectBroken(diagnosis, "slack bot token", "ECONNREFUSED", "SLACK_BOT_TOKEN");
  });
});

describe("hatrack doctor, of the model server", () => {
  let server: ModelServer;
  afterEach(() => server.close());

  it("one that calls tools", async () => {
    server = await startModelServer();
    const diagnosis = await doctor({ LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1" });
    expect(diagnosis.check("model tool calls").status).toBe("ok");
    expect(diagnosis.code).toBe(0);
  });

  it("a context that one case does not fit in", async () => {
    server = await startModelServer();
    const env = { LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1" };
    const small = await doctor({ ...env, LLM_CONTEXT: "4000" });
    expectBroken(small, "model context", "too small for one case", "--max-model-len");
    expect((await doctor({ ...env, LLM_CONTEXT: "8000" })).check("model context").status).toBe("warn");
  });

  it("a backup that serves another model", async () => {
    server = await startModelServer();
    const other = await startModelServer({ model: "other-1" });
    const env = { LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1", LLM_BACKUP_URL: other.baseUrl };
    const diagnosis = await doctor(env);
    await other.close();
    expectBroken(diagnosis, "backup model name", "rules-1", "LLM_BACKUP_MODEL to one of: other-1");
  });

  it("one that does not call tools", async () => {
    server = await startModelServer({ callsTools: false });
    const diagnosis = await doctorProcess({ LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1" });
    expectBroken(diagnosis, "model tool calls", "answered in text", "--enable-auto-tool-choice");
  });

  it("one that serves another model", async () => {
    server = await startModelServer({ model: "qwen3-32b" });
    const diagnosis = await doctor({ LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1" });
    expectBroken(diagnosis, "model name", "rules-1", "LLM_MODEL to one of: qwen3-32b");
  });

  it("a key it does not take", async () => {
    server = await startModelServer({ key: "good" });
    const env = { LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1", LLM_API_KEY: "a-stale-key-0001" };
    const diagnosis = await doctor(env);
    expectBroken(diagnosis, "model server", /HTTP 401.*expired/, "LLM_API_KEY");
    expect(diagnosis.stdout + diagnosis.stderr).not.toContain("a-stale-key-0001");
  });

  it("an address without its /v1", async () => {
    server = await startModelServer();
    const diagnosis = await doctor({ LLM_BASE_URL: server.baseUrl.replace("/v1", ""), LLM_MODEL: "rules-1" });
    expectBroken(diagnosis, "model server", "HTTP 404", "/v1 at the end");
  });

  it("one that is not there", async () => {
    server = await startModelServer();
    await server.close();
    const diagnosis = await doctor({ LLM_BASE_URL: server.baseUrl, LLM_MODEL: "rules-1" });
    server = await startModelServer();
    expectBroken(diagnosis, "model server", "no answer", "Start the server");
  });
});
