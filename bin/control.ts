/**
 * The door of a running `hatrack start` for commands of the same user on the same machine: the local bus has one
 * writer, so what changes something asks it. Its address and token lie in the data folder, readable by its owner.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { isEvent } from "../src/events/envelope.ts";
import { parseEvent } from "../src/events/parse.ts";

export const ControlFile = z.strictObject({ url: z.string(), token: z.string(), pid: z.int() });

export function controlFile(dataDir: string): string {
  return join(dataDir, "control.json");
}

const maxBody = 256 * 1024;

export interface ControlOptions {
  readonly bus: Bus;
  readonly dataDir: string;
  readonly diagnostics: Diagnostics;
  /** Why this process is not ready to serve; undefined when it is. */
  unready(): Promise<string | undefined>;
}

export async function startControl(
  options: ControlOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const token = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    answer(options, token, request, response).catch((error: unknown) => {
      options.diagnostics.warn({ error: reasonOf(error) }, "control: a request failed");
      send(response, 500, { error: reasonOf(error) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = z.object({ port: z.number() }).parse(server.address());
  const url = `http://127.0.0.1:${address.port}`;
  const file = controlFile(options.dataDir);
  await writeFile(file, JSON.stringify({ url, token, pid: process.pid }), { mode: 0o600 });
  return {
    url,
    close: async () => {
      await rm(file, { force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Answer = readonly [status: number, body: unknown];

async function answer(
  options: ControlOptions,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [status, body] = await routed(options, token, request);
  send(response, status, body);
}

async function routed(options: ControlOptions, token: string, request: IncomingMessage): Promise<Answer> {
  const { method = "", url = "" } = request;
  if (url === "/healthz") return [200, { ok: true, pid: process.pid }];
  if (url === "/readyz") return readiness(await options.unready());
  if (!sameToken(request.headers.authorization, `Bearer ${token}`)) {
    return [401, { error: "expected the token of the data folder's control.json" }];
  }
  const route = method === "POST" && Object.hasOwn(routes, url) ? routes[url] : undefined;
  if (route === undefined) return [404, { error: `no ${method} ${url}` }];
  try {
    return await route(options.bus, JSON.parse(await bodyOf(request)));
  } catch (error) {
    return refusal(error);
  }
}

function readiness(why: string | undefined): Answer {
  return why === undefined ? [200, { ready: true }] : [503, { ready: false, why }];
}

const routes: Readonly<Record<string, (bus: Bus, body: unknown) => Promise<Answer>>> = {
  "/decisions": submit,
  "/dead/redrive": async (bus, body) => settled(await bus.dead.redrive(...addressed(body))),
  "/dead/discard": async (bus, body) => settled(await bus.dead.discard(...addressed(body))),
};

/** Takes what a person of this machine said, and nothing else: no other event enters here. */
async function submit(bus: Bus, body: unknown): Promise<Answer> {
  const event = parseEvent(body);
  if (!isEvent(event, "decision.submitted") || event.data.surface !== "terminal") {
    return [400, { error: `expected a decision.submitted of the terminal, got ${event.type}` }];
  }
  const [stored] = await bus.publish([event]);
  return [200, { position: stored?.position, partition: stored?.partition }];
}

const DeadLetter = z.strictObject({ group: z.string().min(1), position: z.string().min(1) });

function addressed(body: unknown): [group: string, position: string] {
  const { group, position } = DeadLetter.parse(body);
  return [group, position];
}

function settled(done: boolean): Answer {
  return [200, { settled: done }];
}

function refusal(error: unknown): Answer {
  if (error instanceof z.ZodError) return [400, { error: z.prettifyError(error) }];
  if (error instanceof SyntaxError) return [400, { error: `expected JSON: ${reasonOf(error)}` }];
  if (!(error instanceof HatrackError)) return [500, { error: reasonOf(error) }];
  if (error.code === "too_large") return [413, { error: error.message }];
  return [error.retryable ? 503 : 400, { error: error.message }];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(z.instanceof(Uint8Array).parse(chunk));
    size += bytes.length;
    if (size > maxBody)
      throw new HatrackError("too_large", `control: a request of more than ${maxBody} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function sameToken(given: string | undefined, expected: string): boolean {
  const a = Buffer.from(given ?? "");
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
