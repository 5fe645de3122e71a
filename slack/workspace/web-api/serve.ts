/** One Web API call: token, scope, method, chaos, answer. Slack answers its own refusals with HTTP 200. */
import { SlackError } from "../slack-error.ts";
import type { World } from "../world.ts";
import { app } from "./app.ts";
import { chat } from "./chat.ts";
import { conversations } from "./conversations.ts";
import { files } from "./files.ts";
import type { Method } from "./method.ts";
import { people } from "./people.ts";
import { views } from "./views.ts";

const METHODS = new Map<string, Method>(
  Object.entries({ ...app, ...chat, ...conversations, ...files, ...people, ...views }),
);

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  /** Milliseconds to wait before answering; the effect has happened. */
  delayMs: number;
  /** Cut the connection instead of answering. */
  cut: boolean;
}

function checkToken(token: string | undefined, wanted: Method["token"]): void {
  if (token === undefined || token === "") throw new SlackError("not_authed");
  const kind = token.startsWith("xoxb-local") ? "bot" : token.startsWith("xapp-local") ? "app" : undefined;
  if (kind === undefined) throw new SlackError("invalid_auth");
  if (kind !== wanted) throw new SlackError("not_allowed_token_type");
}

function run(world: World, call: ApiCall): Record<string, unknown> {
  try {
    const method = METHODS.get(call.method);
    if (method === undefined) throw new SlackError("unknown_method");
    checkToken(call.token, method.token);
    const granted = world.directory.app.scopes;
    if (method.scopes.length > 0 && !method.scopes.some((scope) => granted.includes(scope)))
      throw new SlackError("missing_scope", [`needed: ${method.scopes.join(" or ")}`]);
    return { ok: true, ...method.run(world, call.args) };
  } catch (error) {
    if (error instanceof SlackError) return error.body();
    throw error;
  }
}

export interface ApiCall {
  method: string;
  token: string | undefined;
  args: Record<string, unknown>;
}

/** Seconds to wait, where the call is refused for being one too many. */
function tooMany({ chaos, conversations }: World, { method, args }: ApiCall): number | undefined {
  if (chaos.takeFor("http_429", method)) return chaos.state().retry_after;
  const { channel } = args;
  if (method !== "chat.postMessage" || typeof channel !== "string") return undefined;
  const found = conversations.find(channel) ?? conversations.findByName(channel.replace(/^#/, ""));
  return chaos.postIn(found?.id ?? channel, performance.now());
}

export function serveApi(world: World, call: ApiCall): ApiAnswer {
  const { chaos, directory } = world;
  const answer = { headers: {}, delayMs: 0, cut: false };
  const after = tooMany(world, call);
  if (after !== undefined) {
    const headers = { "retry-after": String(after) };
    return { ...answer, status: 429, headers, body: { ok: false, error: "ratelimited" } };
  }
  if (chaos.takeFor("http_500", call.method))
    return { ...answer, status: 500, body: { ok: false, error: "fatal_error" } };
  const body = run(world, call);
  const late = { ...answer, delayMs: chaos.delayFor(call.method) };
  if (chaos.takeFor("http_500_after_effect", call.method))
    return { ...late, status: 500, body: { ok: false, error: "fatal_error" } };
  const headers = { "x-oauth-scopes": directory.app.scopes.join(",") };
  return { ...late, status: 200, headers, body, cut: chaos.takeFor("cut_after_effect", call.method) };
}
