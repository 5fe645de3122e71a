/** The side Slack shows to an app: Web API, response URLs, uploads. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { apiArguments, parseJson, readBody, sameSecret, send, sendJson, uploadedBytes } from "./http.ts";
import { applyReply } from "./replies.ts";
import { LocalError, SlackError } from "./slack-error.ts";
import { serveApi } from "./web-api/serve.ts";
import type { World } from "./world.ts";

const API_BYTES = 2_000_000;
const FILE_BYTES = 20_000_000;

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
}

async function api(world: World, { request, response, url }: Exchange): Promise<void> {
  const body = await readBody(request, API_BYTES);
  const args = apiArguments(request, body, url.searchParams);
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  const inBody = typeof args["token"] === "string" ? args["token"] : undefined;
  const answer = serveApi(world, {
    method: url.pathname.slice("/api/".length),
    token: bearer ?? inBody,
    args,
  });
  if (answer.delayMs > 0) await wait(answer.delayMs, undefined, { ref: false });
  if (answer.cut) request.socket.destroy();
  else sendJson(response, answer.body, { status: answer.status, headers: answer.headers });
}

async function reply(world: World, { request, response, url }: Exchange): Promise<void> {
  const body = parseJson(await readBody(request, API_BYTES));
  try {
    applyReply(world, world.tickets.reply(url.pathname.slice("/actions/".length)), body);
    send(response, { type: "text/plain", body: "ok" });
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const gone = error.code === "expired_url" || error.code === "used_url";
    sendJson(response, error.body(), { status: gone ? 404 : 400 });
  }
}

function fileOf(world: World, url: URL): string {
  const [, , id = "", secret = ""] = url.pathname.split("/");
  const file = world.files.find(id);
  if (file === undefined || !sameSecret(secret, file.secret))
    throw new LocalError("file_not_found", "no such file", { status: 404 });
  return id;
}

async function upload(world: World, { request, response, url }: Exchange): Promise<void> {
  const id = fileOf(world, url);
  const body = await readBody(request, FILE_BYTES);
  const bytes = uploadedBytes(request.headers["content-type"] ?? "", body);
  world.files.fill(id, bytes);
  send(response, { type: "text/plain", body: `OK - ${bytes.length}` });
}

function download(world: World, { response, url }: Exchange): void {
  const file = world.files.find(fileOf(world, url));
  if (file?.bytes == null) throw new LocalError("file_not_found", "no such file", { status: 404 });
  send(response, {
    type: file.mimetype,
    body: file.bytes,
    headers: { "content-security-policy": "sandbox" },
  });
}

/** True if the request was one of these. */
export async function appRoutes(world: World, exchange: Exchange): Promise<boolean> {
  const { pathname } = exchange.url;
  const method = exchange.request.method ?? "";
  if (pathname.startsWith("/api/")) await api(world, exchange);
  else if (method === "POST" && pathname.startsWith("/actions/")) await reply(world, exchange);
  else if (method === "POST" && pathname.startsWith("/upload/")) await upload(world, exchange);
  else if (method === "GET" && pathname.startsWith("/files/")) download(world, exchange);
  else return false;
  return true;
}
