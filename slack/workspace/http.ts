/** Small pieces of HTTP: bodies, answers, and who may speak to a server that listens on the loopback only. */
import { timingSafeEqual, createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LocalError } from "./slack-error.ts";

const HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** Against DNS rebinding: a page of another site reaches us under its own name. */
export function hostAllowed(request: IncomingMessage): boolean {
  return HOST.test(request.headers.host ?? "");
}

/** Where a link from anywhere may lead: the page itself. */
const LINKED = /^\/(\?|archives\/|$)/;

/**
 * Browsers name the page a request comes from; only our own page may call us from a browser. What they fetch as a
 * picture or by a link has no Origin, but says whether another site asked for it.
 */
export function foreignOrigin({ headers, url = "/" }: IncomingMessage): boolean {
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host ?? ""}`) return true;
  const site = headers["sec-fetch-site"];
  const elsewhere = site === "cross-site" || site === "same-site";
  return elsewhere && !(headers["sec-fetch-mode"] === "navigate" && LINKED.test(url));
}

export function sameSecret(given: string | undefined, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(wanted));
}

/** Throws `LocalError` 413 for more than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > limit) throw new LocalError("too_large", `the body is over ${limit} bytes`, { status: 413 });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function parseJson(body: Buffer): unknown {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return parsed;
  } catch (cause) {
    throw new LocalError(
      "invalid_json",
      `the body is not JSON: ${cause instanceof Error ? cause.message : ""}`,
    );
  }
}

export function send(
  response: ServerResponse,
  answer: { status?: number; type: string; body: string | Uint8Array; headers?: Record<string, string> },
): void {
  response.writeHead(answer.status ?? 200, {
    "content-type": answer.type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...answer.headers,
  });
  response.end(answer.body);
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  options: { status?: number; headers?: Record<string, string> } = {},
): void {
  send(response, { type: "application/json; charset=utf-8", body: JSON.stringify(body), ...options });
}

/** Arguments of a Web API call: a form, JSON or the query, as Slack's own clients send them. */
export function apiArguments(
  request: IncomingMessage,
  body: Buffer,
  query: URLSearchParams,
): Record<string, unknown> {
  const fromQuery = Object.fromEntries(query);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) {
    const json = body.length === 0 ? {} : parseJson(body);
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new LocalError("invalid_json", "the body is not a JSON object");
    return { ...fromQuery, ...json };
  }
  return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(body.toString("utf8"))) };
}

/** The bytes of an upload: raw, or the first file of a multipart form. */
export function uploadedBytes(type: string, body: Buffer): Uint8Array {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary === undefined) return body;
  const named = body.indexOf('filename="');
  const start = body.indexOf("\r\n\r\n", named) + 4;
  const end = body.indexOf(`\r\n--${boundary}`, start);
  if (named < 0 || start < 4 || end < 0) throw new LocalError("no_file_data", "the form holds no file");
  return body.subarray(start, end);
}
