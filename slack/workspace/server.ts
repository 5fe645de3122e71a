/**
 * The local workspace: a small server that speaks Slack's Web API and Socket Mode on the loopback, with a page for
 * the people in it. It stands where Slack stands: it knows nothing of hatrack, and hatrack knows only its URL.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { WebSocketServer } from "ws";
import { appRoutes } from "./app-routes.ts";
import { Chaos } from "./chaos.ts";
import { randomId, realClock } from "./clock.ts";
import type { Clock, NewId } from "./clock.ts";
import { parseDirectory } from "./directory.ts";
import { Feed } from "./feed.ts";
import { foreignOrigin, hostAllowed, sendJson } from "./http.ts";
import { localRoutes } from "./local/routes.ts";
import { pageRoutes } from "./page/routes.ts";
import { LocalError } from "./slack-error.ts";
import { Sockets } from "./sockets.ts";
import { ConversationStore } from "./store/conversations.ts";
import { openDatabase } from "./store/database.ts";
import type { Database } from "./store/database.ts";
import { FileStore } from "./store/files.ts";
import { GroupStore } from "./store/groups.ts";
import { MessageStore } from "./store/messages.ts";
import { ViewStore } from "./store/views.ts";
import { Tickets } from "./tickets.ts";
import type { World } from "./world.ts";

export interface WorkspaceOptions {
  /** 0 takes any free port. */
  port: number;
  /** The workspace's own SQLite file; `:memory:` keeps nothing. */
  file: string;
  /** Who and what there is: checked by `parseDirectory`, which throws a `ZodError`. */
  directory: unknown;
  /** What the person's side must send as `x-local-token`; made up if left out. */
  token?: string;
  clock?: Clock;
  newId?: NewId;
}

export interface RunningWorkspace {
  /** `http://127.0.0.1:PORT`; the app's `slackApiUrl` is this with `/api/` behind it. */
  url: string;
  token: string;
  close(): Promise<void>;
}

function buildWorld(options: WorkspaceOptions, database: Database, url: () => string): World {
  const directory = parseDirectory(options.directory);
  const clock = options.clock ?? realClock;
  const newId = options.newId ?? randomId;
  const chaos = new Chaos();
  const feed = new Feed();
  const changed = () => {
    feed.emit({ kind: "directory" });
  };
  return {
    directory,
    clock,
    newId,
    url,
    chaos,
    messages: new MessageStore(database, clock),
    conversations: new ConversationStore(database, directory),
    views: new ViewStore(database),
    groups: new GroupStore(database, directory.usergroups, clock),
    files: new FileStore(database),
    sockets: new Sockets({ chaos, newId, appId: directory.app.id, changed }),
    tickets: new Tickets(clock, newId),
    feed,
  };
}

async function route(
  world: World,
  token: string,
  [request, response]: [IncomingMessage, ServerResponse],
): Promise<void> {
  if (!hostAllowed(request))
    throw new LocalError("bad_host", "host: expected 127.0.0.1 or localhost", { status: 403 });
  if (foreignOrigin(request))
    throw new LocalError("bad_origin", "origin: another site's page", { status: 403 });
  const url = URL.parse(request.url ?? "/", world.url());
  if (url === null) throw new LocalError("not_found", "the path does not read as one", { status: 404 });
  const exchange = { request, response, url };
  if (await appRoutes(world, exchange)) return;
  if (await localRoutes(world, exchange, token)) return;
  if (pageRoutes(world, exchange, token)) return;
  throw new LocalError("not_found", `nothing is at ${exchange.url.pathname}`, { status: 404 });
}

function answerFault(response: ServerResponse, error: unknown): void {
  if (error instanceof LocalError && !response.headersSent) {
    sendJson(response, error.body(), { status: error.status });
    return;
  }
  process.stderr.write(
    `workspace: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  if (response.headersSent) response.destroy();
  else sendJson(response, { ok: false, error: "internal_error" }, { status: 500 });
}

function acceptSockets(server: Server, world: World): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    // Nobody else listens to this socket any more, and an error nobody hears ends the process.
    socket.on("error", () => socket.destroy());
    const url = URL.parse(request.url ?? "/", world.url());
    const welcome =
      hostAllowed(request) &&
      url?.pathname === "/link/" &&
      world.sockets.admits(url.searchParams.get("ticket") ?? "");
    if (!welcome) socket.end("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n");
    else
      sockets.handleUpgrade(request, socket, head, (connected) => {
        world.sockets.accept(connected);
      });
  });
  return sockets;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

export async function startWorkspace(options: WorkspaceOptions): Promise<RunningWorkspace> {
  let url = "";
  const database = openDatabase(options.file);
  try {
    const world = buildWorld(options, database, () => url);
    const token = options.token ?? randomBytes(16).toString("base64url");
    const server = createServer((request, response) => {
      route(world, token, [request, response]).catch((error: unknown) => {
        answerFault(response, error);
      });
    });
    const sockets = acceptSockets(server, world);
    url = `http://127.0.0.1:${await listen(server, options.port)}`;
    return { url, token, close: () => closeAll(server, [world.sockets, sockets, database]) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** How long connections get to end by themselves. */
const GRACE_MS = 500;

async function closeAll(
  server: Server,
  [sockets, upgrades, database]: [Sockets, WebSocketServer, Database],
): Promise<void> {
  sockets.close();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const hurry = setTimeout(() => {
    for (const socket of upgrades.clients) socket.terminate();
    server.closeAllConnections();
  }, GRACE_MS);
  await closed;
  clearTimeout(hurry);
  upgrades.close();
  database.close();
}
