/**
 * The Falcon API, signed in with OAuth2 client credentials. It reads only (read-only.ts). A token is asked for once and
 * used until shortly before it ends; one that is refused on the way is replaced once.
 */
import { z } from "zod";
import type { Clock } from "../src/clock.ts";
import { HatrackError } from "../src/errors.ts";
import { HttpClient, type HttpAnswer, type HttpCall, type HttpClientOptions } from "./http-client.ts";

export interface FalconCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The API's origin: falcon-cloud.ts. */
  readonly baseUrl: string;
}

export interface FalconOptions extends FalconCredentials {
  readonly clock: Clock;
  readonly http?: Partial<Omit<HttpClientOptions, "product" | "baseUrl" | "clock">>;
}

const Token = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().max(86_400).catch(1_799),
  scope: z.string().optional(),
});

const Faults = z.object({
  errors: z.array(z.object({ code: z.number().optional(), message: z.string() })).min(1),
});

export interface FalconAnswer {
  readonly body: unknown;
  /** What Falcon's own clock says, milliseconds; undefined when it does not. */
  readonly servedAtMs: number | undefined;
}

interface Held {
  readonly token: string;
  readonly scope: string | undefined;
  readonly untilMs: number;
}

/** Before its end a token counts as ended, milliseconds. */
const spareMs = 60_000;

export class FalconClient {
  readonly #options: FalconOptions;
  readonly #http: HttpClient;
  #held: Held | undefined;
  #signingIn: Promise<Held> | undefined;

  constructor(options: FalconOptions) {
    const { clock, baseUrl, http = {} } = options;
    this.#options = options;
    this.#http = new HttpClient({ ...http, product: "falcon", baseUrl, clock });
  }

  get origin(): string {
    return this.#http.origin;
  }

  /**
   * @throws HatrackError `falcon_credentials`, `falcon_scope_missing` naming the scope, `falcon_refused`; else those of
   * HttpClient, retryable where the same call may go through later
   */
  async read(call: Omit<HttpCall, "headers" | "anyStatus">): Promise<FalconAnswer> {
    const first = await this.#send(call);
    const answer = first.status === 401 ? await this.#again(call) : first;
    if (answer.status >= 300) throw refusalOf(answer, call);
    const servedAtMs = Date.parse(answer.headers.get("date") ?? "");
    return { body: answer.json, servedAtMs: Number.isNaN(servedAtMs) ? undefined : servedAtMs };
  }

  /** The scopes a token names, by its answer or its claims; none: it does not say, which Falcon's mostly do not. */
  async scopes(signal?: AbortSignal): Promise<readonly string[]> {
    const { scope, token } = await this.#token(signal);
    return [...new Set([...(scope ?? "").split(/\s+/), ...claimedScopes(token)])].filter(
      (each) => each !== "",
    );
  }

  async #again(call: HttpCall): Promise<HttpAnswer & { readonly json: unknown }> {
    this.#held = undefined;
    return this.#send(call);
  }

  async #send(call: HttpCall): Promise<HttpAnswer & { readonly json: unknown }> {
    const { token } = await this.#token(call.signal);
    const headers = { accept: "application/json", authorization: `Bearer ${token}`, ...jsonBody(call) };
    return this.#http.json({ ...call, headers, anyStatus: true });
  }

  async #token(signal: AbortSignal | undefined): Promise<Held> {
    const held = this.#held;
    if (held !== undefined && held.untilMs > this.#options.clock.now()) return held;
    // Whoever waits beside it must not be ended by the first one's signal: it has a limit of time of its own.
    this.#signingIn ??= this.#signIn().finally(() => {
      this.#signingIn = undefined;
    });
    const signed = await this.#signingIn;
    signal?.throwIfAborted();
    return signed;
  }

  async #signIn(): Promise<Held> {
    const { clientId, clientSecret, clock } = this.#options;
    const askedAtMs = clock.now();
    const answer = await this.#http.json({
      ...{ method: "POST", path: "/oauth2/token", anyStatus: true },
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret }).toString(),
    });
    if (answer.status >= 300) {
      const message = `falcon: FALCON_CLIENT_ID and FALCON_CLIENT_SECRET: refused with ${answer.status}${saidBy(answer.json)}; expected an API client of ${this.origin}`;
      throw new HatrackError("falcon_credentials", message);
    }
    const parsed = Token.safeParse(answer.json);
    if (!parsed.success) {
      throw new HatrackError("falcon_credentials", "falcon: /oauth2/token: expected access_token, got none", {
        retryable: true,
      });
    }
    const { access_token: token, expires_in, scope } = parsed.data;
    const untilMs = askedAtMs + Math.max(expires_in * 1000 - spareMs, (expires_in * 1000) / 2);
    this.#held = { token, scope, untilMs };
    return this.#held;
  }
}

function jsonBody({ body }: HttpCall): Record<string, string> {
  return body === undefined ? {} : { "content-type": "application/json" };
}

const scopeOf: readonly (readonly [prefix: string, scope: string])[] = [
  ["/alerts/", "Alerts: read"],
  ["/devices/", "Hosts: read"],
];

function refusalOf(
  { status, json }: HttpAnswer & { readonly json: unknown },
  { path }: HttpCall,
): HatrackError {
  const said = saidBy(json);
  if (status === 403) {
    const scope = scopeOf.find(([prefix]) => path.startsWith(prefix))?.[1] ?? "a scope it needs";
    const message = `falcon: ${path}: the API client lacks the scope "${scope}"${said}; tick it in the console under API clients and keys`;
    return new HatrackError("falcon_scope_missing", message);
  }
  if (status === 401)
    return new HatrackError("falcon_credentials", `falcon: ${path}: a new token is refused${said}`);
  return new HatrackError("falcon_refused", `falcon: ${path}: expected 200, got ${status}${said}`);
}

/** The resources of an answer. @throws HatrackError `falcon_refused`, retryable, for a body of another shape */
export function parsed<T>(schema: z.ZodType<T>, body: unknown, path: string): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const message = `falcon: ${path}: expected {"resources": […]}, got ${JSON.stringify(body).slice(0, 100)}`;
  throw new HatrackError("falcon_refused", message, { cause: result.error, retryable: true });
}

function saidBy(json: unknown): string {
  const faults = Faults.safeParse(json);
  return faults.success ? ` (${(faults.data.errors[0]?.message ?? "").slice(0, 200)})` : "";
}

const Claims = z.object({
  scp: z.array(z.string()).catch([]),
  scopes: z.array(z.string()).catch([]),
  scope: z.string().catch(""),
});

/** Of a token that is a JWT; what it says is read, not trusted. */
function claimedScopes(token: string): readonly string[] {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const { scp, scopes, scope } = Claims.parse(JSON.parse(payload));
    return [...scp, ...scopes, ...scope.split(/\s+/)];
  } catch {
    return [];
  }
}
