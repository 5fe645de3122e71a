import { z } from "zod";
import { SlackError } from "../slack-error.ts";
import type { Conversation } from "../store/conversations.ts";
import type { Stored } from "../store/messages.ts";
import { slackConversation, slackMessage } from "../wire-views.ts";
import { findUser } from "../world.ts";
import type { World } from "../world.ts";
import { conversationOf, flag, method, page, paginate, readableConversation, timestamp } from "./method.ts";

const MOST = 999;

const open = method({
  scopes: ["im:write"],
  args: z.object({
    channel: z.string().optional(),
    users: z.string().optional(),
    return_im: flag,
    prevent_creation: flag,
  }),
  run: (world, args) => {
    if (args.channel !== undefined)
      return { channel: slackConversation(world, conversationOf(world, args.channel)), no_op: true };
    const users = (args.users ?? "").split(",").filter((user) => user !== "");
    if (users.length === 0) throw new SlackError("users_list_not_supplied");
    const people = users.map((id) => findUser(world, id));
    if (people.includes(undefined)) throw new SlackError("user_not_found");
    if (people.some((user) => user?.deleted === true)) throw new SlackError("user_disabled");
    const { conversation, existed } = world.conversations.open(users);
    const channel =
      args.return_im === true ? slackConversation(world, conversation) : { id: conversation.id };
    return existed ? { no_op: true, already_open: true, channel } : { channel };
  },
});

const KINDS: Readonly<Record<string, Conversation["kind"]>> = {
  public_channel: "channel",
  private_channel: "private",
  im: "im",
  mpim: "mpim",
};

const list = method({
  scopes: ["channels:read"],
  args: z.object({ types: z.string().default("public_channel"), exclude_archived: flag, ...page }),
  run: (world, args) => {
    const kinds = args.types.split(",").map((type) => KINDS[type.trim()]);
    if (kinds.includes(undefined)) throw new SlackError("invalid_types");
    const all = [...world.conversations.channels(), ...world.conversations.directMessages()];
    const wanted = all.filter((conversation) => kinds.includes(conversation.kind));
    const { items, next } = paginate(wanted, args, MOST);
    return {
      channels: items.map((item) => slackConversation(world, item)),
      response_metadata: { next_cursor: next },
    };
  },
});

const info = method({
  scopes: ["channels:read", "groups:read", "im:read"],
  args: z.object({ channel: z.string(), include_num_members: flag }),
  run: (world, args) => ({ channel: slackConversation(world, conversationOf(world, args.channel)) }),
});

const members = method({
  scopes: ["channels:read", "groups:read", "im:read"],
  args: z.object({ channel: z.string(), ...page }),
  run: (world, args) => {
    const { items, next } = paginate(conversationOf(world, args.channel).members, args, MOST);
    return { members: items, response_metadata: { next_cursor: next } };
  },
});

const reading = {
  channel: z.string(),
  oldest: timestamp,
  latest: timestamp,
  inclusive: flag,
  include_all_metadata: flag,
  ...page,
};

/** Every message of a range; Slack pages through it with cursors. */
const ALL = 1_000_000;

function shown(world: World, items: readonly Stored[], withMetadata: boolean | undefined): unknown[] {
  return items.map((stored) => slackMessage(world, stored, withMetadata === true));
}

const history = method({
  scopes: ["channels:history", "groups:history", "im:history"],
  args: z.object(reading),
  run: (world, args) => {
    const { id } = readableConversation(world, args.channel);
    const range = { oldest: args.oldest, latest: args.latest, inclusive: args.inclusive };
    const asked = { cursor: args.cursor, limit: args.limit ?? 100 };
    const { items, next } = paginate(world.messages.history(id, { ...range, limit: ALL }), asked, MOST);
    return {
      messages: shown(world, items, args.include_all_metadata),
      has_more: next !== "",
      pin_count: 0,
      ...(next === "" ? {} : { response_metadata: { next_cursor: next } }),
    };
  },
});

const replies = method({
  scopes: ["channels:history", "groups:history", "im:history"],
  args: z.object({ ...reading, ts: z.string() }),
  run: (world, args) => {
    const { id } = readableConversation(world, args.channel);
    const asked = world.messages.get(id, args.ts);
    if (asked === undefined || asked.onlyFor !== undefined) throw new SlackError("thread_not_found");
    const rootTs = asked.message.thread_ts ?? args.ts;
    const root = world.messages.get(id, rootTs) ?? asked;
    const range = { oldest: args.oldest, latest: args.latest, inclusive: args.inclusive, limit: ALL };
    const all = [root, ...world.messages.replies(id, rootTs, range)];
    const { items, next } = paginate(all, { cursor: args.cursor, limit: args.limit ?? MOST }, MOST);
    return {
      messages: shown(world, items, args.include_all_metadata),
      has_more: next !== "",
      ...(next === "" ? {} : { response_metadata: { next_cursor: next } }),
    };
  },
});

export const conversations = {
  "conversations.open": open,
  "conversations.list": list,
  "conversations.info": info,
  "conversations.members": members,
  "conversations.history": history,
  "conversations.replies": replies,
};
