/**
 * The one HTTP client of tools and alert sources. It reads: GET, and the POSTs that read-only.ts lists, to one origin; a
 * redirect elsewhere is refused. Each try has a limit of time and size; 429, 5xx and broken answers are tried again.
 */
import { pauseFor, type Clock } from "../src/clock.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { maySeeSecrets } from "../src/loopback.ts";
import { pauseAsked } from "./http-pause.ts";
import { limitedText } from "./limited-text.ts";
import { whyNotReadOnly, type Product } from "./read-only.ts";

export interface HttpClientOptions {
  readonly product: Product;
  /** https, or http to this machine. Only its origin is ever called. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** Milliseconds one try may take, its body too. Default 30,000. */
  readonly timeoutMs?: number;
  /** Bytes of a body. Default 64 MB. */
  readonly maxBytes?: number;
  /** Tries of one call. Default 4. */
  readonly tries?: number;
  /** Milliseconds a server may make one call wait in all. Default 120,000. */
  readonly maxWaitMs?: number;
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

export interface HttpCall {
  readonly method?: "GET" | "POST";
  /** Absolute: "/alerts/queries/alerts/v2". */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** Also a status below 500 that is not 2xx is the caller's to read. Default: only 2xx and 304 are. */
  readonly anyStatus?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

type Tried =
  { readonly answer: HttpAnswer } | { readonly failure: HatrackError; readonly askedMs?: number | undefined };

/** What a caller may send; a header that changes the method is none of them. */
const headersAllowed = new Set([
  "accept",
  "authorization",
  "content-type",
  "if-none-match",
  "if-modified-since",
]);
const plainPath = /^(?:\/[\w.-]+)+$/;
const redirects = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 3;

export class HttpClient {
  readonly #options: Required<HttpClientOptions>;
  readonly #origin: string;

  /** @throws HatrackError `http_refused` when the base URL is neither https nor on this machine */
  constructor(options: HttpClientOptions) {
    const limits = { timeoutMs: 30_000, maxBytes: 64_000_000, tries: 4, maxWaitMs: 120_000 };
    this.#options = { ...limits, wait: pauseFor, ...options };
    const base = new URL(options.baseUrl);
    if (!maySeeSecrets(base)) throw this.#error("http_refused", `${base.origin}: expected https`);
    this.#origin = base.origin;
  }

  /** The origin it calls. */
  get origin(): string {
    return this.#origin;
  }

  /**
   * @throws HatrackError `http_refused` for what it may not send, `http_redirected`, `http_status` (`cause` is the
   * answer), `http_unreachable`, `http_too_large`; retryable where the same call may go through later
   */
  async call(call: HttpCall): Promise<HttpAnswer> {
    const url = this.#urlOf(call);
    const { tries, maxWaitMs, wait } = this.#options;
    let waited = 0;
    for (let attempt = 1; ; attempt += 1) {
      const tried = await this.#try(call, url);
      if ("answer" in tried) return tried.answer;
      const pauseMs = Math.max(tried.askedMs ?? 0, backOff(attempt));
      waited += pauseMs;
      const again = tried.failure.retryable && attempt < tries && waited <= maxWaitMs;
      if (!again) throw tried.failure;
      await wait(pauseMs, call.signal);
    }
  }

  /** As `call`, its body parsed as JSON; a body cut off is tried again. @throws HatrackError as `call`, `http_not_json` */
  async json(call: HttpCall): Promise<HttpAnswer & { readonly json: unknown }> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.call(call);
      try {
        return { ...answer, json: answer.text === "" ? null : (JSON.parse(answer.text) as unknown) };
      } catch (cause) {
        const said = `${call.path}: expected JSON, got ${answer.text.length} characters that are none`;
        if (attempt >= this.#options.tries) {
          throw new HatrackError("http_not_json", `${this.#options.product}: ${said}`, {
            cause,
            retryable: true,
          });
        }
        await this.#options.wait(backOff(attempt), call.signal);
      }
    }
  }

