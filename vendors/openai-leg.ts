/**
 * One model server as a leg of the chain. What it can do is asked of it once it is there, and the model fits itself
 * to that: tool calls or JSON schema, streamed or whole.
 */
import { HatrackError } from "../src/errors.ts";
import type { Leg } from "../src/models/failover/leg.ts";
import { probeByWord } from "../src/models/failover/probe.ts";
import { openAiModel } from "./openai.ts";
import type { ServerNames } from "./openai-errors.ts";
import type { ServerShape } from "./openai-server-model.ts";
import { serverFacts, type ServerFacts } from "./openai-probe.ts";

export interface ServerLegOptions {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly names: ServerNames;
  readonly concurrency: number;
  readonly timeouts: { readonly connectMs: number; readonly firstTokenMs: number; readonly totalMs: number };
}

export interface ServerLeg extends Leg {
  /** What the server said of itself; undefined: it has not been asked yet, or has not answered. */
  facts(): ServerFacts | undefined;
  /** Asks it. @throws HatrackError as `serverFacts` does, or `model_not_served`, `model_cannot_call` */
  discover(signal: AbortSignal): Promise<ServerFacts>;
}

export async function openAiLeg(options: ServerLegOptions): Promise<ServerLeg> {
  const { baseUrl, model, apiKey, names, concurrency, timeouts } = options;
  const { connectMs, firstTokenMs, totalMs } = timeouts;
  const shape: ServerShape = { calls: "tools", streams: true };
  const limits = { connectMs, firstByteMs: firstTokenMs, idleMs: firstTokenMs, maxBytes: 8 * 1024 * 1024 };
  const { chat, leg } = await openAiModel({
    ...{ baseUrl, model, apiKey, names, shape },
    timeoutMs: totalMs,
    limits,
  });
  let facts: ServerFacts | undefined;
  const discover = async (signal: AbortSignal): Promise<ServerFacts> => {
    const found = await serverFacts({ baseUrl, model, apiKey }, signal);
    assertFit(found, options);
    shape.calls = found.calls === "json" ? "json" : "tools";
    shape.streams = found.streams;
    // A server that does not stream has until the end to say its first word.
    limits.firstByteMs = found.streams ? firstTokenMs : totalMs;
    facts = found;
    return found;
  };
  return {
    ...{ name: leg, model, chat, totalMs, firstTokenMs, concurrency, discover },
    facts: () => facts,
    probe: async (signal) => {
      if (facts === undefined) await discover(signal);
      else await probeByWord(chat, signal);
    },
  };
}

function assertFit({ served, calls }: ServerFacts, { baseUrl, model, names }: ServerLegOptions): void {
  if (!served.includes(model)) {
    const listed = served.slice(0, 20).join(", ") || "none";
    const message = `${names.model}: ${baseUrl} does not serve "${model}"; expected one of: ${listed}`;
    throw new HatrackError("model_not_served", message);
  }
  if (calls === "none") {
    const message = `${baseUrl}: ${model} neither called a tool when told to nor kept to a JSON schema; start the server with tool calls on (vLLM: --enable-auto-tool-choice --tool-call-parser …; llama.cpp: --jinja)`;
    throw new HatrackError("model_cannot_call", message);
  }
}
