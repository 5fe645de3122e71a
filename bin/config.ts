/** The environment, parsed once. Every variable is optional; what is set must be right, and whole. */
import { resolve } from "node:path";
import { z } from "zod";
import { HatrackError } from "../src/errors.ts";

const url = (example: string, ...protocols: readonly string[]): z.ZodType<string | undefined> =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
      error: `expected a URL such as ${example}`,
    })
    .optional();

const token = (prefix: string): z.ZodType<string | undefined> =>
  z
    .string()
    .refine((value) => value.startsWith(prefix), { error: `expected a token that starts with ${prefix}` })
    .optional();

const Environment = z.object({
  REDIS_URL: url("redis://127.0.0.1:6379", "redis:", "rediss:"),
  REDIS_DURABILITY: z
    .enum(["strict", "relaxed"], { error: 'expected "strict" or "relaxed"' })
    .default("strict"),
  SLACK_BOT_TOKEN: token("xoxb-"),
  SLACK_APP_TOKEN: token("xapp-"),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(16, "expected the signing secret of the app's Basic Information page")
    .optional(),
  SLACK_PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  LLM_BASE_URL: url("http://127.0.0.1:8000/v1", "http:", "https:"),
  LLM_MODEL: z.string().min(1).optional(),
  LLM_API_KEY: z.string().min(1).optional(),
  ALERTS: z
    .string()
    .regex(/^(sample|-|file:.+|webhook:\d*)$/, {
      error: 'expected "sample", "file:alerts.jsonl", "webhook:8088" or "-" (stdin)',
    })
    .default("sample"),
  WEBHOOK_SECRET: z.string().min(16, "expected at least 16 characters").optional(),
  SOC_FILE: z.string().min(1).optional(),
  INVENTORY_FILE: z.string().min(1).optional(),
  REPUTATION_FILE: z.string().min(1).optional(),
  HATRACK_DIR: z.string().min(1).default("data"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});
type Environment = z.infer<typeof Environment>;

/** How hatrack reaches a real Slack; undefined: the local workspace. */
export type SlackCredentials =
  | { readonly mode: "socket"; readonly botToken: string; readonly appToken: string }
  | {
      readonly mode: "http";
      readonly botToken: string;
      readonly signingSecret: string;
      readonly port: number;
    };

export interface Config {
  readonly redis: { readonly url: string; readonly durability: "strict" | "relaxed" } | undefined;
  readonly slack: SlackCredentials | undefined;
  readonly llm:
    { readonly baseUrl: string; readonly model: string; readonly apiKey: string | undefined } | undefined;
  /** "sample", "file:PATH", "webhook:PORT" or "-". */
  readonly alerts: string;
  readonly webhookSecret: string | undefined;
  readonly socFile: string | undefined;
  readonly inventoryFile: string | undefined;
  readonly reputationFile: string | undefined;
  /** Absolute: the local bus, the local workspace and their keys live here. */
  readonly dataDir: string;
  readonly logLevel: Environment["LOG_LEVEL"];
}

/** @throws HatrackError `config_invalid` naming each variable, what was expected and an example */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is one that is not set: unit files and compose files write `NAME=`.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
    throw invalid(lines.join("; "));
  }
  const e = parsed.data;
  return {
    redis: e.REDIS_URL === undefined ? undefined : { url: e.REDIS_URL, durability: e.REDIS_DURABILITY },
    slack: slackOf(e),
    llm: llmOf(e),
    alerts: e.ALERTS,
    webhookSecret: e.WEBHOOK_SECRET,
    socFile: e.SOC_FILE,
    inventoryFile: e.INVENTORY_FILE,
    reputationFile: e.REPUTATION_FILE,
    dataDir: resolve(e.HATRACK_DIR),
    logLevel: e.LOG_LEVEL,
  };
}

/** Half of a Slack is an error, never a silent fall-back to the local workspace. */
function slackOf(e: Environment): SlackCredentials | undefined {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = e;
  if (botToken === undefined) {
    if (appToken === undefined && signingSecret === undefined) return undefined;
    const given = appToken === undefined ? "SLACK_SIGNING_SECRET" : "SLACK_APP_TOKEN";
    throw invalid(
      `${given} is set and SLACK_BOT_TOKEN is not; expected both, such as SLACK_BOT_TOKEN=xoxb-…`,
    );
  }
  if (appToken !== undefined) return { mode: "socket", botToken, appToken };
  if (signingSecret !== undefined) return { mode: "http", botToken, signingSecret, port: e.SLACK_PORT };
  throw invalid(
    "SLACK_BOT_TOKEN is set alone; expected SLACK_APP_TOKEN=xapp-… (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) with it",
  );
}

function llmOf(e: Environment): Config["llm"] {
  const { LLM_BASE_URL: baseUrl, LLM_MODEL: model, LLM_API_KEY: apiKey } = e;
  if (baseUrl === undefined) {
    if (model === undefined) return undefined;
    throw invalid(
      "LLM_MODEL is set and LLM_BASE_URL is not; expected both, such as LLM_BASE_URL=http://127.0.0.1:8000/v1",
    );
  }
  if (model === undefined) {
    throw invalid(
      "LLM_BASE_URL is set and LLM_MODEL is not; expected the name the server serves, such as LLM_MODEL=qwen3-32b",
    );
  }
  return { baseUrl, model, apiKey };
}

function invalid(what: string): HatrackError {
  return new HatrackError("config_invalid", `configuration: ${what}`);
}
