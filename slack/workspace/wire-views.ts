/** Slack's fuller shapes of what the stores hold: conversations, users, user groups, messages, views. */
import { createHash } from "node:crypto";
import type { ViewDraft } from "./block-kit/check.ts";
import { placed } from "./block-kit/elements.ts";
import { initialState } from "./block-kit/state.ts";
import type { User } from "./directory.ts";
import type { Conversation } from "./store/conversations.ts";
import type { LiveGroup } from "./store/groups.ts";
import type { Stored } from "./store/messages.ts";
import type { StateValues, View } from "./wire.ts";
import { appIsMember, teamOf } from "./world.ts";
import type { World } from "./world.ts";

export function slackUser(world: World, user: User): Record<string, unknown> {
  const home = teamOf(world, user) === world.directory.team.id;
  return {
    id: user.id,
    team_id: teamOf(world, user),
    name: user.name,
    deleted: user.deleted,
    real_name: user.real_name,
    tz: user.tz,
    profile: {
      title: user.title,
      real_name: user.real_name,
      display_name: user.name,
      team: teamOf(world, user),
    },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.is_restricted || user.is_ultra_restricted,
    is_ultra_restricted: user.is_ultra_restricted,
    is_bot: user.is_bot,
    is_app_user: false,
    ...(home ? {} : { is_stranger: true }),
    updated: 0,
  };
}

/** The app's own user, as `users.info` shows it. */
export function botUser(world: World): User {
  const { app } = world.directory;
  return {
    id: app.user_id,
    name: app.name.toLowerCase(),
    real_name: app.name,
    title: "",
    tz: "Etc/UTC",
    is_restricted: false,
    is_ultra_restricted: false,
    deleted: false,
    is_bot: true,
  };
}

export function slackConversation(world: World, conversation: Conversation): Record<string, unknown> {
  const { id, name, topic, kind, members } = conversation;
  const direct = kind === "im" || kind === "mpim";
  const other = members.find((member) => member !== world.directory.app.user_id);
  return {
    id,
    ...(direct ? {} : { name, name_normalized: name }),
    ...(kind === "im" ? { user: other } : {}),
    is_channel: kind === "channel",
    is_group: kind === "private",
    is_im: kind === "im",
    is_mpim: kind === "mpim",
    is_private: kind !== "channel",
    is_archived: false,
    is_general: false,
    is_shared: members.some((member) =>
      world.directory.users.some((user) => user.id === member && user.team_id),
    ),
    is_member: appIsMember(world, conversation),
    topic: { value: topic, creator: "", last_set: 0 },
    purpose: { value: "", creator: "", last_set: 0 },
    num_members: members.length,
    created: 0,
    context_team_id: world.directory.team.id,
  };
}

export function slackGroup(world: World, group: LiveGroup, withUsers: boolean): Record<string, unknown> {
  return {
    id: group.id,
    team_id: world.directory.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: group.description,
    handle: group.handle,
    is_external: false,
    date_create: 0,
    date_update: group.updated,
    date_delete: group.users.length === 0 ? group.updated : 0,
    auto_type: null,
    prefs: { channels: [], groups: [] },
    ...(withUsers ? { users: group.users } : {}),
    user_count: group.users.length,
  };
}

/** A message as history and replies show it: a root tells of its thread, metadata only to who asks for it. */
export function slackMessage(world: World, stored: Stored, withMetadata: boolean): Record<string, unknown> {
  const { metadata, ...message } = stored.message;
  const isRoot = message.thread_ts === undefined && stored.onlyFor === undefined;
  const thread = isRoot ? world.messages.threadSummary(stored.channel, message.ts) : undefined;
  return {
    ...message,
    ...(withMetadata && metadata !== undefined ? { metadata } : {}),
    ...(thread === undefined
      ? {}
      : { thread_ts: message.ts, is_locked: false, subscribed: false, ...thread }),
    ...(stored.onlyFor === undefined ? {} : { is_ephemeral: true }),
  };
}

function hashOf(world: World, content: unknown): string {
  const digest = createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 8);
  return `${Math.trunc(world.clock.now() / 1000)}.${digest}`;
}

/** Keeps what the person had entered in inputs that are still there under the same ids. */
function carried(draft: ViewDraft, previous: StateValues | undefined): StateValues {
  const values = initialState(draft.blocks);
  for (const { blockId, actionId } of placed(draft.blocks)) {
    const before = previous?.[blockId]?.[actionId];
    const now = values[blockId];
    if (before !== undefined && now?.[actionId] !== undefined) now[actionId] = before;
  }
  return values;
}

/** A view from its definition; `was` is the revision it replaces or the place in the stack it takes. */
export function buildView(
  world: World,
  draft: ViewDraft,
  was: { id: string; root: string; previous: string | null; values?: StateValues },
): View {
  const { app, team } = world.directory;
  return {
    title: null,
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    submit_disabled: false,
    ...draft,
    private_metadata: draft.private_metadata ?? "",
    callback_id: draft.callback_id ?? "",
    external_id: draft.external_id ?? "",
    id: was.id,
    team_id: team.id,
    state: { values: carried(draft, was.values) },
    hash: hashOf(world, [draft, world.newId("")]),
    root_view_id: was.root,
    previous_view_id: was.previous,
    app_id: app.id,
    app_installed_team_id: team.id,
    bot_id: app.bot_id,
  };
}
