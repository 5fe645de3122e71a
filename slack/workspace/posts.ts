/** Puts messages into the workspace, changes and removes them, and tells the feed. */
import type { Block } from "./block-kit/blocks-schema.ts";
import type { Placement, Stored } from "./store/messages.ts";
import type { Message, MessageDraft, Metadata, SlackFile } from "./wire.ts";
import type { World } from "./world.ts";

export interface AppPost {
  text: string;
  blocks?: Block[] | undefined;
  metadata?: Metadata | undefined;
  files?: SlackFile[] | undefined;
}

/** Where a new message goes: a thread's root decides the thread, even when a reply's `ts` was given. */
export interface Target extends Placement {
  threadTs?: string | undefined;
}

function announce(world: World, stored: Stored, change: "posted" | "updated" | "deleted"): void {
  world.feed.emit({
    kind: "message",
    change,
    channel: stored.channel,
    ts: stored.message.ts,
    threadTs: stored.message.thread_ts,
    broadcast: stored.broadcast,
    onlyFor: stored.onlyFor,
  });
}

export function botProfile(world: World): Record<string, unknown> {
  const { app, team } = world.directory;
  return {
    id: app.bot_id,
    app_id: app.id,
    user_id: app.user_id,
    name: app.name,
    icons: {},
    deleted: false,
    updated: 0,
    team_id: team.id,
  };
}

function place(world: World, target: Target, draft: MessageDraft): Stored {
  const { threadTs, ...placement } = target;
  const stored = world.messages.post(placement, {
    ...draft,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(placement.broadcast === true ? { subtype: "thread_broadcast" } : {}),
  });
  announce(world, stored, "posted");
  return stored;
}

export function postAsApp(world: World, target: Target, post: AppPost): Stored {
  const { app, team } = world.directory;
  return place(world, target, {
    type: "message",
    user: app.user_id,
    team: team.id,
    bot_id: app.bot_id,
    app_id: app.id,
    bot_profile: botProfile(world),
    text: post.text,
    ...(post.blocks === undefined ? {} : { blocks: post.blocks }),
    ...(post.metadata === undefined ? {} : { metadata: post.metadata }),
    ...(post.files === undefined ? {} : { files: post.files }),
  });
}

export function postAsPerson(
  world: World,
  target: Target,
  said: { user: string; team: string; text: string },
): Stored {
  return place(world, target, { type: "message", ...said });
}

/** Writes a message's next revision. */
export function revise(world: World, stored: Stored, message: Message): Stored {
  const next = { ...stored, message };
  world.messages.replace(next);
  announce(world, next, "updated");
  return next;
}

/** A root with replies leaves a tombstone, so that its thread stays readable. */
export function erase(world: World, stored: Stored): void {
  const { channel, message } = stored;
  if (world.messages.threadSummary(channel, message.ts) === undefined) {
    world.messages.remove(channel, message.ts);
    announce(world, stored, "deleted");
    return;
  }
  const { ts, user, team } = message;
  revise(world, stored, {
    type: "message",
    subtype: "tombstone",
    ts,
    user,
    team,
    text: "This message was deleted.",
  });
}
