/** What a person types: names become ids, and everything else is escaped as Slack escapes it. */
import { botUser } from "../wire-views.ts";
import type { World } from "../world.ts";

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function userToken(world: World, name: string): string | undefined {
  const user = [botUser(world), ...world.directory.users].find((known) => known.name === name);
  return user === undefined ? undefined : `<@${user.id}|${user.name}>`;
}

function token(world: World, sign: string, name: string): string | undefined {
  if (sign === "#") {
    const channel = world.conversations.findByName(name);
    return channel === undefined ? undefined : `<#${channel.id}|${channel.name}>`;
  }
  const group = world.groups.all().find((known) => known.handle === name);
  return group === undefined ? userToken(world, name) : `<!subteam^${group.id}|@${group.handle}>`;
}

/** `@mia` → `<@U0MIA|mia>`, `#soc-ops` → `<#C0OPS|soc-ops>`, `@ir-lead-oncall` → `<!subteam^S0IR|@…>`. */
export function withMentions(world: World, text: string): string {
  const typed = escapeText(text);
  return typed.replace(
    /(^|[\s(])([@#])([a-zA-Z0-9._-]*[a-zA-Z0-9_])/g,
    (whole, before: string, sign: string, name: string) => {
      const found = token(world, sign, name.toLowerCase());
      return found === undefined ? whole : before + found;
    },
  );
}
