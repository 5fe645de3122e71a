import { z } from "zod";
import { checkMessageBlocks } from "../block-kit/check.ts";
import type { Block } from "../block-kit/blocks-schema.ts";
import { LIMITS } from "../limits.ts";
import { erase, postAsApp, revise } from "../posts.ts";
import { SlackError } from "../slack-error.ts";
import type { Conversation } from "../store/conversations.ts";
import type { Stored } from "../store/messages.ts";
import { metadataSchema } from "../wire.ts";
import type { Message, Metadata } from "../wire.ts";
import { appIsMember, findUser, isMember } from "../world.ts";
import type { World } from "../world.ts";
import { known } from "./known.ts";
import { conversationOf, flag, json, method, timestamp } from "./method.ts";

const content = {
  channel: z.string(),
  text: z.string().optional(),
  blocks: json.optional(),
  metadata: json.optional(),
};

interface Content {
  text?: string | undefined;
  blocks?: unknown;
  metadata?: unknown;
}

interface Checked {
  text: string;
  blocks: Block[] | undefined;
  metadata: Metadata | undefined;
}

function checkMetadata(value: unknown): Metadata | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return undefined;
  const parsed = metadataSchema.safeParse(value);
  if (!parsed.success) throw new SlackError("invalid_metadata_format");
  if (Buffer.byteLength(JSON.stringify(parsed.data)) > LIMITS.metadataBytes)
    throw new SlackError("metadata_too_large");
  return parsed.data;
}

/** What a message may hold. Throws `no_text`, `msg_too_long`, `invalid_blocks`, `msg_blocks_too_long`, … */
export function checkContent(world: World, given: Content): Checked {
  const text = given.text ?? "";
  if (text.length > LIMITS.messageText) throw new SlackError("msg_too_long");
  if (typeof given.blocks === "string" && given.blocks !== "") throw new SlackError("invalid_blocks_format");
  const none = given.blocks === undefined || given.blocks === "";
  const blocks = none
    ? undefined
    : known(checkMessageBlocks(given.blocks, world.newId), "invalid_blocks", world);
  if (text === "" && (blocks === undefined || blocks.length === 0)) throw new SlackError("no_text");
  return { text, blocks, metadata: checkMetadata(given.metadata) };
}

/** `#name`, an id, or a person's id, which means the direct message with them. */
function destination(world: World, channel: string): Conversation {
  if (findUser(world, channel) !== undefined) return world.conversations.open([channel]).conversation;
  const found =
    world.conversations.find(channel) ?? world.conversations.findByName(channel.replace(/^#/, ""));
  if (found === undefined) throw new SlackError("channel_not_found");
  if (!appIsMember(world, found))
    throw new SlackError(found.kind === "private" ? "channel_not_found" : "not_in_channel");
  return found;
}

export function threadRoot(world: World, channel: string, threadTs: string | undefined): string | undefined {
  if (threadTs === undefined) return undefined;
  const found = world.messages.get(channel, threadTs);
  if (found === undefined || found.onlyFor !== undefined) throw new SlackError("cannot_reply_to_message");
  return found.message.thread_ts ?? threadTs;
}

function ownMessage(world: World, ids: { channel: string; ts: string }, refusal: string): Stored {
  const stored = world.messages.get(conversationOf(world, ids.channel).id, ids.ts);
  if (stored === undefined || stored.onlyFor !== undefined) throw new SlackError("message_not_found");
  const { message } = stored;
  if (message.app_id !== world.directory.app.id || message.subtype === "tombstone")
    throw new SlackError(refusal);
  return stored;
}

const postMessage = method({
  scopes: ["chat:write"],
  args: z.object({
    ...content,
    thread_ts: timestamp,
    reply_broadcast: flag,
    unfurl_links: flag,
    unfurl_media: flag,
    mrkdwn: flag,
    link_names: flag,
    parse: z.string().optional(),
  }),
  run: (world, args) => {
    const { id } = destination(world, args.channel);
    const checked = checkContent(world, args);
    const threadTs = threadRoot(world, id, args.thread_ts);
    const broadcast = threadTs !== undefined && args.reply_broadcast === true;
    const { message } = postAsApp(world, { channel: id, threadTs, broadcast }, checked);
    return { channel: id, ts: message.ts, message };
  },
});

function nextRevision(world: World, before: Message, given: Content): Message {
  const { metadata: oldMetadata, ...rest } = before;
  const blocks = given.blocks ?? before.blocks;
  const checked = checkContent(world, { text: given.text ?? before.text, blocks, metadata: given.metadata });
  const metadata = given.metadata === undefined ? oldMetadata : checked.metadata;
  const seconds = Math.trunc(world.clock.now() / 1000);
  return {
    ...rest,
    text: checked.text,
    ...(checked.blocks === undefined ? {} : { blocks: checked.blocks }),
    ...(metadata === undefined ? {} : { metadata }),
    edited: { user: world.directory.app.user_id, ts: `${seconds}.000000` },
  };
}

const update = method({
  scopes: ["chat:write"],
  args: z.object({ ...content, ts: z.string(), reply_broadcast: flag }),
  run: (world, args) => {
    const stored = ownMessage(world, args, "cant_update_message");
    const { message } = revise(world, stored, nextRevision(world, stored.message, args));
    return { channel: stored.channel, ts: message.ts, text: message.text, message };
  },
});

const remove = method({
  scopes: ["chat:write"],
  args: z.object({ channel: z.string(), ts: z.string() }),
  run: (world, args) => {
    const stored = ownMessage(world, args, "cant_delete_message");
    erase(world, stored);
    return { channel: stored.channel, ts: args.ts };
  },
});

const postEphemeral = method({
  scopes: ["chat:write"],
  args: z.object({ ...content, user: z.string(), thread_ts: timestamp }),
  run: (world, args) => {
    const conversation = destination(world, args.channel);
    if (!isMember(conversation, args.user)) throw new SlackError("user_not_in_channel");
    const checked = checkContent(world, args);
    const threadTs = threadRoot(world, conversation.id, args.thread_ts);
    const target = { channel: conversation.id, threadTs, onlyFor: args.user };
    const { message } = postAsApp(world, target, { ...checked, metadata: undefined });
    return { message_ts: message.ts };
  },
});

export function permalink(world: World, channel: string, message: Message): string {
  const thread = message.thread_ts === undefined ? "" : `?thread_ts=${message.thread_ts}&cid=${channel}`;
  return `${world.url()}/archives/${channel}/p${message.ts.replace(".", "")}${thread}`;
}

const getPermalink = method({
  args: z.object({ channel: z.string(), message_ts: z.string() }),
  run: (world, args) => {
    const { id } = conversationOf(world, args.channel);
    const stored = world.messages.get(id, args.message_ts);
    if (stored === undefined) throw new SlackError("message_not_found");
    return { channel: id, permalink: permalink(world, id, stored.message) };
  },
});

export const chat = {
  "chat.postMessage": postMessage,
  "chat.update": update,
  "chat.delete": remove,
  "chat.postEphemeral": postEphemeral,
  "chat.getPermalink": getPermalink,
};