  #urlOf({ method = "GET", path, query = {}, headers = {} }: HttpCall): URL {
    const url = plainPath.test(path) ? new URL(`${this.#origin}${path}`) : undefined;
    // Dots would leave the list: the path that is looked up there is the one that is sent.
    if (url?.pathname !== path) {
      throw this.#error(
        "http_refused",
        `path ${path.slice(0, 200)}: expected a plain one, such as /alerts/v2`,
      );
    }
    const why = whyNotReadOnly(this.#options.product, method, url.pathname);
    if (why !== undefined) throw this.#error("http_refused", why);
    const other = Object.keys(headers).find((name) => !headersAllowed.has(name.toLowerCase()));
    if (other !== undefined)
      throw this.#error(
        "http_refused",
        `header ${other}: expected none but ${[...headersAllowed].join(", ")}`,
      );
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  async #try(call: HttpCall, url: URL): Promise<Tried> {
    try {
      const answer = await this.#attempt(call, url);
      const failure = this.#failureOf(answer, call, url);
      if (failure === undefined) return { answer };
      return { failure, askedMs: pauseAsked(answer, this.#options.clock.now()) };
    } catch (error) {
      call.signal?.throwIfAborted();
      return { failure: this.#errorOf(error, url) };
    }
  }

  async #attempt(call: HttpCall, first: URL): Promise<HttpAnswer> {
    const { timeoutMs, maxBytes } = this.#options;
    const own = AbortSignal.timeout(timeoutMs);
    const signal = call.signal === undefined ? own : AbortSignal.any([call.signal, own]);
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const { method = "GET", headers = {}, body } = call;
      const sent = {
        method,
        headers,
        signal,
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
      } as const;
      const response = await fetch(url, sent);
      if (redirects.has(response.status)) {
        await response.body?.cancel();
        url = this.#nextOf(response, url, { method, hops });
        continue;
      }
      const text = await limitedText(response, maxBytes, (expected) =>
        this.#error("http_too_large", `${new URL(response.url).pathname}: ${expected}`),
      );
      return { status: response.status, headers: response.headers, text };
    }
  }

  /** Only a GET follows, only to the same origin. */
  #nextOf(response: Response, from: URL, { method, hops }: { method: string; hops: number }): URL {
    const location = response.headers.get("location") ?? "";
    const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    if (method === "GET" && next?.origin === this.#origin && hops < maxRedirects) return next;
    // Falcon names the cloud that a client belongs to.
    const region = response.headers.get("x-cs-region");
    const hint = region === null ? "" : `; it belongs to the cloud ${region.slice(0, 20)}`;
    const to = next?.origin ?? "nowhere";
    throw this.#error("http_redirected", `${from.pathname}: expected an answer, was sent on to ${to}${hint}`);
  }

  #failureOf(answer: HttpAnswer, call: HttpCall, url: URL): HatrackError | undefined {
    const { status } = answer;
    if ((status >= 200 && status < 300) || status === 304) return undefined;
    const again = status === 408 || status === 429 || status >= 500;
    if (call.anyStatus === true && !again) return undefined;
    return new HatrackError(
      "http_status",
      `${this.#options.product}: ${url.pathname}: expected 2xx, got ${status}`,
      {
        cause: answer,
        retryable: again,
      },
    );
  }

  #errorOf(error: unknown, url: URL): HatrackError {
    if (error instanceof HatrackError) return error;
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    const why = timedOut ? `no answer within ${this.#options.timeoutMs} ms` : reasonOf(error);
    const message = `${this.#options.product}: ${url.origin}${url.pathname}: ${why}`;
    return new HatrackError("http_unreachable", message, { cause: error, retryable: true });
  }

  #error(code: string, what: string): HatrackError {
    return new HatrackError(code, `${this.#options.product}: ${what}`);
  }
}

/** 0.5, 1, 2 … seconds, at most 30. */
function backOff(attempt: number): number {
  return Math.min(500 * 2 ** (attempt - 1), 30_000);
}
