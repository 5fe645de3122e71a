/** Answers of the dashboard: what each carries, so that nothing it shows can act or be read by another site. */
import type { ServerResponse } from "node:http";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";

export const guards: Readonly<Record<string, string>> = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export function send(response: ServerResponse, { status = 200, type, body, headers }: Answer): void {
  response.writeHead(status, {
    ...guards,
    "content-type": type ?? "text/html; charset=utf-8",
    ...headers,
  });
  response.end(body);
}

export function redirect(to: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 303, type: "text/plain; charset=utf-8", body: "", headers: { location: to, ...headers } };
}
