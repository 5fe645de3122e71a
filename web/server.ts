/**
 * The dashboard: pages over the log, drawn here and read-only. It answers GET alone, has nothing that changes anything,
 * asks for nothing from outside, and shows itself to whoever `Access` lets in.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { html } from "../slack/workspace/page/html.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { isLoopback } from "../src/loopback.ts";
import {
  cookieName,
  cookieValue,
  fromElsewhere,
  hostAllowed,
  isKnown,
  isToken,
  type Access,
} from "./access.ts";
import { guards, redirect, send, type Answer } from "./http.ts";
import { mostStreams, stream } from "./live.ts";
import { plainPage, shell } from "./pages/shell.ts";
import type { Page } from "./page.ts";
import { Views, type Sources } from "./views.ts";

export interface DashboardOptions extends Sources {
  /** 0 takes any free one. */
  readonly port: number;
  /** The address it listens at; anything but this machine's own needs a token. */
  readonly host: string;
  /** Names under which browsers reach it from elsewhere. */
  readonly names: readonly string[];
  readonly token: string | undefined;
}

export interface RunningDashboard {
  readonly url: string;
  close(): Promise<void>;
}

const assets = new Map(
  [
    ["/page.css", "text/css; charset=utf-8"],
    ["/parts.css", "text/css; charset=utf-8"],
    ["/page.js", "text/javascript; charset=utf-8"],
    ["/hat.svg", "image/svg+xml"],
  ].map(([path = "", type = ""]) => [path, type]),
);

/** @throws HatrackError `dashboard_open` for an address that others reach, without a token */
export async function startDashboard(options: DashboardOptions): Promise<RunningDashboard> {
  const { host, names, token, port } = options;
  if (!isLoopback(host) && token === undefined) {
    const expected =
      "expected DASHBOARD_TOKEN with at least 16 characters, such as what `openssl rand -hex 32` prints";
    throw new HatrackError(
      "dashboard_open",
      `dashboard: others reach ${host}, and no token is set; ${expected}`,
    );
  }
  const views = new Views(options);
  const ending = new AbortController();
  const served: Served = {
    views,
    ending: ending.signal,
    access: { names: [...names, host], token, port },
    streams: 0,
  };
  const server = createServer((request, response) => {
    answer(served, request, response).catch((error: unknown) => {
      options.diagnostics.warn(
        { why: reasonOf(error) },
        `dashboard: ${request.url ?? ""} could not be drawn`,
      );
      if (response.headersSent) response.destroy();
      else send(response, framed(served, failed(error), "/"));
    });
  });
  const bound = await listen(server, host, port);
  served.access = { ...served.access, port: bound };
  const running = views.run(ending.signal);
  running.catch((error: unknown) => {
    options.diagnostics.error({ why: reasonOf(error) }, "dashboard: it has stopped following the log");
  });
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shown}:${bound}`,
    close: async () => {
      // What is being read is given up: a bus that hangs must not hold up the end.
      ending.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Served {
  readonly views: Views;
  readonly ending: AbortSignal;
  access: Access;
  streams: number;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: Error) => {
      const message = `dashboard: cannot serve on ${host}:${port} (${reasonOf(cause)}); another port, or 0 for any free one`;
      reject(new HatrackError("dashboard_unavailable", message, { cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

async function answer(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refusal = refusalOf(served, request);
  if (refusal !== undefined) {
    send(response, refusal);
    return;
  }
  const url = URL.parse(request.url ?? "/", "http://dashboard");
  if (url === null)
    send(response, framed(served, plainPage("That address does not read as one", html``, 400), "/"));
  else if (url.pathname === "/live") streamed(served, url, response);
  else send(response, asset(url.pathname) ?? (await drawn(served, url)));
}

/** Why somebody may not look, or the way in for who brings the token. */
function refusalOf({ access }: Served, { method, url = "/", headers }: IncomingMessage): Answer | undefined {
  if (!hostAllowed(access, headers.host))
    return refused(403, "this name is not one it is reached by; --name HOST allows it");
  if (method !== "GET") return { ...refused(405, "it only shows; expected GET"), headers: { allow: "GET" } };
  if (fromElsewhere(headers)) return refused(403, "asked for by another site's page");
  return assets.has(url) ? undefined : entryOf(access, url, headers.cookie);
}

/** A token in the address is taken out of it, also for who is known already: it would stay in what browsers remember. */
function entryOf(access: Access, url: string, cookies: string | undefined): Answer | undefined {
  const known = isKnown(access, cookies);
  const address = URL.parse(url, "http://dashboard");
  if (!known) return doorOf(access, address);
  return address?.searchParams.has("token") === true ? redirect(withoutToken(address)) : undefined;
}

function refused(status: number, why: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body: `dashboard: ${why}\n` };
}

/** Asks for the token, or takes it. */
function doorOf(access: Access, address: URL | null): Answer {
  const given = address?.searchParams.get("token") ?? undefined;
  if (address !== null && given !== undefined && isToken(access, given)) return letIn(access, address);
  const page = plainPage("A token is needed", tokenForm(given !== undefined), 401);
  return { status: 401, body: shell(page, { about: "not shown", here: "/", notice: undefined }).toString() };
}

/** From now on by a cookie: the token does not stay in the address. */
function letIn(access: Access, address: URL): Answer {
  const cookie = `${cookieName(access)}=${cookieValue(access.token ?? "")}; HttpOnly; SameSite=Strict; Path=/`;
  return redirect(withoutToken(address), { "set-cookie": cookie });
}

function withoutToken(address: URL): string {
  address.searchParams.delete("token");
  // "//elsewhere.example" would lead away from here.
  const path = address.pathname.replace(/^\/+/, "/");
  return `${path}${address.search}`;
}

function tokenForm(wrong: boolean): ReturnType<typeof html> {
  return html`${wrong && html`<p class="notice" role="alert">That is not the token.</p>`}
    <form class="search" method="get" action="/proof">
      <p class="wide">
        <label for="token">The value of DASHBOARD_TOKEN</label
        ><input id="token" name="token" type="password" autocomplete="current-password" required />
      </p>
      <p><button class="button primary">Look</button></p>
    </form>`;
}

function asset(pathname: string): Answer | undefined {
  const type = assets.get(pathname);
  if (type === undefined) return undefined;
  return { type, body: readFileSync(join(import.meta.dirname, "static", pathname.slice(1))) };
}

async function drawn(served: Served, url: URL): Promise<Answer> {
  const what = await served.views.draw(url);
  return "page" in what ? framed(served, what.page, `${url.pathname}${url.search}`) : what.answer;
}

function framed({ views }: Served, page: Page, here: string): Answer {
  const body = shell(page, { about: views.about, here, notice: views.notice() }).toString();
  return { status: page.status ?? 200, body };
}

function failed(error: unknown): Page {
  const why = error instanceof HatrackError ? error.message : "the diagnostics say why";
  return plainPage("This page could not be drawn", html`<p>${why}</p>`, 500);
}

function streamed(served: Served, url: URL, response: ServerResponse): void {
  const here = URL.parse(url.searchParams.get("at") ?? "/proof", "http://dashboard");
  if (here?.host !== "dashboard") {
    send(response, refused(400, "at: expected a page of this dashboard, such as /floor"));
    return;
  }
  if (served.streams >= mostStreams) {
    send(response, refused(503, "too many pages are open"));
    return;
  }
  served.streams += 1;
  response.once("close", () => {
    served.streams -= 1;
  });
  response.writeHead(200, { ...guards, "content-type": "text/event-stream; charset=utf-8" });
  stream(served.views, here, response, served.ending);
}
