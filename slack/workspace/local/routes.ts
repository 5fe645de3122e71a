/** The person's side: `POST /local/…` and `GET /local/state`, for the page and for programs. */
import type { z } from "zod";
import type { Exchange } from "../app-routes.ts";
import { parseJson, readBody, sameSecret, sendJson } from "../http.ts";
import { LocalError } from "../slack-error.ts";
import type { World } from "../world.ts";
import { click } from "./click.ts";
import { close, submit } from "./modal.ts";
import {
  chaosRequest,
  clickRequest,
  closeRequest,
  commandRequest,
  dismissRequest,
  homeRequest,
  messageRequest,
  parseRequest,
  shortcutRequest,
  submitRequest,
  usergroupRequest,
} from "./requests.ts";
import { command, dismiss, home, say, shortcut } from "./say.ts";
import { setChaos, setUsergroup, state } from "./state.ts";

const BODY_BYTES = 200_000;

type Action = (world: World, body: unknown) => object | Promise<object>;

function action<S extends z.ZodType>(
  schema: S,
  run: (world: World, request: z.infer<S>) => object | Promise<object>,
): Action {
  return (world, body) => run(world, parseRequest(schema, body));
}

const ACTIONS = new Map<string, Action>([
  ["click", action(clickRequest, click)],
  ["submit", action(submitRequest, submit)],
  ["close", action(closeRequest, close)],
  ["home", action(homeRequest, home)],
  ["shortcut", action(shortcutRequest, shortcut)],
  ["command", action(commandRequest, command)],
  ["dismiss", action(dismissRequest, dismiss)],
  ["message", action(messageRequest, say)],
  ["usergroup", action(usergroupRequest, setUsergroup)],
  ["chaos", action(chaosRequest, setChaos)],
]);

/** Throws `LocalError` 401 unless the page's token came along. */
export function checkLocalToken(exchange: Exchange, token: string): void {
  const given = exchange.request.headers["x-local-token"];
  if (!sameSecret(typeof given === "string" ? given : undefined, token))
    throw new LocalError("bad_token", "x-local-token: expected the token of the ready line", { status: 401 });
}

/** True if the request was one of these. */
export async function localRoutes(world: World, exchange: Exchange, token: string): Promise<boolean> {
  const { request, response, url } = exchange;
  const name = url.pathname.slice("/local/".length);
  if (!url.pathname.startsWith("/local/") || url.pathname.startsWith("/local/page")) return false;
  checkLocalToken(exchange, token);
  if (name === "state" && request.method === "GET") {
    sendJson(response, state(world));
    return true;
  }
  const run = ACTIONS.get(name);
  if (run === undefined)
    throw new LocalError("unknown_action", `there is no /local/${name}`, { status: 404 });
  if (request.method !== "POST")
    throw new LocalError("method_not_allowed", `/local/${name} expects POST`, { status: 405 });
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
    throw new LocalError("json_only", "content-type: expected application/json", { status: 415 });
  sendJson(response, await run(world, parseJson(await readBody(request, BODY_BYTES))));
  return true;
}
