/** Everything the workspace is made of, handed to whatever serves one side of it. */
import type { Chaos } from "./chaos.ts";
import type { Clock, NewId } from "./clock.ts";
import type { Directory, User } from "./directory.ts";
import type { Feed } from "./feed.ts";
import type { Sockets } from "./sockets.ts";
import type { Conversation, ConversationStore } from "./store/conversations.ts";
import type { FileStore } from "./store/files.ts";
import type { GroupStore } from "./store/groups.ts";
import type { MessageStore } from "./store/messages.ts";
import type { ViewStore } from "./store/views.ts";
import type { Tickets } from "./tickets.ts";

export interface World {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly messages: MessageStore;
  readonly conversations: ConversationStore;
  readonly views: ViewStore;
  readonly groups: GroupStore;
  readonly files: FileStore;
  readonly sockets: Sockets;
  readonly tickets: Tickets;
  readonly feed: Feed;
  readonly chaos: Chaos;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  readonly url: () => string;
}

export function findUser(world: World, id: string): User | undefined {
  return world.directory.users.find((user) => user.id === id);
}

/** A person's own team: strangers of a shared channel belong to another. */
export function teamOf(world: World, user: User): string {
  return user.team_id ?? world.directory.team.id;
}

export function isMember(conversation: Conversation, user: string): boolean {
  return conversation.members.includes(user);
}

export function appIsMember(world: World, conversation: Conversation): boolean {
  return isMember(conversation, world.directory.app.user_id);
}
