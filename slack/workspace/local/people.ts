/** Checks that a person may do a thing at all, before anything is sent to the app. */
import type { User } from "../directory.ts";
import { LocalError } from "../slack-error.ts";
import type { Conversation } from "../store/conversations.ts";
import type { Stored } from "../store/messages.ts";
import { findUser, isMember } from "../world.ts";
import type { World } from "../world.ts";

export function person(world: World, id: string): User {
  const user = findUser(world, id);
  if (user === undefined)
    throw new LocalError("user_not_found", `user: ${id} is nobody here`, { status: 404 });
  if (user.deleted)
    throw new LocalError("account_inactive", `user: ${user.real_name} is deactivated and cannot act`, {
      status: 403,
    });
  return user;
}

export function placeOf(world: World, user: User, id: string): Conversation {
  const conversation = world.conversations.find(id) ?? world.conversations.findByName(id.replace(/^#/, ""));
  if (conversation === undefined)
    throw new LocalError("channel_not_found", `channel: there is no ${id}`, { status: 404 });
  if (!isMember(conversation, user.id))
    throw new LocalError("not_in_channel", `channel: ${user.real_name} is not in ${id}`, { status: 403 });
  return conversation;
}

/** A message this person can see. */
export function messageOf(world: World, user: User, at: { channel: string; ts: string }): Stored {
  const stored = world.messages.get(at.channel, at.ts);
  if (stored === undefined || (stored.onlyFor !== undefined && stored.onlyFor !== user.id))
    throw new LocalError("message_not_found", `ts: no message ${at.ts} in ${at.channel}`, { status: 404 });
  return stored;
}
