/** `GET /local/state`: everything there is to see, and the switches. */
import { groupChanged } from "../events.ts";
import type { ChaosRequest } from "../chaos.ts";
import { LocalError } from "../slack-error.ts";
import type { Conversation } from "../store/conversations.ts";
import { slackConversation, slackGroup, slackMessage, slackUser } from "../wire-views.ts";
import { findUser } from "../world.ts";
import type { World } from "../world.ts";
import type { UsergroupRequest } from "./requests.ts";

const EVERYTHING = 1_000_000;

function withMessages(world: World, conversation: Conversation): Record<string, unknown> {
  const roots = world.messages
    .history(conversation.id, { limit: EVERYTHING })
    .filter((stored) => stored.message.thread_ts === undefined)
    .reverse();
  return {
    ...slackConversation(world, conversation),
    members: conversation.members,
    messages: roots.map((root) => ({
      ...slackMessage(world, root, true),
      replies: world.messages
        .replies(conversation.id, root.message.ts)
        .map((reply) => slackMessage(world, reply, true)),
    })),
  };
}

export function state(world: World): Record<string, unknown> {
  const { team, app, users } = world.directory;
  const conversations = [...world.conversations.channels(), ...world.conversations.directMessages()];
  return {
    ok: true,
    team,
    app,
    users: users.map((user) => slackUser(world, user)),
    usergroups: world.groups.all().map((group) => slackGroup(world, group, true)),
    channels: conversations.map((conversation) => withMessages(world, conversation)),
    ephemerals: world.messages.allEphemerals().map((stored) => ({
      ...slackMessage(world, stored, true),
      channel: stored.channel,
      user: stored.message.user,
      only_visible_to: stored.onlyFor,
    })),
    views: world.views.all().map(({ user, view }) => ({ user, ...view })),
    sockets: world.sockets.count,
    chaos: world.chaos.state(),
  };
}

export function setUsergroup(world: World, request: UsergroupRequest): Record<string, unknown> {
  const before = world.groups.find(request.id);
  if (before === undefined)
    throw new LocalError("no_such_subteam", `id: there is no user group ${request.id}`, { status: 404 });
  const nobody = request.users.find((id) => findUser(world, id) === undefined);
  if (nobody !== undefined) throw new LocalError("invalid_users", `users: ${nobody} is nobody here`);
  world.groups.set(before.id, [...new Set(request.users)]);
  const after = world.groups.find(before.id) ?? before;
  groupChanged(world, before, after);
  world.feed.emit({ kind: "directory" });
  return { ok: true, usergroup: slackGroup(world, after, true) };
}

export function setChaos(world: World, request: ChaosRequest): Record<string, unknown> {
  const chaos = world.chaos.set(request);
  const told = world.sockets.disconnect(request.disconnect ?? 0, "refresh_requested");
  const cut = world.sockets.disconnect(request.cut ?? 0, "cut");
  return { ok: true, chaos, disconnected: told, cut };
}
