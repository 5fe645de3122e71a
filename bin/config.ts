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
    .refine((value) => value.startsWith(prefix) && value.length > prefix.length, {
      error: `expected a token that starts with ${prefix}, such as ${prefix}1234-abcd`,
    })
    .optional();

export const alertSources =
  "expected sample, file:PATH, webhook:PORT or - (stdin), such as file:alerts.jsonl";

export function isAlertSource(value: string): boolean {
  const port = /^webhook:(\d*)$/.exec(value)?.[1];
  return port === undefined ? /^(sample|-|file:.+)$/.test(value) : isPort(Number(port));
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65_535;
}

const Environment = z.object({
  REDIS_URL: url("redis://127.0.0.1:6379", "redis:", "rediss:"),
  REDIS_DURABILITY: z
    .enum(["strict", "relaxed"], { error: "expected strict or relaxed, such as REDIS_DURABILITY=strict" })
    .default("strict"),
  SLACK_BOT_TOKEN: token("xoxb-"),
  SLACK_APP_TOKEN: token("xapp-"),
  SLACK_SIGNING_SECRET: z
    .string()
    .regex(/^[0-9a-zA-Z]{16,128}$/, {
      error:
        "expected the Signing Secret of the app's Basic Information page, such as 8f742231b10e8888abcd99yyyzzz85a5",
    })
    .optional(),
  SLACK_PORT: z
    .string()
    .default("3000")
    .transform(Number)
    .refine((port) => isPort(port) && port > 0, { error: "expected a port from 1 to 65535, such as 3000" }),
  LLM_BASE_URL: url("http://127.0.0.1:8000/v1", "http:", "https:"),
  LLM_MODEL: z.string().min(1).optional(),
  LLM_API_KEY: z.string().min(1).optional(),
  ALERTS: z.string().refine(isAlertSource, { error: alertSources }).default("sample"),
  WEBHOOK_SECRET: z
    .string()
    .min(16, "expected at least 16 characters, such as what `openssl rand -hex 32` prints")
    .optional(),
  SOC_FILE: z.string().min(1).optional(),
  INVENTORY_FILE: z.string().min(1).optional(),
  REPUTATION_FILE: z.string().min(1).optional(),
  RECALL: z.enum(["on", "off", "ab"], { error: 'expected "on", "off" or "ab"' }).default("on"),
  HATRACK_DIR: z.string().min(1).default("data"),
  HATRACK_KEYS: z.string().min(1).optional(),
  PAGER_URL: url("https://pager.example/hook", "http:", "https:"),
  PAGER_SECRET: z
    .string()
    .min(16, "expected at least 16 characters, such as what `openssl rand -hex 32` prints")
    .optional(),
  PAGER_ACK_PORT: z
    .string()
    .transform(Number)
    .refine((port) => isPort(port) && port > 0, { error: "expected a port from 1 to 65535, such as 8089" })
    .optional(),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"], {
      error: "expected debug, info, warn, error or silent, such as LOG_LEVEL=info",
    })
    .default("info"),
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
  /** Whether hats are shown what came of cases like theirs; "ab": every other case, by its hash. */
  readonly recall: Environment["RECALL"];
  /** Absolute: the local bus, the local workspace and their keys live here. */
  readonly dataDir: string;
  /** Rings a telephone when somebody is asked; undefined: nobody's. */
  readonly pager:
    | { readonly url: string; readonly secret: string; readonly acknowledgePort: number | undefined }
    | undefined;
  /** Where the keys of the gate and the front end lie; undefined: made in the data folder. */
  readonly keysDir: string | undefined;
  readonly logLevel: Environment["LOG_LEVEL"];
}

/** @throws HatrackError `config_invalid` naming each variable, what was expected and an example */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is one that is not set: unit files and compose files write `NAME=`.
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const);
  const set = Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
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
    recall: e.RECALL,
    dataDir: resolve(e.HATRACK_DIR),
    pager: pagerOf(e),
    keysDir: e.HATRACK_KEYS === undefined ? undefined : resolve(e.HATRACK_KEYS),
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

function pagerOf(e: Environment): Config["pager"] {
  const { PAGER_URL: url, PAGER_SECRET: secret, PAGER_ACK_PORT: acknowledgePort } = e;
  if (url !== undefined && secret !== undefined) return { url, secret, acknowledgePort };
  if (url === undefined && secret === undefined && acknowledgePort === undefined) return undefined;
  const missing = url === undefined ? "PAGER_URL" : "PAGER_SECRET";
  throw invalid(
    `a pager is half configured: ${missing} is not set; expected both, such as PAGER_URL=https://pager.example/hook ` +
      "and PAGER_SECRET=… (openssl rand -hex 32)",
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

/** Values that must not be shown anywhere. */
export function secretsOf({ redis, slack, llm, webhookSecret, pager }: Config): string[] {
  const ofSlack =
    slack === undefined
      ? []
      : [slack.botToken, slack.mode === "socket" ? slack.appToken : slack.signingSecret];
  const password = redis === undefined ? "" : new URL(redis.url).password;
  const all = [...ofSlack, llm?.apiKey, webhookSecret, pager?.secret, password, decodeURIComponent(password)];
  return all.filter((secret) => secret !== undefined && secret.length > 3).map(String);
}

function invalid(what: string): HatrackError {
  return new HatrackError("config_invalid", `configuration: ${what}`);
}
