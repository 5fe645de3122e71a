import { HatrackError, reasonOf } from "../../src/errors.ts";
import type { Config } from "../config.ts";
import { examine, type Check } from "../../src/check.ts";

/** The server answers, serves the model by that name, and calls a tool when it is asked to. */
export async function* checkModel(config: Config): AsyncGenerator<Check> {
  const { llm } = config;
  if (llm === undefined) {
    yield {
      name: "model",
      status: "warn",
      found: "baseline: every hat is played by rules",
      fix: "Set LLM_BASE_URL and LLM_MODEL for a real one.",
    };
    return;
  }
  const { listModels, probeToolCall } = await import("../../vendors/openai-probe.ts");
  const server = "model server";
  let served: readonly string[];
  try {
    served = await listModels(llm);
  } catch (error) {
    yield { name: server, status: "fail", found: reasonOf(error), fix: fixFor(error, llm.baseUrl) };
    return;
  }
  yield { name: server, status: "ok", found: `${llm.baseUrl} serves ${served.length} models` };
  const named = await examine("model name", `Set LLM_MODEL to one of: ${served.join(", ")}.`, () => {
    if (served.includes(llm.model)) return llm.model;
    throw new HatrackError("model_not_served", `the server does not serve "${llm.model}"`);
  });
  yield named;
  if (named.status !== "ok") return;
  const fix =
    "Start the server with tool calls on (vLLM: --enable-auto-tool-choice --tool-call-parser …; llama.cpp: --jinja).";
  try {
    const called = await probeToolCall(llm);
    yield called
      ? { name: "model tool calls", status: "ok", found: "it called a tool when asked to" }
      : {
          name: "model tool calls",
          status: "fail",
          found: "it answered in text when a tool call was demanded",
          fix,
        };
  } catch (error) {
    const keyed = error instanceof HatrackError && error.code === "model_key_refused";
    const found = reasonOf(error);
    yield { name: "model tool calls", status: "fail", found, fix: keyed ? fixFor(error, llm.baseUrl) : fix };
  }
}

function fixFor(error: unknown, baseUrl: string): string {
  const code = error instanceof HatrackError ? error.code : "";
  if (code === "model_key_refused")
    return "Set LLM_API_KEY to a key this server takes; this one it does not.";
  if (code === "model_unavailable") return `Start the server, or correct LLM_BASE_URL (now ${baseUrl}).`;
  return `Correct LLM_BASE_URL (now ${baseUrl}): expected an OpenAI-compatible server, and mostly /v1 at the end.`;
}
