/** What the renderers need to know besides the blocks. */
import type { StateValues } from "../wire.ts";
import { botUser } from "../wire-views.ts";
import { findUser } from "../world.ts";
import type { World } from "../world.ts";

export interface Drawing {
  user(id: string): string | undefined;
  channel(id: string): string | undefined;
  group(id: string): string | undefined;
  /** True if a mention of this user or user group is meant for the reader. */
  isMe(id: string): boolean;
  /** People to pick from. */
  people: readonly { id: string; name: string }[];
  /** Address of an uploaded file. */
  file(id: string): string | undefined;
  /** What has been entered so far, by block and action id. */
  values: StateValues;
}

export function drawingFor(world: World, reader: string, values: StateValues = {}): Drawing {
  const { app, users } = world.directory;
  return {
    user: (id) => (id === app.user_id ? botUser(world).real_name : findUser(world, id)?.real_name),
    channel: (id) => world.conversations.find(id)?.name,
    group: (id) => world.groups.find(id)?.handle,
    isMe: (id) => id === reader || world.groups.find(id)?.users.includes(reader) === true,
    people: users
      .filter((user) => !user.deleted && !user.is_bot)
      .map((user) => ({
        id: user.id,
        name: user.title === "" ? user.real_name : `${user.real_name}, ${user.title}`,
      })),
    file: (id) => {
      const file = world.files.find(id);
      return file === undefined ? undefined : `/files/${file.id}/${file.secret}`;
    },
    values,
  };
}
