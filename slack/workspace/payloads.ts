/** The bodies Slack sends to an app: interactions, commands and events. */
import type { User } from "./directory.ts";
import type { Conversation } from "./store/conversations.ts";
import type { Stored } from "./store/messages.ts";
import { slackMessage } from "./wire-views.ts";
import type { StateValues, View } from "./wire.ts";
import { teamOf } from "./world.ts";
import type { World } from "./world.ts";

type Body = Record<string, unknown>;

function channelName(conversation: Conversation): string {
  return conversation.name === "" ? "directmessage" : conversation.name;
}

/** `user.team_id` is the person's own team, which for a stranger is not the workspace's. */
function who(world: World, user: User): Body {
  const { app, team } = world.directory;
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: teamOf(world, user) },
    team: { id: team.id, domain: team.domain },
    api_app_id: app.id,
    token: "local",
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** Seconds with microseconds, as `action_ts` and `event_ts` are written. */
function stamp(world: World): string {
  return (world.clock.now() / 1000).toFixed(6);
}

function replyUrl(world: World, user: User, stored: Stored): string {
  const source = { ts: stored.message.ts, onlyFor: stored.onlyFor };
  return world.url() + world.tickets.replyPath({ user: user.id, channel: stored.channel, source });
}

export function messageAction(
  world: World,
  user: User,
  press: { conversation: Conversation; stored: Stored; action: Body; values: StateValues },
): Body {
  const { conversation, stored } = press;
  const { ts, thread_ts: threadTs } = stored.message;
  return {
    type: "block_actions",
    ...who(world, user),
    container: {
      type: "message",
      message_ts: ts,
      channel_id: conversation.id,
      is_ephemeral: stored.onlyFor !== undefined,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    },
    trigger_id: world.tickets.trigger(user.id),
    channel: { id: conversation.id, name: channelName(conversation) },
    message: slackMessage(world, stored, true),
    state: { values: press.values },
    response_url: replyUrl(world, user, stored),
    actions: [{ ...press.action, action_ts: stamp(world) }],
  };
}

export function viewAction(world: World, user: User, press: { view: View; action: Body }): Body {
  return {
    type: "block_actions",
    ...who(world, user),
    container: { type: "view", view_id: press.view.id },
    trigger_id: world.tickets.trigger(user.id, press.view.type === "modal" ? press.view.id : undefined),
    view: press.view,
    actions: [{ ...press.action, action_ts: stamp(world) }],
  };
}

export function viewSubmission(world: World, user: User, view: View): Body {
  return {
    type: "view_submission",
    ...who(world, user),
    trigger_id: world.tickets.trigger(user.id, view.id),
    view,
    response_urls: [],
  };
}

export function viewClosed(world: World, user: User, closed: { view: View; all: boolean }): Body {
  return { type: "view_closed", ...who(world, user), view: closed.view, is_cleared: closed.all };
}

export function shortcut(
  world: World,
  user: User,
  used: { callbackId: string; on?: { conversation: Conversation; stored: Stored } },
): Body {
  const common = {
    ...who(world, user),
    callback_id: used.callbackId,
    trigger_id: world.tickets.trigger(user.id),
    action_ts: stamp(world),
  };
  if (used.on === undefined) return { type: "shortcut", ...common };
  const { conversation, stored } = used.on;
  return {
    type: "message_action",
    ...common,
    channel: { id: conversation.id, name: channelName(conversation) },
    message_ts: stored.message.ts,
    message: slackMessage(world, stored, true),
    response_url: replyUrl(world, user, stored),
  };
}

export function slashCommand(
  world: World,
  user: User,
  typed: { conversation: Conversation; command: string; text: string },
): Body {
  const { app, team } = world.directory;
  const { conversation } = typed;
  const reply = { user: user.id, channel: conversation.id, source: undefined };
  return {
    token: "local",
    team_id: teamOf(world, user),
    team_domain: team.domain,
    channel_id: conversation.id,
    channel_name: channelName(conversation),
    user_id: user.id,
    user_name: user.name,
    command: typed.command,
    text: typed.text,
    api_app_id: app.id,
    is_enterprise_install: "false",
    response_url: world.url() + world.tickets.replyPath(reply),
    trigger_id: world.tickets.trigger(user.id),
  };
}

/** The wrapper of every Events API event; `event_id` stays the same when Slack tries again. */
export function eventCallback(world: World, event: Body): Body {
  const { app, team } = world.directory;
  return {
    token: "local",
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.id,
    event: { ...event, event_ts: stamp(world) },
    type: "event_callback",
    event_id: world.newId("Ev"),
    event_time: Math.trunc(world.clock.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: app.user_id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: world.newId("EC"),
  };
}
