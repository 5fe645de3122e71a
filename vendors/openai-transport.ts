/**
 * HTTP to a model server with a time for each part: to connect, to begin, between two parts; and a size beyond which an
 * answer is none. Node's own fetch has one time for all of it. No connection is kept: a stale one looks like a dead server.
 */
import { request as overHttp, type IncomingMessage } from "node:http";
import { request as overHttps } from "node:https";
import { ReadableStream } from "node:stream/web";

export interface Limits {
  /** Milliseconds. */
  readonly connectMs: number;
  /** Until the first byte of the body; of a stream: the first token. */
  readonly firstByteMs: number;
  /** Between two parts of the body. */
  readonly idleMs: number;
  /** Of the body. */
  readonly maxBytes: number;
}

/** What an answer beyond `maxBytes` is cut off with. */
export const tooLarge = "MODEL_ANSWER_TOO_LARGE";

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export function timedFetch(limits: Limits): Fetch {
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return new Exchange(url, init, limits).response;
  };
}

class Exchange {
  readonly response: Promise<Response>;
  readonly #limits: Limits;
  #timer: NodeJS.Timeout | undefined;
  #destroy: (error: Error) => void = () => undefined;

  constructor(url: URL, init: RequestInit, limits: Limits) {
    this.#limits = limits;
    this.response = this.#send(url, init);
  }

  #send(url: URL, { method = "GET", headers, body, signal }: RequestInit): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const send = url.protocol === "https:" ? overHttps : overHttp;
    const options = { method, headers: Object.fromEntries(new Headers(headers)), agent: false } as const;
    const request = send(url, options, (incoming) => {
      resolve(responseOf(incoming, this.#counted(incoming, signal ?? undefined)));
    });
    this.#destroy = (error) => request.destroy(error);
    const abort = (): void => {
      request.destroy(asError(signal?.reason));
    };
    signal?.addEventListener("abort", abort, { once: true });
    request.on("close", () => {
      signal?.removeEventListener("abort", abort);
      clearTimeout(this.#timer);
    });
    request.on("error", reject);
    request.on("socket", (socket) => {
      this.#within(this.#limits.connectMs, "connection");
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => {
        this.#within(this.#limits.firstByteMs, "first token");
      });
    });
    if (signal?.aborted === true) abort();
    request.end(typeof body === "string" ? body : undefined);
    return promise;
  }

  async *#counted(incoming: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const { idleMs, maxBytes } = this.#limits;
    let bytes = 0;
    for await (const part of incoming) {
      signal?.throwIfAborted();
      if (!(part instanceof Uint8Array)) continue;
      this.#within(idleMs, "next token");
      bytes += part.length;
      if (bytes > maxBytes) {
        const error = Object.assign(new Error(`more than ${maxBytes} bytes`), { code: tooLarge });
        incoming.destroy(error);
        throw error;
      }
      yield part;
    }
    clearTimeout(this.#timer);
  }

  #within(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#destroy(Object.assign(new Error(`no ${what} within ${ms} ms`), { code: "ETIMEDOUT" }));
    }, ms);
  }
}

function responseOf(incoming: IncomingMessage, body: AsyncIterable<Uint8Array>): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct))
    for (const each of value ?? []) headers.append(name, each);
  const status = incoming.statusCode ?? 502;
  const empty = [101, 103, 204, 205, 304].includes(status);
  return new Response(empty ? null : ReadableStream.from(body), { status, headers });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted");
}
