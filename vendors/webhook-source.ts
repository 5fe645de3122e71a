/**
 * Alerts pushed over HTTP: `POST /alerts` with one alert, a list, a Falcon API answer or JSONL, signed. It answers only
 * after all of it is on the log: 202 with the case ids; 400 when a part does not read (the good ones are kept and
 * named); 503 when the log did not take it in time, and then sending all of it again is safe.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { systemClock, type Clock } from "../src/clock.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { AlertSource, SourceItem } from "../src/seams/alert-source.ts";
import { HandOver } from "./hand-over.ts";
import { readAlert, readLine, type ReadAlert } from "./read-alerts.ts";
import { alertsIn } from "./normalise.ts";
import { whyUnsigned } from "./webhook-signature.ts";

export interface WebhookOptions {
  /** 0: a free one, see `listening`. */
  readonly port: number;
  readonly host?: string;
  readonly secret: string;
  readonly clock?: Clock;
  /** Bytes of a request's body. Default 5 MB. */
  readonly maxBytes?: number;
  /** Milliseconds the log may take before the sender is told to come again. Default 8,000. */
  readonly answerWithinMs?: number;
  /** Alerts that may wait for the log. Default 10,000. */
  readonly maxWaiting?: number;
}

export interface WebhookSource extends AlertSource {
  /** The URL to post to, once somebody reads `items`. */
  readonly listening: Promise<string>;
}

interface Receiver {
  readonly options: Required<WebhookOptions>;
  readonly queue: HandOver<SourceItem>;
}

export function webhookSource(given: WebhookOptions): WebhookSource {
  const limits = { maxBytes: 5_000_000, answerWithinMs: 8_000, maxWaiting: 10_000 };
  const options = { host: "127.0.0.1", clock: systemClock, ...limits, ...given };
  const receiver: Receiver = { options, queue: new HandOver(options.maxWaiting) };
  const listening = Promise.withResolvers<string>();
  // Whoever does not ask for the address must not end the process by a port that is taken: `items` throws it.
  listening.promise.catch(() => undefined);
  return {
    name: `webhook:${options.port}`,
    listening: listening.promise,
    items: (signal) => items(receiver, signal, listening),
  };
}

async function* items(
  receiver: Receiver,
  signal: AbortSignal,
  listening: PromiseWithResolvers<string>,
): AsyncGenerator<SourceItem> {
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    receive(receiver, request, response).catch((error: unknown) => {
      answer(response, 500, { error: reasonOf(error) });
    });
  });
  try {
    listening.resolve(await listen(server, receiver.options));
    yield* receiver.queue.take(signal);
  } catch (error) {
    listening.reject(error);
    throw error;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function listen(server: Server, { port, host }: Required<WebhookOptions>): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const message = `webhook: expected to listen on ${host}:${port}, got ${reasonOf(cause)}`;
    throw new HatrackError("source_unavailable", message, { cause });
  }
  const address = server.address();
  return `http://${host}:${typeof address === "object" && address !== null ? address.port : port}/alerts`;
}

async function receive(
  receiver: Receiver,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { options } = receiver;
  if (new URL(request.url ?? "/", "http://localhost").pathname !== "/alerts") {
    answer(response, 404, { error: "expected POST /alerts" });
    return;
  }
  if (request.method !== "POST") {
    answer(response, 405, { error: "expected POST /alerts" }, { allow: "POST" });
    return;
  }
  const body = await bodyOf(request, options.maxBytes);
  if (body === undefined) {
    answer(response, 413, { error: `expected at most ${options.maxBytes} bytes` }, { connection: "close" });
    return;
  }
  const header = request.headers["x-hatrack-signature"];
  const nowMs = options.clock.now();
  const unsigned = whyUnsigned(typeof header === "string" ? header : undefined, body, {
    secret: options.secret,
    nowMs,
  });
  if (unsigned === undefined) await handOver(receiver, readBody(body.toString("utf8")), response);
  else answer(response, 401, { error: unsigned });
}

/** undefined when it is longer than allowed. */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** One JSON text as a whole (a list's entries count as lines), or one JSON object a line. */
function readBody(text: string): ReadAlert[] {
  try {
    return alertsIn(JSON.parse(text)).map((each, i) => readAlert(each, i + 1));
  } catch {
    const lines = text.split("\n").map((line, i) => ({ line, number: i + 1 }));
    return lines
      .filter(({ line }) => line.trim() !== "")
      .flatMap(({ line, number }) => readLine(line, number));
  }
}

async function handOver(
  { options, queue }: Receiver,
  read: readonly ReadAlert[],
  response: ServerResponse,
): Promise<void> {
  if (read.length === 0) {
    answer(response, 400, { error: "body: expected at least one alert", accepted: [], rejected: [] });
    return;
  }
  const pending = read.map((item) => ({ item, published: Promise.withResolvers<undefined>() }));
  const offered = queue.offer(
    pending.map(({ item, published }) => ({
      ...item,
      published: (error) => {
        if (error === undefined) published.resolve(undefined);
        else published.reject(new Error(reasonOf(error), { cause: error }));
      },
    })),
  );
  const all = offered
    ? Promise.all(pending.map(({ published }) => published.promise))
    : Promise.reject(new Error(`${options.maxWaiting} alerts wait already`));
  try {
    await within(all, options.answerWithinMs);
  } catch (error) {
    answer(response, 503, { error: `not on the log: ${reasonOf(error)}` }, { "retry-after": "10" });
    return;
  }
  const accepted = read.flatMap((each) =>
    "alert" in each ? [{ line: each.line, caseId: each.alert.caseId }] : [],
  );
  const rejected = read.flatMap((each) =>
    "rejected" in each ? [{ line: each.line, reason: each.rejected.reason }] : [],
  );
  answer(response, rejected.length === 0 ? 202 : 400, { accepted, rejected });
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    late.reject(new Error(`no answer within ${ms} ms`));
  }, ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
