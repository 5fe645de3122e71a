/** The model servers' variables. Half of one is an error that names what is missing. */
import { z } from "zod";
import { HatrackError } from "../src/errors.ts";
import { RoleName } from "../src/events/vocabulary.ts";

export interface ModelServer {
  /** "http://127.0.0.1:8000/v1" */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | undefined;
}

export interface LlmConfig extends ModelServer {
  /** Asked while the primary does not answer. */
  readonly backup: ModelServer | undefined;
  /** Calls at once to one server. */
  readonly concurrency: number;
  /** Tokens a context holds; undefined: as the server says. */
  readonly contextTokens: number | undefined;
  /** Role → tokens of a day (UTC). */
  readonly tokensPerDay: ReadonlyMap<string, number>;
  readonly timeouts: Timeouts;
}

interface Timeouts {
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly totalMs: number;
}

const serverUrl = z
  .string()
  .refine((value) => URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol), {
    error: "expected a URL such as http://127.0.0.1:8000/v1",
  })
  .optional();

const count = (least: number, most: number, example: string) =>
  z
    .string()
    .transform(Number)
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, {
      error: `expected a whole number from ${least} to ${most.toLocaleString("en-GB")}, such as ${example}`,
    });

const pairs = (text: string): [string, string][] =>
  text.split(",").map((pair) => {
    const [name = "", value = ""] = pair.split("=").map((part) => part.trim());
    return [name, value];
  });

const TokensPerDay = z.string().transform((text, context) => {
  const budgets = pairs(text).map(([role, tokens]) => [role, Number(tokens)] as const);
  const good = ([role, tokens]: readonly [string, number]): boolean =>
    RoleName.safeParse(role).success && Number.isInteger(tokens) && tokens > 0;
  if (!budgets.every(good))
    context.addIssue("expected ROLE=TOKENS, …, such as sentinel=5000000,tier2=2000000");
  return new Map(budgets);
});

const defaultTimeouts = { connect: 5, first: 30, total: 120 };
const Seconds = z.strictObject({
  connect: z.coerce.number().positive().max(60).default(defaultTimeouts.connect),
  first: z.coerce.number().positive().max(600).default(defaultTimeouts.first),
  total: z.coerce.number().positive().max(1800).default(defaultTimeouts.total),
});

const LlmTimeouts = z.string().transform((text, context) => {
  const seconds = Seconds.safeParse(Object.fromEntries(pairs(text)));
  if (seconds.success) return seconds.data;
  context.addIssue(
    "expected seconds to connect, to the first token and in all, such as connect=5,first=30,total=120",
  );
  return defaultTimeouts;
});

export const modelVariables = {
  LLM_BASE_URL: serverUrl,
  LLM_MODEL: z.string().min(1).optional(),
  LLM_API_KEY: z.string().min(1).optional(),
  LLM_BACKUP_URL: serverUrl,
  LLM_BACKUP_MODEL: z.string().min(1).optional(),
  LLM_BACKUP_API_KEY: z.string().min(1).optional(),
  LLM_CONCURRENCY: count(1, 1000, "8").optional(),
  LLM_CONTEXT: count(2_000, 10_000_000, "32768").optional(),
  LLM_TOKENS_PER_DAY: TokensPerDay.optional(),
  LLM_TIMEOUTS: LlmTimeouts.optional(),
};
type Variables = z.infer<z.ZodObject<typeof modelVariables>>;

/** @throws HatrackError `config_invalid` */
export function llmOf(e: Variables): LlmConfig | undefined {
  const { LLM_BASE_URL: baseUrl, LLM_MODEL: model, LLM_API_KEY: apiKey } = e;
  if (baseUrl === undefined) {
    const alone = Object.keys(modelVariables).find((name) => name.startsWith("LLM_") && isSet(e, name));
    if (alone === undefined) return undefined;
    throw invalid(
      `${alone} is set and LLM_BASE_URL is not; expected both, such as LLM_BASE_URL=http://127.0.0.1:8000/v1`,
    );
  }
  if (model === undefined) {
    throw invalid(
      "LLM_BASE_URL is set and LLM_MODEL is not; expected the name the server serves, such as LLM_MODEL=qwen3-32b",
    );
  }
  const { connect, first, total } = e.LLM_TIMEOUTS ?? defaultTimeouts;
  return {
    ...{ baseUrl, model, apiKey },
    backup: backupOf(e, { baseUrl, model }),
    concurrency: e.LLM_CONCURRENCY ?? 8,
    contextTokens: e.LLM_CONTEXT,
    tokensPerDay: e.LLM_TOKENS_PER_DAY ?? new Map<string, number>(),
    timeouts: { connectMs: connect * 1000, firstTokenMs: first * 1000, totalMs: total * 1000 },
  };
}

function isSet(e: Variables, name: string): boolean {
  return new Map<string, unknown>(Object.entries(e)).get(name) !== undefined;
}

/** The primary's key is never sent to another server: the backup's is its own. */
function backupOf(e: Variables, primary: Omit<ModelServer, "apiKey">): ModelServer | undefined {
  const { LLM_BACKUP_URL: baseUrl, LLM_BACKUP_MODEL, LLM_BACKUP_API_KEY: apiKey } = e;
  if (baseUrl === undefined) {
    const alone = LLM_BACKUP_MODEL === undefined ? apiKey && "LLM_BACKUP_API_KEY" : "LLM_BACKUP_MODEL";
    if (alone === undefined) return undefined;
    throw invalid(
      `${alone} is set and LLM_BACKUP_URL is not; expected both, such as LLM_BACKUP_URL=http://127.0.0.2:8000/v1`,
    );
  }
  const model = LLM_BACKUP_MODEL ?? primary.model;
  if (baseUrl === primary.baseUrl && model === primary.model) {
    throw invalid(
      "LLM_BACKUP_URL is LLM_BASE_URL with the same model; expected another server, or leave it out",
    );
  }
  return { baseUrl, model, apiKey };
}

function invalid(what: string): HatrackError {
  return new HatrackError("config_invalid", `configuration: ${what}`);
}
