import { z } from "zod";
import { SlackError } from "../slack-error.ts";
import { botUser, slackGroup, slackUser } from "../wire-views.ts";
import { findUser } from "../world.ts";
import { flag, method, page, paginate } from "./method.ts";

const usersInfo = method({
  scopes: ["users:read"],
  args: z.object({ user: z.string(), include_locale: flag }),
  run: (world, args) => {
    if (args.user === world.directory.app.user_id) return { user: slackUser(world, botUser(world)) };
    const user = findUser(world, args.user);
    if (user === undefined) throw new SlackError("user_not_found");
    return { user: slackUser(world, user) };
  },
});

const usersList = method({
  scopes: ["users:read"],
  args: z.object({ include_locale: flag, ...page }),
  run: (world, args) => {
    const { items, next } = paginate([...world.directory.users, botUser(world)], args, 1000);
    return {
      members: items.map((user) => slackUser(world, user)),
      cache_ts: Math.trunc(world.clock.now() / 1000),
      response_metadata: { next_cursor: next },
    };
  },
});

const groupsList = method({
  scopes: ["usergroups:read"],
  args: z.object({ include_users: flag, include_disabled: flag, include_count: flag }),
  run: (world, args) => ({
    usergroups: world.groups
      .all()
      .filter((group) => args.include_disabled === true || group.users.length > 0)
      .map((group) => slackGroup(world, group, args.include_users === true)),
  }),
});

const groupUsers = method({
  scopes: ["usergroups:read"],
  args: z.object({ usergroup: z.string(), include_disabled: flag }),
  run: (world, args) => {
    const group = world.groups.find(args.usergroup);
    if (group === undefined) throw new SlackError("no_such_subteam");
    return { users: group.users };
  },
});

export const people = {
  "users.info": usersInfo,
  "users.list": usersList,
  "usergroups.list": groupsList,
  "usergroups.users.list": groupUsers,
};
