import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { checkSlack } from "../../slack/check-up.ts";
import { examine, type Check } from "../../src/check.ts";
import { HatrackError } from "../../src/errors.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import type { Config } from "../config.ts";
import { checkFalconApi } from "./falcon.ts";
import { checkLocalLog } from "./log.ts";
import { checkLookups } from "./lookups.ts";
import { checkMcp } from "./mcp.ts";
import { checkModel } from "./model.ts";
import { checkOrganisation } from "./organisation.ts";
import { checkRedis } from "./redis.ts";
import { checkSchedules, checkWindows } from "./schedules.ts";

export interface CheckUp {
  readonly config: () => Config | HatrackError;
  /** A local workspace to look at as if it were Slack; a URL. */
  readonly workspace: string | undefined;
}

/** Every check, in the order in which a set-up depends on them; each is yielded as soon as it is known. */
export async function* checkUp({ config: read, workspace }: CheckUp): AsyncGenerator<Check> {
  yield { name: "node", status: "ok", found: process.version };
  const config = read();
  if (config instanceof HatrackError) {
    const fix = "Set the variable as the message says, or leave it out for the embedded default.";
    yield { name: "configuration", status: "fail", found: config.message, fix };
    return;
  }
  yield { name: "configuration", status: "ok", found: summary(config) };
  const soc = yield* checkOrganisation(config);
  const schedules = soc === undefined ? [] : yield* checkSchedules(soc);
  yield await checkAlerts(config);
  yield* checkFalconApi(config, soc);
  yield* config.redis === undefined ? checkLocalLog(config) : checkRedis(config.redis);
  yield* checkWindows(config, schedules);
  yield* checkModel(config);
  if (soc !== undefined) yield* checkLookups(config, soc);
  if (soc !== undefined) yield* checkMcp(soc);
  yield* checkFrontEnd(config, soc, workspace);
}

function summary(config: Config): string {
  const log = config.redis === undefined ? "local log" : "Redis";
  const model = config.llm === undefined ? "baseline" : config.llm.model;
  const slack = config.slack === undefined ? "local workspace" : `Slack (${config.slack.mode})`;
  return `${log}, ${slack}, model ${model}, alerts from ${config.alerts}`;
}

const alertFixes: Readonly<Record<string, string>> = {
  webhook: "Set WEBHOOK_SECRET to what signs each request: 16 characters or more (openssl rand -hex 32).",
  crowdstrike: "Set FALCON_CLIENT_ID and FALCON_CLIENT_SECRET to an API client's with Alerts: read.",
};

function checkAlerts({ alerts, webhookSecret, falcon }: Config): Promise<Check> {
  const [kind = ""] = alerts.split(":");
  const fix =
    alertFixes[kind] ?? "Correct ALERTS=file:PATH: a JSONL file this user can read, one alert a line.";
  return examine("alerts", fix, async () => {
    if (alerts.startsWith("file:")) await access(alerts.slice("file:".length), constants.R_OK);
    if (alerts.startsWith("webhook:") && webhookSecret === undefined)
      throw new HatrackError("config_invalid", `ALERTS=${alerts} without WEBHOOK_SECRET`);
    if (kind === "crowdstrike" && falcon === undefined)
      throw new HatrackError("config_invalid", `ALERTS=${alerts} without FALCON_CLIENT_ID`);
    return alerts;
  });
}

async function* checkFrontEnd(
  { slack, redis }: Config,
  soc: SocFile | undefined,
  workspace: string | undefined,
): AsyncGenerator<Check> {
  const name = "slack";
  if (slack === undefined && workspace === undefined) {
    yield redis === undefined
      ? { name, status: "skipped", found: "no Slack is configured: the local workspace is used" }
      : {
          name,
          status: "warn",
          found: "REDIS_URL is set and no Slack is",
          fix: "Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or start with --local-workspace.",
        };
    return;
  }
  if (soc === undefined) {
    yield { name, status: "skipped", found: "which groups and channels to look for, soc.yaml says" };
    return;
  }
  const local = { botToken: "xoxb-local-doctor", appToken: "xapp-local-doctor" };
  const appToken = slack?.mode === "socket" ? slack.appToken : undefined;
  const tokens = slack === undefined ? local : { botToken: slack.botToken, appToken };
  yield* checkSlack({
    ...tokens,
    soc,
    ...(workspace === undefined ? {} : { slackApiUrl: new URL("/api/", workspace).href }),
  });
}
