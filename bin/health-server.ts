/** `/healthz`, `/readyz` and `/metrics`: read only, and nothing in them of any case. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";

export interface Readiness {
  readonly ready: boolean;
  readonly [detail: string]: unknown;
}

export interface Pages {
  /** Whether the process gets on: a supervisor restarts one that does not. */
  healthy(): { readonly ok: boolean; readonly [detail: string]: unknown };
  ready(): Promise<Readiness>;
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws HatrackError `metrics_unavailable` when it cannot listen there */
export async function serveHealth(
  pages: Pages,
  { host, port }: Address,
  diagnostics: Diagnostics,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(pages, request, response).catch((error: unknown) => {
      diagnostics.warn({ url: request.url, error: reasonOf(error) }, "health: a request failed");
      send(response, 500, "text/plain", "failed; the diagnostics say why\n");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `HATRACK_METRICS_PORT: cannot listen at ${host}:${port} (${cause.message}); each process needs a port of its own`;
      reject(new HatrackError("metrics_unavailable", message, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const { port: own } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${own}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url = "" } = request;
  if (method !== "GET" && method !== "HEAD") {
    send(response, 405, "text/plain", "expected GET\n");
    return;
  }
  const [path] = url.split("?");
  if (path === "/healthz") {
    const healthy = pages.healthy();
    sendJson(response, healthy.ok, healthy);
  } else if (path === "/readyz") {
    const readiness = await pages.ready();
    sendJson(response, readiness.ready, readiness);
  } else if (path === "/metrics") {
    const { type, text } = await pages.metrics();
    send(response, 200, type, text);
  } else send(response, 404, "text/plain", "expected /healthz, /readyz or /metrics\n");
}

function sendJson(response: ServerResponse, good: boolean, body: object): void {
  send(response, good ? 200 : 503, "application/json", `${JSON.stringify(body)}\n`);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}
