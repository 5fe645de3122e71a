/**
 * Is a model's error an outage (the server is down, slow, busy or refuses us), or is it about this one request? An
 * outage spends nothing and is waited out. Told by type, status and code, never by words in a message: an
 * unrelated error whose text says "connection" is not one (lesson 11).
 */
import { z } from "zod";
import { HatrackError } from "../errors.ts";

/**
 * unreachable   nobody listens, or the connection broke
 * timeout       no connection, no first token or no end in time
 * server_error  5xx, or what came is no answer
 * busy          429
 * refused       401, 403, 404: the key or the model's name is wrong; no case is at fault for that
 */
export type TroubleKind = "unreachable" | "timeout" | "server_error" | "busy" | "refused";

export interface Trouble {
  readonly kind: TroubleKind;
  readonly why: string;
  /** What the server asked for: milliseconds until it may be asked again. */
  readonly retryAfterMs?: number;
}

/** Of Node's sockets and resolver, and of undici. */
const codes: Readonly<Record<string, TroubleKind>> = {
  EAI_AGAIN: "unreachable",
  ECONNABORTED: "unreachable",
  ECONNREFUSED: "unreachable",
  ECONNRESET: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENOTFOUND: "unreachable",
  EPIPE: "unreachable",
  UND_ERR_SOCKET: "unreachable",
  ETIMEDOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
};

/** Classes of the openai client and of LangChain around it; neither sets `name` on all of them. */
const classes: Readonly<Record<string, TroubleKind>> = {
  APIConnectionError: "unreachable",
  APIConnectionTimeoutError: "timeout",
  TimeoutError: "timeout",
};

function ofStatus(status: number): TroubleKind | undefined {
  if ([401, 403, 404].includes(status)) return "refused";
  if (status === 429) return "busy";
  if (status === 408) return "timeout";
  return status >= 500 || status === 409 || status === 425 ? "server_error" : undefined;
}

const Shape = z.object({
  status: z.number().optional().catch(undefined),
  code: z.string().catch(""),
  name: z.string().catch(""),
  headers: z.unknown().optional(),
});

/** What is wrong with the server, or undefined when the error is about something else. */
export function troubleOf(error: unknown): Trouble | undefined {
  const chain = chainOf(error);
  if (chain.some((link) => link instanceof HatrackError && !link.retryable)) return undefined;
  const links = chain.filter((link) => !(link instanceof HatrackError));
  const said = error instanceof HatrackError ? { why: error.message } : {};
  const status = links.find((link) => Shape.parse(link).status !== undefined);
  if (status !== undefined) return withStatus(status, said);
  for (const kindOf of [byCode, byClass]) {
    const link = links.find((each) => kindOf(each) !== undefined);
    const kind = link && kindOf(link);
    if (link !== undefined && kind !== undefined) return { kind, why: link.message, ...said };
  }
  return error instanceof HatrackError ? { kind: "server_error", why: error.message } : undefined;
}

const byCode = (link: Error): TroubleKind | undefined => codes[Shape.parse(link).code];
const byClass = (link: Error): TroubleKind | undefined =>
  classes[Shape.parse(link).name] ?? classes[link.constructor.name];

function withStatus(link: Error, said: { readonly why?: string }): Trouble | undefined {
  const { status = 0, headers } = Shape.parse(link);
  const kind = ofStatus(status);
  if (kind === undefined) return undefined;
  const retryAfterMs = retryAfter(headers);
  const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind, why: `HTTP ${status}: ${link.message}`, ...said, ...asked };
}

/** Why the model cannot be reached, or undefined when the error is about something else. */
export function outageOf(error: unknown): string | undefined {
  return troubleOf(error)?.why;
}

/** No server is believed when it asks for more. */
const mostRetryAfterMs = 10 * 60_000;

/** Seconds, as every model server sends it; a date is left to the breaker's own pace. */
function retryAfter(headers: unknown): number | undefined {
  const text = headers instanceof Headers ? headers.get("retry-after") : null;
  const seconds = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, mostRetryAfterMs) : undefined;
}

/** The error and what caused it, at most six deep. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let link = error; link instanceof Error && chain.length < 6; link = link.cause) chain.push(link);
  return chain;
}
