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
import { loadSoc } from "../assemble.ts";
import { flag, textOption, type Command, type Invocation } from "../command.ts";
import type { Config } from "../config.ts";
import { readControl } from "../control-client.ts";
import { Pulse } from "../health-pulse.ts";
import { Systemd } from "../health-systemd.ts";
import { untilTerminated } from "../lifetime.ts";
import { makeDataDir, openBus } from "../open-bus.ts";
import { openDiagnostics } from "../redaction.ts";
import { tetherOf } from "../watch-beside.ts";

export const command: Command = {
  usage: "watch [--workspace URL] [--beside-start]",
  help: `Reads the log by itself and says in the operations channel when nothing comes through: a canary that missed its
time, alerts that wait with no verdict for longer than usual, a log that does not answer. Once when it begins, once when
it is over. It depends on nothing it watches: "hatrack start" runs one beside itself; in production run it on another
machine, or at least as a service of its own.

  --workspace URL  a local workspace, instead of Slack
  --beside-start   as "hatrack start" runs it: it says when that dies, and ends with it

Says it by SLACK_BOT_TOKEN and a client of its own, or by WATCH_WEBHOOK_URL, an incoming webhook of that channel. What is
out is kept in DATA/watch.json, so that a restart does not say it twice.`,
  takes: 0,
  options: { workspace: { type: "string" }, "beside-start": { type: "boolean" } },
  run: async (invocation) => {
    const config = invocation.config();
    const diagnostics = await openDiagnostics(config);
    const soc = await loadSoc(config);
    const announce = announceFor(invocation, config, { soc, diagnostics });
    await makeDataDir(config.dataDir);
    const life = untilTerminated(diagnostics);
    const tether = flag(invocation.values, "beside-start") ? tetherOf(process.stdin) : undefined;
    const log = reopened(config, diagnostics);
    const systemd = new Systemd({ pulse, diagnostics });
    try {
      const canaryDue = await canaryDueOf(soc);
      const kept = keptIn(join(config.dataDir, "watch.json"), diagnostics);
      const ended = tether && { ended: () => (tether.torn() ? died : undefined) };
      const watch = new Watch({ bus: log.open, clock: systemClock, announce, kept, canaryDue, ...ended });
      diagnostics.info({ pid: process.pid }, "the watch is at work");
      await systemd.ready();
      await watching(watch, diagnostics, AbortSignal.any([life.signal, ...(tether ? [tether.ended] : [])]));
      if (tether?.torn() === true) await lastWords(watch, diagnostics, triesFor(invocation, config));
      await systemd.stopping();
    } finally {
      systemd.close();
      await log.close();
      life.release();
    }
    return 0;
  },
};

const died =
  "The process that runs the whole SOC has ended without being asked to. What is on the log waits until it is started again.";

const pulse = new Pulse();

async function watching(watch: Watch, diagnostics: Diagnostics, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    pulse.beat("watch");
    await watch.look().catch((error: unknown) => {
      diagnostics.error({ error: reasonOf(error) }, "watch: not said yet; trying again");
    });
    pulse.rest("watch");
    await sleep(lookMs, undefined, { signal: until }).catch(() => undefined);
  }
}

/** Where it is said, how often that is tried, and whose start it was. */
interface LastWords {
  readonly tries: number;
  readonly dataDir: string;
}

/** A local workspace is mostly part of what died; Slack may be away for a while. */
function triesFor({ values }: Invocation, { dataDir }: Config): LastWords {
  return { dataDir, tries: textOption(values, "workspace") === undefined ? (10 * 60_000) / lookMs : 1 };
}

/** What it was tied to has died. One that was started again since has a watch of its own, which says that. */
async function lastWords(
  watch: Watch,
  diagnostics: Diagnostics,
  { tries, dataDir }: LastWords,
): Promise<void> {
  for (let tried = 0; tried < tries; tried += 1) {
    if (tried > 0) await sleep(lookMs);
    if ((await readControl(dataDir)) !== undefined) return;
    try {
      await watch.look();
      return;
    } catch (error) {
      diagnostics.error({ error: reasonOf(error) }, "watch: that hatrack start has died is not said");
    }
  }
}

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
const Kept = z.strictObject({ start: Outage, log: Outage, silence: Outage, canary: Outage }).partial();

/** What cannot be kept is said again after a restart; a watch that is silent for it would be worse. */
export function keptIn(file: string, diagnostics: Diagnostics): WatchOptions["kept"] {
  const forgets = (what: string, error: unknown): void => {
    diagnostics.error({ file }, `watch: ${what}, so an outage may be announced twice: ${reasonOf(error)}`);
  };
  return {
    read: async () => {
      try {
        const kept = Kept.parse(JSON.parse(await readFile(file, "utf8")));
        return Object.fromEntries(Object.entries(kept).filter(([, outage]) => outage !== undefined));
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
