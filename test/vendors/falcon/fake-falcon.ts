/**
 * A Falcon API for tests, after the published operations and models of the Alerts API: token, query, entities, combined,
 * hosts. It sorts, filters, pages and refuses as they say, and does on request what goes wrong. Every mutating operation
 * that is published answers too, so that a call of one would be seen.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { z } from "zod";

export type FakeAlert = Record<string, unknown> & { composite_id: string };
export type FakeHost = Record<string, unknown> & { device_id: string; hostname: string };

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: string;
}

/** What the next request that fits answers instead. */
export interface Fault {
  /** Default: any but the token's. */
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly cut?: true;
  readonly hang?: true;
}

const rateLimited = { "x-ratelimit-limit": "6000", "x-ratelimit-remaining": "5999" };

export class FakeFalcon {
  readonly alerts = new Map<string, FakeAlert>();
  readonly hosts = new Map<string, FakeHost>();
  readonly seen: Seen[] = [];
  readonly faults: Fault[] = [];
  readonly credentials = { id: "id", secret: "a-falcon-secret" };
  /** Scopes that the client has, as the console names them. */
  readonly scopes = new Set<string>();
  /** Served as the Date header; undefined: this machine's. */
  nowMs: number | undefined;
  /** Said in the token's answer. */
  tokenScope: string | undefined;
  expiresIn = 1799;
  /** Ids that queries list and entities do not hand out. */
  readonly withheld = new Set<string>();
  /** Hosts that are handed out with whatever is asked for. */
  readonly extraHosts: string[] = [];
  /** Whatever is asked: the same page, and always one more. */
  sameForEver = false;
  /** Between the query of ids and the entities, and at each request: to change the world meanwhile. */
  onRequest: (seen: Seen) => void = () => undefined;
  #tokens = new Set<string>();
  #issued = 0;
  #server: Server | undefined;

  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = z.object({ port: z.number() }).parse(this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** As new, at the same address. */
  reset(): void {
    for (const each of [this.alerts, this.hosts, this.scopes, this.withheld]) each.clear();
    for (const scope of ["Alerts: read", "Hosts: read"]) this.scopes.add(scope);
    this.seen.length = 0;
    this.faults.length = 0;
    this.extraHosts.length = 0;
    this.nowMs = undefined;
    this.tokenScope = undefined;
    this.expiresIn = 1799;
    this.sameForEver = false;
    this.onRequest = () => undefined;
    this.expire();
  }

  add(...alerts: readonly FakeAlert[]): void {
    for (const alert of alerts) this.alerts.set(alert.composite_id, alert);
  }

  /** Every token ends now. */
  expire(): void {
    this.#tokens = new Set();
  }

  calls(path: string): Seen[] {
    return this.seen.filter((each) => each.path === path);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(z.instanceof(Uint8Array).parse(chunk)));
    const seen = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: Buffer.concat(chunks).toString("utf8"),
    };
    this.seen.push(seen);
    this.onRequest(seen);
    if (this.nowMs !== undefined) response.setHeader("date", new Date(this.nowMs).toUTCString());
    for (const [name, value] of Object.entries(rateLimited)) response.setHeader(name, value);
    const fault = this.#faultFor(seen);
    if (fault !== undefined) {
      this.#fail(fault, response);
      return;
    }
    const [status, body] = this.#answer(seen, request.headers.authorization ?? "");
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  }

  #faultFor({ path }: Seen): Fault | undefined {
    const i = this.faults.findIndex((each) =>
      each.path === undefined ? path !== "/oauth2/token" : each.path === path,
    );
    return i < 0 ? undefined : this.faults.splice(i, 1)[0];
  }

  #fail({ status = 200, headers = {}, body, cut, hang }: Fault, response: ServerResponse): void {
    if (hang === true) return;
    if (cut === true) {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"resources": ["half of');
      setImmediate(() => response.destroy());
      return;
    }
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body ?? JSON.stringify({ errors: [{ code: status, message: `fault ${status}` }] }));
  }

  #answer({ method, path, query, body }: Seen, authorization: string): [number, unknown] {
    if (path === "/oauth2/token") return this.#token(method, body);
    if (!this.#tokens.has(authorization.replace("Bearer ", ""))) {
      return [401, faults(401, "access denied, invalid bearer token")];
    }
    const operations: Record<string, [string, () => [number, unknown]]> = {
      "GET /alerts/queries/alerts/v2": ["Alerts: read", () => this.#queryAlerts(query)],
      "POST /alerts/entities/alerts/v2": ["Alerts: read", () => this.#entities(body)],
      "POST /alerts/combined/alerts/v1": ["Alerts: read", () => this.#combined(body)],
      "GET /devices/queries/devices/v1": ["Hosts: read", () => this.#queryHosts(query)],
      "POST /devices/entities/devices/v2": ["Hosts: read", () => this.#hostEntities(body)],
      "GET /policy/queries/prevention/v1": ["Prevention policies: read", () => [200, page([], 0)]],
      "GET /real-time-response/queries/sessions/v1": ["Real time response: read", () => [200, page([], 0)]],
      "GET /user-management/queries/users/v1": ["User management: read", () => [200, page([], 0)]],
      "GET /iocs/queries/indicators/v1": ["IOC Management: read", () => [200, page([], 0)]],
      "PATCH /alerts/entities/alerts/v3": ["Alerts: write", () => [200, page([], 0)]],
      "POST /devices/entities/devices-actions/v2": ["Hosts: write", () => [202, page([], 0)]],
    };
    const operation = operations[`${method} ${path}`];
    if (operation === undefined) return [404, faults(404, "404: Page Not Found")];
    const [scope, run] = operation;
    return this.scopes.has(scope) ? run() : [403, faults(403, "access denied, authorization failed")];
  }

  #token(method: string, body: string): [number, unknown] {
    const form = new URLSearchParams(body);
    const { id, secret } = this.credentials;
    if (method !== "POST") return [405, faults(405, "method not allowed")];
    if (form.get("client_id") !== id || form.get("client_secret") !== secret) {
      return [403, faults(403, "access denied, invalid client secret")];
    }
    this.#issued += 1;
    const token = `token-${this.#issued}`;
    this.#tokens.add(token);
    const scope = this.tokenScope === undefined ? {} : { scope: this.tokenScope };
    return [201, { access_token: token, expires_in: this.expiresIn, token_type: "bearer", ...scope }];
  }

  #queryAlerts(query: Record<string, string>): [number, unknown] {
    const limit = Number(query["limit"] ?? "100");
    const offset = Number(query["offset"] ?? "0");
    if (limit > 10_000 || offset + limit > 10_000) return [400, faults(400, "offset + limit above 10000")];
    const found = sorted(this.#filtered(query["filter"] ?? ""), query["sort"] ?? "created_timestamp|desc");
    const ids = found.slice(offset, offset + limit).map((each) => each.composite_id);
    return [200, page(ids, found.length)];
  }

  #entities(body: string): [number, unknown] {
    const { composite_ids: ids } = z
      .object({ composite_ids: z.array(z.string()).max(1000) })
      .parse(JSON.parse(body));
    const found = ids.flatMap((id) => (this.withheld.has(id) ? [] : (this.alerts.get(id) ?? [])));
    return [200, page(found, found.length)];
  }

  #combined(body: string): [number, unknown] {
    const Body = z.object({
      filter: z.string(),
      sort: z.string(),
      limit: z.number().max(1000),
      after: z.string().optional(),
    });
    const { filter, sort, limit, after = "0" } = Body.parse(JSON.parse(body));
    const found = sorted(this.#filtered(filter), sort);
    const start = after === "again" ? 0 : Number(after);
    const some = found.slice(start, start + limit);
    const more = this.sameForEver || start + limit < found.length;
    const next = more ? { after: this.sameForEver ? "again" : String(start + limit) } : {};
    return [
      200,
      { meta: { pagination: { limit, total: found.length, ...next } }, resources: some, errors: [] },
    ];
  }

  #queryHosts(query: Record<string, string>): [number, unknown] {
    if (query["filter"] === undefined) return [200, page([...this.hosts.keys()], this.hosts.size)];
    const name = /^hostname:'([^']*)'$/.exec(query["filter"] ?? "")?.[1];
    if (name === undefined) return [400, faults(400, "invalid filter")];
    const ids = [...this.hosts.values()]
      .filter((each) => each.hostname === name)
      .map((each) => each.device_id)
      .concat(this.extraHosts);
    return [200, page(ids, ids.length)];
  }

  #hostEntities(body: string): [number, unknown] {
    const { ids } = z.object({ ids: z.array(z.string()) }).parse(JSON.parse(body));
    return [
      200,
      page(
        [...ids, ...this.extraHosts].flatMap((id) => this.hosts.get(id) ?? []),
        ids.length,
      ),
    ];
  }

  /** FQL as far as it is spoken here: `field:>='time'` and `field:<'time'` and `field:'value'`, joined by "+". */
  #filtered(filter: string): FakeAlert[] {
    if (this.sameForEver || filter === "") return [...this.alerts.values()];
    const parts = filter.split("+").map((part) => /^([\w.]+):(>=|<)?'([^']*)'$/.exec(part));
    if (parts.includes(null)) throw new Error(`fake Falcon: filter ${filter}`);
    return [...this.alerts.values()].filter((alert) =>
      parts.every((part) => {
        const [, field = "", operator, value = ""] = part ?? [];
        const said = fieldOf(alert, field);
        if (operator === undefined) return said === value;
        return operator === ">="
          ? Date.parse(said) >= Date.parse(value)
          : Date.parse(said) < Date.parse(value);
      }),
    );
  }
}

function fieldOf(alert: FakeAlert, path: string): string {
  let value: unknown = alert;
  for (const key of path.split(".")) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  return typeof value === "string" ? value : "";
}

function sorted(alerts: FakeAlert[], sort: string): FakeAlert[] {
  const [field = "", direction] = sort.split("|");
  const order = (a: FakeAlert, b: FakeAlert): number => (fieldOf(a, field) < fieldOf(b, field) ? -1 : 1);
  return alerts.sort((a, b) => (direction === "desc" ? order(b, a) : order(a, b)));
}

function page(resources: readonly unknown[], total: number): object {
  return { meta: { query_time: 0.01, pagination: { offset: 0, limit: 100, total } }, errors: [], resources };
}

function faults(code: number, message: string): object {
  return { meta: { query_time: 0.001 }, errors: [{ code, message }], resources: [] };
}
