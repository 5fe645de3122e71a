/** The Events API: tells the app what it has subscribed to, and tries again as Slack does. */
import { eventCallback } from "./payloads.ts";
import type { Conversation } from "./store/conversations.ts";
import type { LiveGroup } from "./store/groups.ts";
import type { Stored } from "./store/messages.ts";
import { slackGroup } from "./wire-views.ts";
import type { View } from "./wire.ts";
import { appIsMember } from "./world.ts";
import type { World } from "./world.ts";

/** Slack tries three times more: about at once, after a minute, after five. */
const RETRY_MS = [1000, 60_000, 300_000] as const;

async function send(world: World, payload: Record<string, unknown>, attempt: number): Promise<void> {
  const receipt = await world.sockets.deliver({
    type: "events_api",
    payload,
    accepts_response_payload: false,
    ...(attempt === 0
      ? { retry_attempt: 0, retry_reason: "" }
      : { retry_attempt: attempt, retry_reason: "timeout" }),
  });
  const wait = RETRY_MS[attempt];
  if (receipt.outcome === "acked" || wait === undefined) return;
  setTimeout(() => void send(world, payload, attempt + 1), wait).unref();
}

/** Sends one event, if the app subscribed to `subscription`. Returns at once; retries run by themselves. */
function emit(world: World, subscription: string, event: Record<string, unknown>): void {
  if (!world.directory.app.events.includes(subscription)) return;
  void send(world, eventCallback(world, event), 0);
}

const CHANNEL_TYPES = { channel: "channel", private: "group", im: "im", mpim: "mpim" } as const;
const SUBSCRIPTIONS = {
  channel: "message.channels",
  private: "message.groups",
  im: "message.im",
  mpim: "message.mpim",
} as const;

/** A person said something where the app is: `message`, and `app_mention` if it was addressed. */
export function messageSaid(world: World, conversation: Conversation, stored: Stored): void {
  if (!appIsMember(world, conversation)) return;
  const { app } = world.directory;
  const { type: _type, ...said } = stored.message;
  const common = { ...said, channel: conversation.id };
  const channelType = CHANNEL_TYPES[conversation.kind];
  emit(world, SUBSCRIPTIONS[conversation.kind], { type: "message", ...common, channel_type: channelType });
  const mentioned = stored.message.text.includes(`<@${app.user_id}`);
  if (mentioned && conversation.kind !== "im") emit(world, "app_mention", { type: "app_mention", ...common });
}

export function homeOpened(world: World, user: string, view: View | undefined): void {
  const { conversation } = world.conversations.open([user]);
  emit(world, "app_home_opened", {
    type: "app_home_opened",
    user,
    channel: conversation.id,
    tab: "home",
    ...(view === undefined ? {} : { view }),
  });
}

export function groupChanged(world: World, before: LiveGroup, after: LiveGroup): void {
  const added = after.users.filter((user) => !before.users.includes(user));
  const removed = before.users.filter((user) => !after.users.includes(user));
  emit(world, "subteam_members_changed", {
    type: "subteam_members_changed",
    subteam_id: after.id,
    team_id: world.directory.team.id,
    date_previous_update: before.updated,
    date_update: after.updated,
    added_users: added,
    added_users_count: added.length,
    removed_users: removed,
    removed_users_count: removed.length,
  });
  emit(world, "subteam_updated", { type: "subteam_updated", subteam: slackGroup(world, after, true) });
}
