import { examine, type Check } from "../../src/check.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import type { ServerNames } from "../../vendors/openai-errors.ts";
import type { ServerFacts } from "../../vendors/openai-probe.ts";
import type { Config } from "../config.ts";
import type { LlmConfig, ModelServer } from "../config-models.ts";

/** Each server answers, serves the model by that name, calls a tool when it is asked to, and holds a case. */
export async function* checkModel({ llm }: Pick<Config, "llm">): AsyncGenerator<Check> {
  if (llm === undefined) {
    yield {
      name: "model",
      status: "warn",
      found: "baseline: every hat is played by rules",
      fix: "Set LLM_BASE_URL and LLM_MODEL for a real one.",
    };
    return;
  }
  const { backupNames, primaryNames } = await import("../../vendors/openai-errors.ts");
  yield* checkServer("model", { server: llm, names: primaryNames, llm });
  if (llm.backup !== undefined)
    yield* checkServer("backup model", { server: llm.backup, names: backupNames, llm });
}

interface Looked {
  readonly server: ModelServer;
  readonly names: ServerNames;
  readonly llm: LlmConfig;
}

async function* checkServer(name: string, { server, names, llm }: Looked): AsyncGenerator<Check> {
  const { serverFacts } = await import("../../vendors/openai-probe.ts");
  let facts: ServerFacts;
  try {
    facts = await serverFacts(server);
  } catch (error) {
    yield {
      name: `${name} server`,
      status: "fail",
      found: reasonOf(error),
      fix: fixFor(error, server, names),
    };
    return;
  }
  const { served } = facts;
  yield { name: `${name} server`, status: "ok", found: `${server.baseUrl} serves ${served.length} models` };
  const named = await examine(`${name} name`, `Set ${names.model} to one of: ${served.join(", ")}.`, () => {
    if (served.includes(server.model)) return server.model;
    throw new HatrackError("model_not_served", `the server does not serve "${server.model}"`);
  });
  yield named;
  if (named.status !== "ok") return;
  yield calls(name, facts);
  yield context(name, llm.contextTokens ?? facts.contextTokens);
}

const toolsOn =
  "Start the server with tool calls on (vLLM: --enable-auto-tool-choice --tool-call-parser …; llama.cpp: --jinja).";

function calls(name: string, { calls: how, streams }: ServerFacts): Check {
  const check = `${name} tool calls`;
  if (how === "none") {
    const found = "it answered in text when a tool call was demanded, and kept to no JSON schema";
    return { name: check, status: "fail", found, fix: toolsOn };
  }
  const found =
    how === "tools" ? "it called a tool when asked to" : "it calls no tools, but keeps to a JSON schema";
  if (streams) return { name: check, status: "ok", found };
  const fix = "Update the server: what does not stream is given the whole time before it counts as silent.";
  return { name: check, status: "warn", found: `${found}; it does not stream it`, fix };
}

/** A role's prompt, tools and answer take some 6,000 tokens, a full case as many again. */
const tokens = { least: 6_000, enough: 16_000 };

function context(name: string, contextTokens: number | undefined): Check {
  const check = `${name} context`;
  if (contextTokens === undefined) {
    const fix = "Set LLM_CONTEXT to the tokens its context holds, so that cases are cut to fit.";
    return { name: check, status: "warn", found: "the server does not say how much it holds", fix };
  }
  const found = `${contextTokens.toLocaleString("en-GB")} tokens`;
  const fix = `Start the server with a context of ${tokens.enough.toLocaleString("en-GB")} tokens or more (vLLM: --max-model-len; llama.cpp: -c).`;
  if (contextTokens < tokens.least)
    return { name: check, status: "fail", found: `${found}: too small for one case`, fix };
  if (contextTokens < tokens.enough)
    return { name: check, status: "warn", found: `${found}: cases are cut to fit`, fix };
  return { name: check, status: "ok", found };
}

function fixFor(error: unknown, { baseUrl }: ModelServer, names: ServerNames): string {
  const code = error instanceof HatrackError ? error.code : "";
  if (code === "model_key_refused")
    return `Set ${names.key} to a key this server takes; this one it does not.`;
  if (code === "model_unavailable") return `Start the server, or correct ${names.url} (now ${baseUrl}).`;
  return `Correct ${names.url} (now ${baseUrl}): expected an OpenAI-compatible server, and mostly /v1 at the end.`;
}
