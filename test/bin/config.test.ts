import { describe, expect, it } from "vitest";
import { readConfig, secretsOf } from "../../bin/config.ts";
import { HatrackError } from "../../src/errors.ts";

type Env = Record<string, string>;

function complaint(env: Env): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof HatrackError && error.code === "config_invalid") return error.message;
    throw error;
  }
  throw new Error(`taken: ${JSON.stringify(env)}`);
}

const bot = { SLACK_BOT_TOKEN: "xoxb-1-a" };
const app = { SLACK_APP_TOKEN: "xapp-1-a" };
const signing = { SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef" };

describe("the configuration", () => {
  it("is all embedded defaults when nothing is set", () => {
    expect(readConfig({})).toMatchObject({
      redis: undefined,
      slack: undefined,
      llm: undefined,
      alerts: "sample",
      logLevel: "info",
    });
  });

  it("takes an empty or blank variable for one that is not set", () => {
    const names = ["REDIS_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_PORT", "LLM_BASE_URL", "ALERTS"];
    const blank = [...names, "LOG_LEVEL", "WEBHOOK_SECRET", "HATRACK_DIR", "HATRACK_KEYS", "SOC_FILE"];
    expect(readConfig(Object.fromEntries(blank.map((name) => [name, ""])))).toEqual(readConfig({}));
    expect(readConfig(Object.fromEntries(blank.map((name) => [name, " \n"])))).toEqual(readConfig({}));
  });

  it("takes a token with the line end of the file it came from", () => {
    const { slack } = readConfig({ SLACK_BOT_TOKEN: "xoxb-1-a\n", SLACK_APP_TOKEN: " xapp-1-a" });
    expect(slack).toEqual({ mode: "socket", botToken: "xoxb-1-a", appToken: "xapp-1-a" });
  });

  it.each<[name: string, value: string, ...expected: string[]]>([
    ["REDIS_URL", "localhost:6379", "redis://127.0.0.1:6379"],
    ["REDIS_URL", "http://127.0.0.1:6379", "redis://127.0.0.1:6379"],
    ["REDIS_DURABILITY", "none", "strict or relaxed"],
    ["SLACK_BOT_TOKEN", "xapp-1-a", "starts with xoxb-"],
    ["SLACK_BOT_TOKEN", "xoxb-", "starts with xoxb-"],
    ["SLACK_APP_TOKEN", "xoxb-1-a", "starts with xapp-"],
    ["SLACK_SIGNING_SECRET", "short", "Signing Secret", "such as"],
    ["SLACK_PORT", "many", "from 1 to 65535", "3000"],
    ["SLACK_PORT", "0", "from 1 to 65535", "3000"],
    ["SLACK_PORT", "70000", "from 1 to 65535", "3000"],
    ["LLM_BASE_URL", "127.0.0.1:8000", "http://127.0.0.1:8000/v1"],
    ["LLM_BASE_URL", "redis://127.0.0.1", "http://127.0.0.1:8000/v1"],
    ["ALERTS", "samples", "sample", "file:", "webhook:", "stdin"],
    ["ALERTS", "file:", "file:alerts.jsonl"],
    ["ALERTS", "webhook:99999", "webhook:"],
    ["ALERTS", "crowdstrike:soon", "crowdstrike:"],
    ["FALCON_CLIENT_ID", "short", "API client's id", "such as"],
    ["FALCON_CLIENT_SECRET", "short", "API client's secret"],
    ["FALCON_BASE_URL", "eu-9", "us-1", "eu-1", "https://api.eu-1.crowdstrike.com"],
    ["FALCON_BASE_URL", "http://api.crowdstrike.com", "https://"],
    ["FALCON_CLIENT_ID", "0123456789abcdef", "half configured", "FALCON_CLIENT_SECRET is not set"],
    ["WEBHOOK_SECRET", "short", "16 characters", "openssl rand"],
    ["LOG_LEVEL", "verbose", "debug, info, warn, error or silent"],
  ])("refuses %s=%s and says what was expected", (name, value, ...expected) => {
    const message = complaint({ [name]: value });
    expect(message).toContain(name);
    for (const part of expected) expect(message).toContain(part);
  });

  it("names every variable that is wrong, not the first alone", () => {
    const message = complaint({ REDIS_URL: "x", LOG_LEVEL: "x", ALERTS: "x" });
    for (const name of ["REDIS_URL", "LOG_LEVEL", "ALERTS"]) expect(message).toContain(name);
  });

  it("never repeats the value of a secret", () => {
    for (const name of ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "WEBHOOK_SECRET"]) {
      expect(complaint({ [name]: "hunter2!" })).not.toContain("hunter2");
    }
  });

  it.each<[Env, ...string[]]>([
    [app, "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"],
    [signing, "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"],
    [{ ...app, ...signing }, "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"],
    [bot, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"],
    [{ ...bot, SLACK_APP_TOKEN: "" }, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"],
    [{ LLM_MODEL: "m" }, "LLM_MODEL", "LLM_BASE_URL", "http://127.0.0.1:8000/v1"],
    [{ LLM_BASE_URL: "http://127.0.0.1:1/v1" }, "LLM_BASE_URL", "LLM_MODEL=qwen3-32b"],
  ])("refuses half of a set-up: %j", (env, ...named) => {
    const message = complaint(env);
    for (const part of named) expect(message).toContain(part);
  });

  it.each<[Env, object]>([
    [
      { ...bot, ...app },
      { mode: "socket", botToken: "xoxb-1-a", appToken: "xapp-1-a" },
    ],
    [{ ...bot, ...app, ...signing }, { mode: "socket" }],
    [
      { ...bot, ...signing },
      { mode: "http", port: 3000 },
    ],
    [
      { ...bot, ...signing, SLACK_PORT: "8443" },
      { mode: "http", port: 8443 },
    ],
  ])("takes a whole Slack: %j", (env, slack) => {
    expect(readConfig(env).slack).toMatchObject(slack);
  });

  it("knows its secrets by value", () => {
    const config = readConfig({
      ...bot,
      ...app,
      REDIS_URL: "redis://:p%40ssword@127.0.0.1:6379",
      LLM_BASE_URL: "http://127.0.0.1:1/v1",
      LLM_MODEL: "m",
      LLM_API_KEY: "a key of any shape",
      WEBHOOK_SECRET: "sixteen-letters!",
      ...{ FALCON_CLIENT_ID: "0123456789abcdef", FALCON_CLIENT_SECRET: "a-secret-of-falcon" },
      ...{ PAGER_URL: "https://pager.example/hook", PAGER_SECRET: "sixteen-letters?" },
    });
    expect(secretsOf(config).sort()).toEqual(
      [
        "xoxb-1-a",
        "xapp-1-a",
        "p%40ssword",
        "p@ssword",
        "a key of any shape",
        "a-secret-of-falcon",
        "sixteen-letters!",
        "sixteen-letters?",
      ].sort(),
    );
    expect(secretsOf(readConfig({}))).toEqual([]);
  });

  it("takes a whole pager or none", () => {
    const pager = { PAGER_URL: "https://pager.example/hook", PAGER_SECRET: "sixteen-letters?" };
    expect(readConfig({}).pager).toBeUndefined();
    expect(readConfig({ ...pager, PAGER_ACK_PORT: "8089" }).pager).toEqual({
      ...{ url: pager.PAGER_URL, secret: pager.PAGER_SECRET, acknowledgePort: 8089 },
    });
    expect(complaint({ PAGER_URL: pager.PAGER_URL })).toContain("PAGER_SECRET is not set");
    expect(complaint({ PAGER_ACK_PORT: "8089" })).toContain("PAGER_URL is not set");
    expect(complaint({ ...pager, PAGER_ACK_PORT: "0" })).toContain("PAGER_ACK_PORT");
  });
});
