/** What a model server's error means, and what to set right. */
import { ContextOverflowError } from "@langchain/core/errors";
import { z } from "zod";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { tooLarge } from "./openai-transport.ts";

/** The variables a server is configured by. */
export interface ServerNames {
  readonly url: string;
  readonly model: string;
  readonly key: string;
}

export interface Server {
  readonly url: string;
  readonly host: string;
  readonly model: string;
  readonly names: ServerNames;
}

export const primaryNames: ServerNames = { url: "LLM_BASE_URL", model: "LLM_MODEL", key: "LLM_API_KEY" };
export const backupNames: ServerNames = {
  url: "LLM_BACKUP_URL",
  model: "LLM_BACKUP_MODEL",
  key: "LLM_BACKUP_API_KEY",
};

/** @throws HatrackError `model_rejected` when the URL is none */
export function serverOf(given: {
  readonly baseUrl: string;
  readonly model: string;
  readonly names?: ServerNames;
}): Server {
  const { baseUrl: url, model, names = primaryNames } = given;
  if (URL.canParse(url)) return { url, model, names, host: new URL(url).host };
  const message = `${names.url}: expected a URL such as http://127.0.0.1:8000/v1, got "${url}"`;
  throw new HatrackError("model_rejected", message);
}

/** What to set right, by the status a server refuses with. */
const fixes: Readonly<Record<number, (server: Server) => string>> = {
  401: ({ names }) => `set ${names.key} to a key the server takes`,
  403: ({ names }) => `set ${names.key} to a key that may use this model`,
  404: ({ model, url, names }) =>
    `it does not serve "${model}" there: set ${names.model} to a name listed under ${url.replace(/\/+$/, "")}/models, and ${names.url} with its /v1`,
};

/** Statuses that pass by themselves. */
function passes(status: number): boolean {
  return status >= 500 || [408, 409, 425, 429].includes(status);
}

const Failure = z
  .object({ status: z.int().optional().catch(undefined), type: z.string().catch("") })
  .catch({ status: undefined, type: "" });

/** What LangChain adds to a message. */
const adverts = /Troubleshooting URL: \S+/g;

export function classify(error: unknown, server: Server): HatrackError {
  if (error instanceof HatrackError) return error;
  const said = reasonOf(error).replace(adverts, " ").replace(/\s+/g, " ").trim().slice(0, 300);
  const { status, type } = Failure.parse(error);
  if (ContextOverflowError.isInstance(error) || isOverflow(status, `${type} ${said}`)) {
    const message = `model ${server.model} at ${server.host}: this is more than its context holds: ${said}`;
    return new HatrackError("model_context_exceeded", message, { cause: error });
  }
  // No status: it was not reached, was too slow, or what it sent is no answer.
  if (status === undefined || passes(status)) return unavailable(server, said, error);
  const fix = fixes[status]?.(server);
  const message = `model ${server.model} at ${server.host}: ${said}; ${fix ?? "this request is refused"}`;
  return new HatrackError("model_rejected", message, { cause: error, retryable: fix !== undefined });
}

/** Servers have no common code for it: vLLM and llama.cpp say it in words, with a 400. */
function isOverflow(status: number | undefined, said: string): boolean {
  const asked = status === 400 || status === 413 || status === 422;
  return asked && /context (?:length|size|window)|exceed_context_size|too many tokens/i.test(said);
}

export function unavailable(server: Server, got: string, cause?: unknown): HatrackError {
  const message = `model ${server.model} at ${server.host}: expected an answer, got ${got}`;
  return new HatrackError("model_unavailable", message, { cause, retryable: true });
}

const Coded = z.object({ code: z.string() });

/** The answer was cut off by our own limit. */
export function isTooLarge(error: unknown): boolean {
  for (let link = error, depth = 0; link instanceof Error && depth < 6; link = link.cause, depth += 1) {
    if (Coded.safeParse(link).data?.code === tooLarge) return true;
  }
  return false;
}
