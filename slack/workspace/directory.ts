/**
 * Who and what the workspace consists of: plain data, handed in at start and checked here. Ids look like
 * Slack's (`U…`, `C…`, `S…`), because the app that talks to this server must not see a difference.
 */
import { z } from "zod";

const id = (letters: string, what: string) =>
  z
    .string()
    .regex(
      new RegExp(`^[${letters}][A-Z0-9]{2,20}$`),
      `expected ${what} such as ${letters.charAt(0)}0ABC123`,
    );

export const userId = id("UW", "a user id");
export const channelId = id("CG", "a channel id");
const groupId = id("S", "a user group id");
const teamId = id("TE", "a team id");

const userSchema = z.strictObject({
  id: userId,
  name: z.string().min(1).max(80),
  real_name: z.string().min(1).max(80),
  title: z.string().max(120).default(""),
  tz: z.string().default("Etc/UTC"),
  /** A guest of several channels; `is_ultra_restricted`: of one. */
  is_restricted: z.boolean().default(false),
  is_ultra_restricted: z.boolean().default(false),
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  /** Another team's id makes this person a stranger from a shared channel (Slack Connect). */
  team_id: teamId.optional(),
});

const channelSchema = z.strictObject({
  id: channelId,
  name: z.string().regex(/^[a-z0-9_-]{1,80}$/, "expected a channel name without #, such as soc-cases"),
  topic: z.string().max(250).default(""),
  is_private: z.boolean().default(false),
  /** User ids; left out: everyone of the team who is not deactivated. Strangers only where they are listed. */
  members: z.array(userId).optional(),
  app_is_member: z.boolean().default(true),
});

const groupSchema = z.strictObject({
  id: groupId,
  handle: z.string().regex(/^[a-z0-9._-]{1,80}$/, "expected a handle without @, such as ir-lead-oncall"),
  name: z.string().min(1).max(80),
  description: z.string().default(""),
  users: z.array(userId),
});

/** The one app of the workspace, as its manifest would describe it. */
const appSchema = z.strictObject({
  id: id("A", "an app id").default("A0HATRACK"),
  name: z.string().min(1).max(35).default("SOC"),
  bot_id: id("B", "a bot id").default("B0HATRACK"),
  user_id: userId.default("U0HATRACK"),
  commands: z
    .array(
      z.strictObject({
        command: z.string().regex(/^\/[a-z0-9_-]{1,31}$/, "expected a command such as /soc"),
        usage_hint: z.string().max(1000).default(""),
        should_escape: z.boolean().default(true),
      }),
    )
    .default([
      {
        command: "/soc",
        usage_hint: "explain CASE | recall INDICATOR | pending | help",
        should_escape: true,
      },
    ]),
  shortcuts: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(24),
        callback_id: z.string().min(1).max(255),
        type: z.enum(["message", "global"]),
      }),
    )
    .default([]),
  events: z
    .array(z.string())
    .default([
      "app_home_opened",
      "app_mention",
      "message.channels",
      "message.im",
      "subteam_members_changed",
      "subteam_updated",
    ]),
  scopes: z
    .array(z.string())
    .default([
      "app_mentions:read",
      "channels:history",
      "channels:read",
      "chat:write",
      "commands",
      "files:write",
      "groups:history",
      "groups:read",
      "im:history",
      "im:read",
      "im:write",
      "metadata.message:read",
      "reactions:write",
      "team:read",
      "usergroups:read",
      "users:read.email",
      "users:read",
    ]),
});

const shape = z.strictObject({
  team: z
    .strictObject({
      id: teamId.default("T0LOCAL"),
      name: z.string().min(1).default("hatrack"),
      domain: z.string().min(1).default("local"),
    })
    .prefault({}),
  app: appSchema.prefault({}),
  channels: z.array(channelSchema).min(1),
  users: z.array(userSchema).min(1),
  usergroups: z.array(groupSchema).default([]),
});

type Shape = z.infer<typeof shape>;

function repeated(values: readonly string[]): string[] {
  return values.filter((value, at) => values.indexOf(value) !== at);
}

/** Every reference must lead somewhere, every id and handle must be one thing. */
export const directorySchema = shape.superRefine((directory, context) => {
  const known = new Set(directory.users.map((user) => user.id));
  const complain = (path: (string | number)[], message: string) => {
    context.addIssue({ code: "custom", path, message });
  };
  const uniques: [string, string[]][] = [
    ["users", directory.users.map((user) => user.id)],
    ["channels", directory.channels.flatMap((channel) => [channel.id, channel.name])],
    ["usergroups", directory.usergroups.flatMap((group) => [group.id, group.handle])],
  ];
  for (const [path, values] of uniques)
    for (const twice of repeated(values)) complain([path], `${twice} stands twice; expected it once`);
  directory.channels.forEach((channel, at) => {
    for (const member of channel.members ?? [])
      if (!known.has(member)) complain(["channels", at, "members"], `${member} is no user of this directory`);
  });
  directory.usergroups.forEach((group, at) => {
    for (const member of group.users)
      if (!known.has(member)) complain(["usergroups", at, "users"], `${member} is no user of this directory`);
  });
});

export type Directory = Shape;
export type User = Shape["users"][number];
export type UserGroup = Shape["usergroups"][number];

/** Throws a `ZodError` whose issues name the path and what was expected. */
export function parseDirectory(value: unknown): Directory {
  return directorySchema.parse(value);
}
