import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Bus } from "../../src/bus/bus.ts";
import { canaryAlert, canaryMinutes } from "../../src/canary/canary.ts";
import { systemClock } from "../../src/clock.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import { Watch, type Outages, type WatchOptions } from "../../src/watch/watch.ts";
import { loadSchedules } from "../../schedules/load-schedules.ts";
import { lastFiring } from "../../schedules/match.ts";
import { slackConfig } from "../../slack/config.ts";
import { announceByWebhook, announceInSlack } from "../../slack/watch-post.ts";
import { loadOrganisation } from "../assemble.ts";
import { textOption, type Command, type Invocation } from "../command.ts";
import type { Config } from "../config.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { untilTerminated } from "../lifetime.ts";
import { makeDataDir, openBus } from "../open-bus.ts";

export const command: Command = {
  usage: "watch [--workspace URL]",
  help: `Reads the log by itself and says in the operations channel when nothing comes through: a canary that missed its
time, alerts that wait with no verdict for longer than usual, a log that does not answer. Once when it begins, once when
it is over. It depends on nothing it watches: run it on another machine, or at least as a service of its own.

  --workspace URL  a local workspace, instead of Slack

Says it by SLACK_BOT_TOKEN and a client of its own, or by WATCH_WEBHOOK_URL, an incoming webhook of that channel. What is
out is kept in DATA/watch.json, so that a restart does not say it twice.`,
  takes: 0,
  options: { workspace: { type: "string" } },
  run: async (invocation) => {
    const config = invocation.config();
    const diagnostics = makeDiagnostics(config);
    const { soc } = await loadOrganisation(config);
    const announce = announceFor(invocation, config, { soc, diagnostics });
    await makeDataDir(config.dataDir);
    const life = untilTerminated(diagnostics);
    const log = reopened(config, diagnostics);
    try {
      const canaryDue = await canaryDueOf(soc);
      const kept = keptIn(join(config.dataDir, "watch.json"), diagnostics);
      const watch = new Watch({ bus: log.open, clock: systemClock, announce, kept, canaryDue });
      diagnostics.info({}, "the watch is at work");
      while (!life.signal.aborted) {
        await watch.look().catch((error: unknown) => {
          diagnostics.error({ error: reasonOf(error) }, "watch: not said yet; trying again");
        });
        await sleep(lookMs, undefined, { signal: life.signal }).catch(() => undefined);
      }
    } finally {
      await log.close();
      life.release();
    }
    return 0;
  },
};

const lookMs = 5_000;

function announceFor(
  { values }: Invocation,
  config: Config,
  { soc, diagnostics }: { readonly soc: SocFile; readonly diagnostics: Diagnostics },
): WatchOptions["announce"] {
  const url = textOption(values, "workspace");
  if (url !== undefined && !URL.canParse(url)) {
    throw new HatrackError("usage", `--workspace ${url}: expected a URL such as http://127.0.0.1:4100`);
  }
  if (url === undefined && config.watchWebhook !== undefined) return announceByWebhook(config.watchWebhook);
  const place = { channel: slackConfig(soc).opsChannel, diagnostics };
  if (url !== undefined) return announceInSlack({ kind: "local", url }, place);
  if (config.slack !== undefined) {
    return announceInSlack({ kind: "slack", credentials: config.slack }, place);
  }
  throw new HatrackError(
    "config_invalid",
    "watch: nobody would hear it; expected WATCH_WEBHOOK_URL=https://hooks.slack.com/services/…, or SLACK_BOT_TOKEN with SLACK_APP_TOKEN, or --workspace URL",
  );
}

/** The log may be out when the watch starts, and later: it is opened when it can be. */
function reopened(
  config: Config,
  diagnostics: Diagnostics,
): { open: () => Promise<Bus>; close(): Promise<void> } {
  let opening: Promise<Bus> | undefined;
  return {
    open: () => {
      opening ??= openBus(config, "readOnly", diagnostics);
      opening.catch(() => (opening = undefined));
      return opening;
    },
    close: async () => {
      await (await opening?.catch(() => undefined))?.close().catch(() => undefined);
    },
  };
}

/** A minute more than it has: who says that it came through needs a moment. */
const graceMs = 60_000;

async function canaryDueOf(soc: SocFile): Promise<WatchOptions["canaryDue"]> {
  const schedule = (await loadSchedules(soc.schedules)).find(({ role }) => role === "canary");
  if (schedule === undefined) return () => undefined;
  const takes = canaryMinutes * 60_000;
  return (now) => {
    const firing = lastFiring(schedule, now - takes - graceMs);
    if (firing === undefined) return undefined;
    const { caseId } = canaryAlert(firing.local, new Date(firing.at).toISOString());
    return { canaryId: caseId, due: firing.at + takes };
  };
}

const Outage = z.strictObject({ since: z.iso.datetime(), said: z.boolean() });
const Kept = z.strictObject({ log: Outage, silence: Outage, canary: Outage }).partial();

/** What cannot be kept is said again after a restart; a watch that is silent for it would be worse. */
export function keptIn(file: string, diagnostics: Diagnostics): WatchOptions["kept"] {
  const forgets = (what: string, error: unknown): void => {
    diagnostics.error({ file }, `watch: ${what}, so an outage may be announced twice: ${reasonOf(error)}`);
  };
  return {
    read: async () => {
      try {
        const { log, silence, canary } = Kept.parse(JSON.parse(await readFile(file, "utf8")));
        return {
          ...(log === undefined ? {} : { log }),
          ...(silence === undefined ? {} : { silence }),
          ...(canary === undefined ? {} : { canary }),
        };
      } catch (error) {
        const isNew = error instanceof Error && "code" in error && error.code === "ENOENT";
        if (!isNew) forgets("what was announced cannot be read", error);
        return {};
      }
    },
    write: async (outages: Outages) => {
      try {
        await writeFile(`${file}.new`, JSON.stringify(outages), { mode: 0o600, flush: true });
        await rename(`${file}.new`, file);
      } catch (error) {
        forgets("what was announced cannot be kept", error);
      }
    },
  };
}
