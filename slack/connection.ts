/** How hatrack reaches a workspace: a real one by its tokens, or the local one by its URL. */
import { WebClient, type WebClientOptions } from "@slack/web-api";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { boltLogger } from "./bolt-logger.ts";
import type { Surface } from "./case-thread.ts";
import type { IsUploadHost } from "./uploads.ts";
import type { OwnApp } from "./own-messages.ts";

export type SlackCredentials =
  | { readonly mode: "socket"; readonly botToken: string; readonly appToken: string }
  | {
      readonly mode: "http";
      readonly botToken: string;
      readonly signingSecret: string;
      readonly port: number;
    };

export type Connection =
  | {
      readonly kind: "slack";
      readonly credentials: SlackCredentials;
      /** A gateway in front of Slack's Web API; ends in "/api/". Default: slack.com. */
      readonly apiUrl?: string;
    }
  | { readonly kind: "local"; readonly url: string };

export interface Reach {
  readonly surface: Surface;
  readonly credentials: SlackCredentials;
  /** Where the Web API is; undefined: slack.com. */
  readonly apiUrl: string | undefined;
  /** Whether a link to our own message may have this origin. */
  readonly isWorkspace: (origin: string) => boolean;
  readonly isUploadHost: IsUploadHost;
}

export function reachOf(connection: Connection): Reach {
  if (connection.kind === "slack") {
    const { credentials, apiUrl } = connection;
    return {
      ...{ surface: "slack", credentials, apiUrl },
      isWorkspace: (link) => /^https:\/\/[a-z0-9-]+(\.enterprise)?\.slack\.com$/.test(link),
      isUploadHost: (origin) => /^https:\/\/(?:[a-z0-9-]+\.)*slack(?:-files)?\.com$/.test(origin),
    };
  }
  const { origin } = new URL(connection.url);
  return {
    surface: "local",
    credentials: { mode: "socket", botToken: "xoxb-local-hatrack", appToken: "xapp-local-hatrack" },
    apiUrl: `${origin}/api/`,
    isWorkspace: (link) => link === origin,
    isUploadHost: (host) => host === origin,
  };
}

/**
 * A client of its own per purpose. No retries by the SDK: a retried post is posted twice (lesson 28). A 429 is an
 * error, so that it does not freeze every call of the client (lesson 26).
 */
export function webClient(reach: Reach, options: { timeoutMs: number; diagnostics: Diagnostics }): WebClient {
  return new WebClient(reach.credentials.botToken, {
    ...callOptions,
    timeout: options.timeoutMs,
    logger: boltLogger(options.diagnostics),
    ...(reach.apiUrl === undefined ? {} : { slackApiUrl: reach.apiUrl }),
  });
}

export const callOptions = {
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
} satisfies WebClientOptions;

const Auth = z.object({ team_id: z.string(), bot_id: z.string(), app_id: z.string().optional() });
const Bot = z.object({ bot: z.object({ app_id: z.string() }) });

/** @throws HatrackError `slack_unreachable`, with what Slack said */
export async function ownApp(client: WebClient): Promise<OwnApp> {
  try {
    const auth = Auth.parse(await client.apiCall("auth.test", {}));
    const botId = auth.bot_id;
    const appId = auth.app_id ?? Bot.parse(await client.apiCall("bots.info", { bot: botId })).bot.app_id;
    return { team: auth.team_id, botId, appId };
  } catch (cause) {
    throw new HatrackError(
      "slack_unreachable",
      `slack: who this app is could not be asked (auth.test, bots.info): ${reasonOf(cause)}; expected a bot token of an installed app`,
      { cause, retryable: true },
    );
  }
}
