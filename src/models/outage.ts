/**
 * Is a model's error an outage (the server is down, slow, busy or refuses us), or is it about this one request? An
 * outage spends nothing and is waited out. Told by type, status and code, never by words in a message: an
 * unrelated error whose text says "connection" is not one (lesson 11).
 */
import { z } from "zod";
import { HatrackError } from "../errors.ts";

/** Of Node's sockets and resolver, and of undici. */
const codes: ReadonlySet<string> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/** Classes of the openai client and of LangChain around it; neither sets `name` on all of them. */
const classes: ReadonlySet<string> = new Set([
  "APIConnectionError",
  "APIConnectionTimeoutError",
  "TimeoutError",
]);

/** 401, 403 and 404 are the server's configuration or ours: no case is at fault for them either. */
function isOutageStatus(status: number): boolean {
  return status >= 500 || [401, 403, 404, 408, 425, 429].includes(status);
}

const Shape = z.object({
  status: z.number().optional().catch(undefined),
  code: z.string().catch(""),
  name: z.string().catch(""),
});

/** Why the model cannot be reached, or undefined when the error is about something else. */
export function outageOf(error: unknown): string | undefined {
  for (const link of chainOf(error)) {
    if (link instanceof HatrackError) return link.retryable ? link.message : undefined;
    const { status, code, name } = Shape.parse(link);
    if (status !== undefined) return isOutageStatus(status) ? `HTTP ${status}: ${link.message}` : undefined;
    if (codes.has(code) || classes.has(name) || classes.has(link.constructor.name)) return link.message;
  }
  return undefined;
}

/** The error and what caused it, at most five deep. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 5; link = link.cause) chain.push(link);
  return chain;
}
