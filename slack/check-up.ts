/** What `hatrack doctor` looks at in Slack: tokens, scopes, user groups, channels. Reads only. */
import { LogLevel, WebClient } from "@slack/web-api";
import { z } from "zod";
import { examine, type Check } from "../src/check.ts";
import { HatrackError } from "../src/errors.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { scopesOf } from "./ids.ts";

export interface CheckUpOptions {
  readonly botToken: string;
  /** Socket Mode; undefined with HTTP. */
  readonly appToken: string | undefined;
  readonly soc: SocFile;
  /** Where the Web API is, for a workspace that is not Slack's; ends in "/api/". */
  readonly slackApiUrl?: string;
}

const install =
  "Make or update the app from manifest.yml (README, Slack, step by step), and install it again.";

export async function* checkSlack(options: CheckUpOptions): AsyncGenerator<Check> {
  const at = options.slackApiUrl === undefined ? {} : { slackApiUrl: options.slackApiUrl };
  // What fails is said by the check; the client's own lines would stand between ours.
  const logLevel = LogLevel.ERROR;
  const settings = {
    ...at,
    logLevel,
    retryConfig: { retries: 0 },
    timeout: 10_000,
    rejectRateLimitedCalls: true,
  };
  const client = new WebClient(options.botToken, settings);
  let scopes: readonly string[] | undefined;
  const bot = await examine(
    "slack bot token",
    `Set SLACK_BOT_TOKEN to the Bot User OAuth Token. ${install}`,
    async () => {
      const answer = Auth.parse(await client.apiCall("auth.test", {}));
      scopes = answer.response_metadata?.scopes;
      return `${answer.user} in ${answer.team}`;
    },
  );
  yield bot;
  if (bot.status !== "ok") return;
  yield checkScopes(scopes);
  if (options.appToken !== undefined) yield await checkAppToken(new WebClient(options.appToken, settings));
  yield await checkGroups(client, options.soc);
  yield await checkChannels(client, options.soc);
}

const Auth = z.object({
  user: z.string(),
  team: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

function checkScopes(granted: readonly string[] | undefined): Check {
  const name = "slack scopes";
  if (granted === undefined)
    return { name, status: "warn", found: "Slack did not say which scopes this token has" };
  const missing = [...new Set(["commands", ...Object.values(scopesOf).flat()])]
    .filter((scope) => !granted.includes(scope))
    .sort();
  if (missing.length === 0) return { name, status: "ok", found: `${granted.length} scopes` };
  return { name, status: "fail", found: `missing: ${missing.join(", ")}`, fix: install };
}

function checkAppToken(client: WebClient): Promise<Check> {
  const fix =
    "Set SLACK_APP_TOKEN to an app-level token with the scope connections:write (Basic Information, App-Level Tokens).";
  return examine("slack app token", fix, async () => {
    await client.apiCall("apps.connections.open", {});
    return "Socket Mode opens";
  });
}

const Groups = z.object({
  usergroups: z.array(
    z.object({ id: z.string(), handle: z.string(), user_count: z.coerce.number().optional() }),
  ),
});

/** An on-call role whose group is not there can never be answered. */
function checkGroups(client: WebClient, soc: SocFile): Promise<Check> {
  const fix =
    "Create the user group in Slack (paid plans) and put people in it, or list user ids under onCall in soc.yaml.";
  return examine("slack user groups", fix, async () => {
    const { usergroups } = Groups.parse(await client.apiCall("usergroups.list", { include_count: true }));
    const wanted = Object.entries(soc.onCall).flatMap(([role, { group }]) =>
      group === undefined ? [] : [{ role, group }],
    );
    const missing = wanted.filter(
      ({ group }) => !usergroups.some(({ id, handle }) => id === group || handle === group),
    );
    if (missing.length === 0) return `${wanted.length} on-call groups are there`;
    const named = missing.map(({ role, group }) => `@${group} (${role})`).join(", ");
    throw new HatrackError("group_missing", `no user group, or nobody in it: ${named}`);
  });
}

const Channels = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string(), is_member: z.boolean().default(false) })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

function checkChannels(client: WebClient, soc: SocFile): Promise<Check> {
  const fix = "Create the channel, and invite the app to it: /invite @soc.";
  return examine("slack channels", fix, async () => {
    const channels = await allChannels(client);
    const names = [...new Set(Object.values(soc.channels))];
    const found = names.map((name) => ({
      name,
      channel: channels.find((c) => c.id === name || c.name === name),
    }));
    const missing = found
      .filter(({ channel }) => channel === undefined)
      .map(({ name }) => `#${name} is not there`);
    const outside = found
      .filter(({ channel }) => channel?.is_member === false)
      .map(({ name }) => `the app is not in #${name}`);
    if (missing.length + outside.length === 0) return names.map((name) => `#${name}`).join(", ");
    throw new HatrackError("channel_missing", [...missing, ...outside].join(", "));
  });
}

async function allChannels(client: WebClient): Promise<z.infer<typeof Channels>["channels"]> {
  const all: z.infer<typeof Channels>["channels"] = [];
  let cursor = "";
  do {
    const page = { types: "public_channel,private_channel", exclude_archived: true, limit: 200 };
    const answer = Channels.parse(
      await client.apiCall("conversations.list", cursor === "" ? page : { ...page, cursor }),
    );
    all.push(...answer.channels);
    cursor = answer.response_metadata?.next_cursor ?? "";
  } while (cursor !== "");
  return all;
}
