import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { checkSlack } from "../../slack/check-up.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import { loadRoles } from "../../src/load-roles.ts";
import { loadOrganisation, type Organisation } from "../assemble.ts";
import type { Config } from "../config.ts";
import { localLog, openBus } from "../open-bus.ts";
import { examine, type Check } from "../../src/check.ts";
import { checkModel } from "./model.ts";
import { checkRedis } from "./redis.ts";

/** Every check, in the order in which a set-up depends on them; each is yielded as soon as it is known. */
export async function* checkUp(readConfig: () => Config | HatrackError): AsyncGenerator<Check> {
  yield { name: "node", status: "ok", found: process.version };
  const config = readConfig();
  if (config instanceof HatrackError) {
    const fix = "Set the variable as the message says, or leave it out for the embedded default.";
    yield { name: "configuration", status: "fail", found: config.message, fix };
    return;
  }
  yield { name: "configuration", status: "ok", found: summary(config) };
  let organisation: Organisation | undefined;
  yield await examine(
    "soc.yaml",
    "Correct the line it names; the soc.yaml that comes with hatrack is a whole one.",
    async () => {
      organisation = await loadOrganisation(config);
      const { soc } = organisation;
      return `${soc.policy.rules.length} policy rules, ${Object.keys(soc.onCall).length} on-call roles`;
    },
  );
  yield await examine(
    "roles",
    "Correct the role's file as the message says.",
    async () => `${(await loadRoles()).length} roles load`,
  );
  yield* config.redis === undefined ? checkLocalLog(config) : checkRedis(config.redis);
  yield* checkModel(config);
  if (config.slack === undefined) {
    yield { name: "slack", status: "skipped", found: "no Slack is configured: the local workspace is used" };
  } else if (organisation !== undefined) {
    const { botToken } = config.slack;
    const appToken = config.slack.mode === "socket" ? config.slack.appToken : undefined;
    yield* checkSlack({ botToken, appToken, soc: organisation.soc });
  }
}

function summary(config: Config): string {
  const log = config.redis === undefined ? "local log" : "Redis";
  const model = config.llm === undefined ? "baseline" : config.llm.model;
  const slack = config.slack === undefined ? "local workspace" : `Slack (${config.slack.mode})`;
  return `${log}, ${slack}, model ${model}, alerts from ${config.alerts}`;
}

async function* checkLocalLog(config: Config): AsyncGenerator<Check> {
  const folder = await examine(
    "data folder",
    `Make ${config.dataDir} writable for this user, or set HATRACK_DIR.`,
    async () => {
      await mkdir(config.dataDir, { recursive: true });
      await access(config.dataDir, constants.R_OK | constants.W_OK);
      return config.dataDir;
    },
  );
  yield folder;
  if (folder.status !== "ok") return;
  try {
    const bus = await openBus(config, "readOnly");
    const groups = await bus.groups().finally(() => bus.close());
    yield { name: "log", status: "ok", found: `${localLog(config)}, ${groups.length} groups` };
  } catch (error) {
    if (error instanceof HatrackError && error.code === "log_missing") {
      yield { name: "log", status: "ok", found: "none yet; the first start makes it" };
      return;
    }
    const fix = `Move ${localLog(config)} aside and start again, or restore it from a copy.`;
    yield { name: "log", status: "fail", found: reasonOf(error), fix };
  }
}
