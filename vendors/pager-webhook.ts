/**
 * A pager behind a webhook: `POST` of one JSON page, signed as ours always are (webhook-signature.ts). The page names
 * case, role and code and nothing of the alert: it leaves the house. The other side says that somebody heard it with
 * a signed `POST /acknowledged` of `{"eventId", "by"}`.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";
import type { Bus } from "../src/bus/bus.ts";
import { isoTime, type Clock } from "../src/clock.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { isEvent, type KnownEvent } from "../src/events/envelope.ts";
import { acknowledgement, type Page, type Pager } from "../src/seams/pager.ts";
import { sign, whyUnsigned } from "./webhook-signature.ts";

export interface PagerWebhookOptions {
  readonly url: string;
  readonly secret: string;
  readonly clock: Clock;
  /** Milliseconds one call may take. Default 5,000. */
  readonly timeoutMs?: number;
}

const name = "webhook";

export function pagerWebhook({ url, secret, clock, timeoutMs = 5_000 }: PagerWebhookOptions): Pager {
  return {
    name,
    ring: async (page, signal) => {
      const body = JSON.stringify({ version: 1, ...page } satisfies Page & { version: 1 });
      const headers = {
        "content-type": "application/json",
        "idempotency-key": page.id,
        "x-hatrack-signature": sign(secret, Math.floor(clock.now() / 1000), body),
      };
      const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await fetch(url, {
        method: "POST",
        headers,
        body,
        signal: until,
        redirect: "error",
      }).catch((cause: unknown) => {
        throw new HatrackError("pager_unreachable", `pager: ${reasonOf(cause)}`, { cause, retryable: true });
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      const retryable = answer.status >= 500 || answer.status === 408 || answer.status === 429;
      throw new HatrackError("pager_refused", `pager: expected 2xx, got ${answer.status}`, { retryable });
    },
  };
}

const Heard = z.strictObject({ eventId: z.string().min(1).max(64), by: z.string().min(1).max(200) });
const maxBody = 16 * 1024;

export interface AcknowledgementOptions {
  readonly bus: Pick<Bus, "read" | "publish">;
  readonly port: number;
  readonly host?: string;
  readonly secret: string;
  readonly clock: Clock;
}

/** Takes acknowledgements and nothing else. @throws HatrackError `pager_unavailable` when the port is taken */
export async function startAcknowledgements(
  options: AcknowledgementOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { host = "127.0.0.1", port } = options;
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    take(options, request)
      .catch((error: unknown): Answer => [503, reasonOf(error)])
      .then(([status, said]) => {
        response.writeHead(status, { "content-type": "application/json", connection: "close" });
        response.end(JSON.stringify(status === 200 ? { acknowledged: true } : { error: said }));
      })
      .catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, "listening").catch((cause: unknown) => {
    const message = `pager: expected to listen on ${host}:${port}, got ${reasonOf(cause)}`;
    throw new HatrackError("pager_unavailable", message, { cause });
  });
  const address = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://${host}:${address.port}/acknowledged`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Answer = readonly [status: number, said: string];

async function take(
  { bus, secret, clock }: AcknowledgementOptions,
  request: IncomingMessage,
): Promise<Answer> {
  if (request.method !== "POST" || request.url !== "/acknowledged")
    return [404, "expected POST /acknowledged"];
  const body = await bodyOf(request);
  if (body === undefined) return [413, `expected at most ${maxBody} bytes`];
  const header = request.headers["x-hatrack-signature"];
  const unsigned = whyUnsigned(typeof header === "string" ? header : undefined, body, {
    ...{ secret, nowMs: clock.now() },
  });
  if (unsigned !== undefined) return [401, unsigned];
  const heard = Heard.safeParse(jsonOf(body));
  if (!heard.success) return [400, 'expected {"eventId", "by"}'];
  const page = await pageOf(bus, heard.data.eventId);
  if (page === undefined) return [404, `nobody was paged for ${heard.data.eventId}`];
  const { proposalId, eventId } = page.data;
  const time = isoTime(clock.now());
  await bus.publish([
    acknowledgement({ eventId, proposalId, caseId: page.subject }, { by: heard.data.by, pager: name, time }),
  ]);
  return [200, ""];
}

async function pageOf(bus: Pick<Bus, "read">, eventId: string): Promise<KnownEvent<"page.sent"> | undefined> {
  for await (const { event } of bus.read({ types: ["page.sent"] })) {
    if (isEvent(event, "page.sent") && event.data.eventId === eventId) return event;
  }
  return undefined;
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** undefined when it is longer than allowed. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(z.instanceof(Uint8Array).parse(chunk));
    size += bytes.length;
    if (size > maxBody) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
