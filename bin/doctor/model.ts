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
  const reach = `Start the server or correct LLM_BASE_URL (now ${llm.baseUrl}); it should end in /v1.`;
  let served: readonly string[] | undefined;
  const server = await examine("model server", reach, async () => {
    served = await listModels(llm);
    return `${llm.baseUrl} serves ${served.length} models`;
  });
  yield server;
  if (served === undefined) return;
  const names = served;
  const named = await examine("model name", `Set LLM_MODEL to one of: ${names.join(", ")}.`, () => {
    if (names.includes(llm.model)) return llm.model;
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
    yield { name: "model tool calls", status: "fail", found: reasonOf(error), fix };
  }
}
