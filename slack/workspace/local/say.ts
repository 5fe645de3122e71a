/** A person writes a message, types a command, uses a shortcut or opens App Home. */
import { homeOpened, messageSaid } from "../events.ts";
import { shortcut as shortcutPayload, slashCommand } from "../payloads.ts";
import { erase, postAsApp, postAsPerson } from "../posts.ts";
import { applyReply } from "../replies.ts";
import { LocalError, SlackError } from "../slack-error.ts";
import type { View } from "../wire.ts";
import { teamOf } from "../world.ts";
import type { World } from "../world.ts";
import { messageOf, person, placeOf } from "./people.ts";
import type { CommandRequest, DismissRequest, MessageRequest, ShortcutRequest } from "./requests.ts";
import { escapeText, withMentions } from "./typed.ts";
import { ackOf, startWatch } from "./watch.ts";
import type { Shown } from "./watch.ts";

export async function say(
  world: World,
  request: MessageRequest,
): Promise<Shown & { channel: string; ts: string }> {
  const user = person(world, request.user);
  const conversation = placeOf(world, user, request.channel);
  const root =
    request.thread_ts === undefined
      ? undefined
      : messageOf(world, user, { channel: conversation.id, ts: request.thread_ts }).message;
  const threadTs = root === undefined ? undefined : (root.thread_ts ?? root.ts);
  const finish = startWatch(world, user.id);
  const said = { user: user.id, team: teamOf(world, user), text: withMentions(world, request.text) };
  const stored = postAsPerson(world, { channel: conversation.id, threadTs }, said);
  messageSaid(world, conversation, stored);
  const shown = { ...(await finish(request.settle_ms)), ack: null, errors: {} };
  return { ok: true, channel: conversation.id, ts: stored.message.ts, ...shown };
}

/** The command and what follows it; without a slash the app's first command is meant. */
function splitCommand(
  world: World,
  request: CommandRequest,
): { command: string; text: string; escape: boolean } {
  const match = /^(\/\S*)\s*([\s\S]*)$/.exec(request.text);
  const [first] = world.directory.app.commands;
  const command = request.command ?? match?.[1] ?? first?.command;
  const known = world.directory.app.commands.find((candidate) => candidate.command === command);
  if (known === undefined)
    throw new LocalError(
      "unknown_command",
      `${command ?? "/"} is not a valid command. This app knows ${world.directory.app.commands.map((candidate) => candidate.command).join(", ")}.`,
    );
  return { command: known.command, text: (match?.[2] ?? request.text).trim(), escape: known.should_escape };
}

export async function command(world: World, request: CommandRequest): Promise<Shown> {
  const user = person(world, request.user);
  const conversation = placeOf(world, user, request.channel);
  const typed = splitCommand(world, request);
  const text = typed.escape ? withMentions(world, typed.text) : escapeText(typed.text);
  const finish = startWatch(world, user.id);
  const payload = slashCommand(world, user, { conversation, command: typed.command, text });
  const receipt = await world.sockets.deliver({
    type: "slash_commands",
    payload,
    accepts_response_payload: true,
  });
  const ack = ackOf(receipt);
  const fault =
    receipt.outcome === "acked"
      ? answerFault(world, receipt.payload, { user: user.id, channel: conversation.id })
      : receipt.outcome;
  if (fault === undefined) return { ok: true, ...(await finish(request.settle_ms)), ack, errors: {} };
  const error = FAILURES[fault] ?? fault;
  const reason = `${typed.command} failed with the error "${error}"`;
  postAsApp(world, { channel: conversation.id, onlyFor: user.id }, { text: reason });
  return { ok: false, error, reason, ...(await finish(0)), ack, errors: {} };
}

const FAILURES: Readonly<Record<string, string>> = {
  timeout: "operation_timeout",
  no_connection: "dispatch_failed",
};

/** Posts what came with the acknowledgement. Returns Slack's code if it cannot be shown. */
function answerFault(
  world: World,
  payload: unknown,
  to: { user: string; channel: string },
): string | undefined {
  if (typeof payload !== "object" || payload === null || Object.keys(payload).length === 0) return undefined;
  try {
    applyReply(world, { ...to, source: undefined }, payload);
    return undefined;
  } catch (error) {
    if (error instanceof SlackError) return error.code;
    throw error;
  }
}

export async function shortcut(world: World, request: ShortcutRequest): Promise<Shown> {
  const user = person(world, request.user);
  const { callback_id: callbackId, channel, ts } = request;
  const conversation = channel === undefined ? undefined : placeOf(world, user, channel);
  const on =
    conversation === undefined || ts === undefined
      ? undefined
      : { conversation, stored: messageOf(world, user, { channel: conversation.id, ts }) };
  const finish = startWatch(world, user.id);
  const payload = shortcutPayload(world, user, { callbackId, ...(on === undefined ? {} : { on }) });
  const receipt = await world.sockets.deliver({
    type: "interactive",
    payload,
    accepts_response_payload: false,
  });
  const base = { ...(await finish(request.settle_ms)), ack: ackOf(receipt), errors: {} };
  if (receipt.outcome === "acked") return { ok: true, ...base };
  const reason = `${world.directory.app.name} is not responding. Operation timed out.`;
  return { ok: false, error: "operation_timed_out", reason, ...base };
}

export async function home(
  world: World,
  request: { user: string; settle_ms?: number | undefined },
): Promise<Shown & { home: View | null }> {
  const user = person(world, request.user);
  const finish = startWatch(world, user.id);
  homeOpened(world, user.id, world.views.home(user.id));
  const shown = { ...(await finish(request.settle_ms)), ack: null, errors: {} };
  return { ok: true, ...shown, home: world.views.home(user.id) ?? null };
}

/** Takes an ephemeral off the person's screen; nobody else had it, and the app is not told. */
export function dismiss(world: World, request: DismissRequest): { ok: true } {
  const stored = messageOf(world, person(world, request.user), request);
  if (stored.onlyFor === undefined) throw new LocalError("not_ephemeral", "ts: others see this message too");
  erase(world, stored);
  return { ok: true };
}
