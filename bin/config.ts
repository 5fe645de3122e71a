/** The environment, parsed once. Every variable is optional; what is set must be right, and whole. */
import { resolve } from "node:path";
import { z } from "zod";
import { isRedisUrl, redisUrlForms } from "../src/bus/redis/address.ts";
import { HatrackError } from "../src/errors.ts";
import type { FalconCredentials } from "../vendors/falcon-client.ts";
import { falconOf, falconVariables } from "./config-falcon.ts";
import { llmOf, modelVariables, type LlmConfig } from "./config-models.ts";

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
  "expected sample, crowdstrike:, file:PATH, webhook:PORT or - (stdin), such as file:alerts.jsonl";

export function isAlertSource(value: string): boolean {
  const port = /^webhook:(\d*)$/.exec(value)?.[1];
  return port === undefined
    ? /^(sample|-|file:.+|crowdstrike:(\d{1,4}[hd])?)$/.test(value)
    : isPort(Number(port));
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65_535;
}

export const metricsPorts =
  "expected a port on this machine, such as 9464, or an address too, such as 0.0.0.0:9464 or [::1]:9464";

/** @returns undefined when it is none */
export function addressOf(text: string): { host: string; port: number } | undefined {
  const [, host = "127.0.0.1", port] = /^(?:\[?([0-9a-zA-Z.:-]+?)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  return port !== undefined && isPort(Number(port)) ? { host, port: Number(port) } : undefined;
}

const listenAt = z
  .string()
  .transform((text, context) => {
    const address = addressOf(text);
    if (address === undefined) context.addIssue(metricsPorts);
    return address;
  })
  .optional();

const Environment = z.object({
  REDIS_URL: z.string().refine(isRedisUrl, { error: redisUrlForms }).optional(),
  REDIS_PARTITIONS: z
    .string()
    .regex(/^([1-9]|[1-5]\d|6[0-4])$/, {
      error: "expected how many partitions a new log gets, 1 to 64, such as 8",
    })
    .transform(Number)
    .optional(),
  HATRACK_INSTANCE: z
    .string()
    .regex(/^[\w@.:-]{1,100}$/, { error: "expected a name of this process on this host, such as role-tier2" })
    .optional(),
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
  ...modelVariables,
  ...falconVariables,
  LLM_PRICE: z
    .string()
    .regex(/^\d+(\.\d+)?,\d+(\.\d+)?$/, {
      error: "expected what a million tokens cost, in and out, such as 0.15,0.60",
    })
    .transform((price) => price.split(",").map(Number))
    .optional(),
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
  WATCH_WEBHOOK_URL: url("https://hooks.slack.com/services/…", "http:", "https:"),
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
  DASHBOARD_TOKEN: z
    .string()
    .min(16, "expected at least 16 characters, such as what `openssl rand -hex 32` prints")
    .optional(),
  HATRACK_METRICS_PORT: listenAt,
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
  readonly redis:
    | {
        readonly url: string;
        readonly durability: "strict" | "relaxed";
        /** Of a new log; of one that exists, what it must have. */
        readonly partitions: number | undefined;
        /** Of this process, over restarts. */
        readonly instance?: string | undefined;
      }
    | undefined;
  readonly slack: SlackCredentials | undefined;
  /** The model servers; undefined: `baseline`. */
  readonly llm: LlmConfig | undefined;
  /** "sample", "crowdstrike:", "crowdstrike:24h", "file:PATH", "webhook:PORT" or "-". */
  readonly alerts: string;
  /** What a million tokens cost, in whatever currency; undefined: nobody says. */
  readonly llmPrice: { readonly input: number; readonly output: number } | undefined;
  /** CrowdStrike Falcon's API; undefined: nobody asks it. */
  readonly falcon: FalconCredentials | undefined;
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
  /** An incoming webhook of the operations channel, for `hatrack watch`; undefined: by Slack's own tokens. */
  readonly watchWebhook: string | undefined;
  /** Whoever looks at the dashboard gives it once; undefined: only this machine reaches it. */
  readonly dashboardToken: string | undefined;
  /** Where /healthz, /readyz and /metrics are; undefined: nowhere. Port 0 takes any free one. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
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
    redis:
      e.REDIS_URL === undefined
        ? undefined
        : {
            ...{ url: e.REDIS_URL, durability: e.REDIS_DURABILITY, partitions: e.REDIS_PARTITIONS },
            instance: e.HATRACK_INSTANCE,
          },
    slack: slackOf(e),
    llm: llmOf(e),
    llmPrice: e.LLM_PRICE && { input: e.LLM_PRICE[0] ?? 0, output: e.LLM_PRICE[1] ?? 0 },
    alerts: e.ALERTS,
    falcon: falconOf(e),
    webhookSecret: e.WEBHOOK_SECRET,
    socFile: e.SOC_FILE,
    inventoryFile: e.INVENTORY_FILE,
    reputationFile: e.REPUTATION_FILE,
    recall: e.RECALL,
    dataDir: resolve(e.HATRACK_DIR),
    pager: pagerOf(e),
    keysDir: e.HATRACK_KEYS === undefined ? undefined : resolve(e.HATRACK_KEYS),
    watchWebhook: e.WATCH_WEBHOOK_URL,
    dashboardToken: e.DASHBOARD_TOKEN,
    metrics: e.HATRACK_METRICS_PORT,
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

/** Values that must not be shown anywhere. */
export function secretsOf({
  redis,
  slack,
  llm,
  falcon,
  webhookSecret,
  pager,
  dashboardToken,
  watchWebhook,
}: Config): string[] {
  const ofSlack =
    slack === undefined
      ? []
      : [slack.botToken, slack.mode === "socket" ? slack.appToken : slack.signingSecret];
  const password = redis === undefined ? "" : new URL(redis.url).password;
  const passwords = [password, decodeURIComponent(password)];
  const all = [
    ...ofSlack,
    llm?.apiKey,
    llm?.backup?.apiKey,
    falcon?.clientSecret,
    webhookSecret,
    pager?.secret,
    dashboardToken,
    watchWebhook,
    ...passwords,
  ];
  return all.filter((secret) => secret !== undefined && secret.length > 3).map(String);
}

function invalid(what: string): HatrackError {
  return new HatrackError("config_invalid", `configuration: ${what}`);
}
