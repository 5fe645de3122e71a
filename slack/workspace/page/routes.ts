/** The page: a shell without data, its script and style, and the live stream that fills it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Exchange } from "../app-routes.ts";
import { send } from "../http.ts";
import { person } from "../local/people.ts";
import { checkLocalToken } from "../local/routes.ts";
import type { World } from "../world.ts";
import { startLive } from "./live.ts";
import type { Place } from "./screens.ts";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const STATIC = new Map<string, { file: string; type: string }>([
  ["/", { file: "shell.html", type: "text/html; charset=utf-8" }],
  ["/page.css", { file: "page.css", type: "text/css; charset=utf-8" }],
  ["/message.css", { file: "message.css", type: "text/css; charset=utf-8" }],
  ["/screen.js", { file: "screen.js", type: "text/javascript; charset=utf-8" }],
  ["/acts.js", { file: "acts.js", type: "text/javascript; charset=utf-8" }],
  ["/page.js", { file: "page.js", type: "text/javascript; charset=utf-8" }],
  ["/times.js", { file: "times.js", type: "text/javascript; charset=utf-8" }],
  ["/hat.svg", { file: "hat.svg", type: "image/svg+xml" }],
]);

/** Keeps a stream through proxies and sleeping laptops, and finds out when the page has gone. */
const BEAT_MS = 15_000;

/** The first person of the directory and the first channel they are in, unless the page asks for others. */
function placeOf(world: World, query: URLSearchParams): Place {
  const active = world.directory.users.find((user) => !user.deleted && !user.is_bot);
  const user = person(world, query.get("user") ?? active?.id ?? "");
  const home = query.get("home") !== null;
  const wanted = query.get("channel");
  const first = world.conversations.channels().find((channel) => channel.members.includes(user.id));
  const conversation = wanted === null ? first : world.conversations.find(wanted);
  return {
    user,
    home,
    conversation: home ? undefined : conversation,
    thread: query.get("thread") ?? undefined,
  };
}

function live(world: World, { request, response, url }: Exchange): void {
  const place = placeOf(world, url.searchParams);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const stop = startLive(world, place, (event) => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  });
  const beat = setInterval(() => response.write(": still here\n\n"), BEAT_MS);
  request.on("close", () => {
    clearInterval(beat);
    stop();
  });
}

/** True if the request was one of these. */
export function pageRoutes(world: World, exchange: Exchange, token: string): boolean {
  const { request, response, url } = exchange;
  if (request.method !== "GET") return false;
  if (url.pathname === "/local/page/live") {
    checkLocalToken(exchange, token);
    live(world, exchange);
    return true;
  }
  const found = STATIC.get(url.pathname.startsWith("/archives/") ? "/" : url.pathname);
  if (found === undefined) return false;
  const body = readFileSync(join(import.meta.dirname, found.file));
  send(response, { type: found.type, body, headers: { "content-security-policy": POLICY } });
  return true;
}
