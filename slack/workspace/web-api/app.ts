import { z } from "zod";
import { botProfile, revise } from "../posts.ts";
import { SlackError } from "../slack-error.ts";
import { conversationOf, flag, method } from "./method.ts";

const authTest = method({
  args: z.object({}),
  run: (world) => {
    const { app, team } = world.directory;
    return {
      url: `${world.url()}/`,
      team: team.name,
      user: app.name.toLowerCase(),
      team_id: team.id,
      user_id: app.user_id,
      bot_id: app.bot_id,
      is_enterprise_install: false,
    };
  },
});

const apiTest = method({ args: z.looseObject({}), run: (_world, args) => ({ args }) });

const connectionsOpen = method({
  token: "app",
  args: z.object({}),
  run: (world) => {
    const query = new URLSearchParams({ ticket: world.sockets.ticket(), app_id: world.directory.app.id });
    return { url: `${world.url().replace("http", "ws")}/link/?${query.toString()}` };
  },
});

const botsInfo = method({
  scopes: ["users:read"],
  args: z.object({ bot: z.string().optional() }),
  run: (world, args) => {
    const { app } = world.directory;
    if (args.bot !== undefined && args.bot !== app.bot_id) throw new SlackError("bot_not_found");
    const { team_id: _team, ...bot } = botProfile(world);
    return { bot };
  },
});

const teamInfo = method({
  scopes: ["team:read"],
  args: z.object({ team: z.string().optional() }),
  run: (world) => {
    const { id, name, domain } = world.directory.team;
    return { team: { id, name, domain, email_domain: "", icon: {} } };
  },
});

const addReaction = method({
  scopes: ["reactions:write"],
  args: z.object({ channel: z.string(), timestamp: z.string(), name: z.string(), full: flag }),
  run: (world, args) => {
    if (!/^[a-z0-9_+'-]{1,100}$/.test(args.name)) throw new SlackError("invalid_name");
    const stored = world.messages.get(conversationOf(world, args.channel).id, args.timestamp);
    if (stored === undefined || stored.onlyFor !== undefined) throw new SlackError("message_not_found");
    const me = world.directory.app.user_id;
    const reactions = stored.message.reactions ?? [];
    const same = reactions.find((reaction) => reaction.name === args.name);
    if (same?.users.includes(me) === true) throw new SlackError("already_reacted");
    const users = [...(same?.users ?? []), me];
    const rest = reactions.filter((reaction) => reaction !== same);
    const added = [...rest, { name: args.name, users, count: users.length }];
    revise(world, stored, { ...stored.message, reactions: added });
    return {};
  },
});

export const app = {
  "api.test": apiTest,
  "auth.test": authTest,
  "apps.connections.open": connectionsOpen,
  "bots.info": botsInfo,
  "team.info": teamInfo,
  "reactions.add": addReaction,
};
