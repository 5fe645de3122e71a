import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { HatrackError } from "../../src/errors.ts";
import { flag, textOption, textOptions, type Command, type Invocation, type Values } from "../command.ts";
import { alertSources, isAlertSource, type Config } from "../config.ts";
import { readControl } from "../control-client.ts";
import { untilTerminated } from "../lifetime.ts";
import { makeDataDir } from "../open-bus.ts";
import { metricsHelp, metricsOption, withMetrics } from "../health-option.ts";
import { portOf } from "../port.ts";
import { openDiagnostics } from "../redaction.ts";
import type { Pace } from "../sources.ts";
import { runSoc, type RunningSoc, type SocOptions } from "../soc.ts";
import { WatchBeside } from "../watch-beside.ts";

export const command: Command = {
  usage:
    "start [--port N] [--dashboard-port N] [--data DIR] [--alerts SOURCE] [--speed N|max] [--local-workspace] [--workspace URL] [--role FILE]… [--shadow] [--no-watch] [--metrics PORT] [--no-open]",
  help: `Runs the whole SOC on this machine and prints "ready URL#TOKEN" when it serves.

  --port N            port of the local workspace's page (default: any free one)
  --dashboard-port N  port of the dashboard (default: any free one)
  --data DIR          where the log and the workspace are kept (default: data)
  --alerts SOURCE     sample | crowdstrike: | file:PATH | webhook:PORT | - (stdin); default: sample, or ALERTS
  --speed N|max       how fast the sample and file alerts come: N times the usual pace, or all at once
  --local-workspace   the local workspace with REDIS_URL set; its decisions are marked as local
  --workspace URL     a local workspace that is running already (node slack/workspace/main.ts), left as it is at the end
  --role FILE         a role of your own beside the shipped ones; may be given more than once
  --shadow            live alerts and all roles, and nothing is shown to anybody: no message, mention, page or card;
                      "hatrack replay --shadow" then scores them against the closing tags
  --no-watch          do not start "hatrack watch" beside it: another one watches this log
  --no-open           do not open a browser
  ${metricsHelp}

Each embedded default is replaced by one variable: REDIS_URL, SLACK_BOT_TOKEN with SLACK_APP_TOKEN or
SLACK_SIGNING_SECRET, LLM_BASE_URL with LLM_MODEL, ALERTS. "hatrack doctor" checks them.`,
  takes: 0,
  options: {
    port: { type: "string" },
    "dashboard-port": { type: "string" },
    data: { type: "string" },
    alerts: { type: "string" },
    speed: { type: "string" },
    "local-workspace": { type: "boolean" },
    workspace: { type: "string" },
    role: { type: "string", multiple: true },
    shadow: { type: "boolean" },
    "no-watch": { type: "boolean" },
    "no-open": { type: "boolean" },
    ...metricsOption,
  },
  run: async (invocation) => {
    const config = configured(invocation);
    const options = optionsOf(invocation, config);
    await makeDataDir(config.dataDir);
    const diagnostics = await openDiagnostics(config);
    const life = untilTerminated(diagnostics);
    try {
      await serve(invocation, { ...options, diagnostics, signal: life.signal }, life.ended);
    } finally {
      life.release();
    }
    return 0;
  },
};

/** Until the end is asked for, or a role stops for good. */
async function serve(
  { values, print }: Invocation,
  options: SocOptions,
  ended: Promise<void>,
): Promise<void> {
  const soc = await runSoc(options).catch((error: unknown) => explained(error, options.config));
  let watch: WatchBeside | undefined;
  try {
    if (!options.signal.aborted) {
      watch = watchFor(values, options, soc);
      print(soc.page === undefined ? "ready" : `ready ${soc.page}`);
      if (soc.page !== undefined && !flag(values, "no-open") && process.stdout.isTTY) open(soc.page);
    }
    await Promise.race([ended, soc.failed]);
    watch?.letGo();
  } finally {
    await soc.close();
    await watch?.close();
  }
}

/** In shadow nothing is said to anybody. */
function watchFor(
  values: Values,
  { config, workspace, diagnostics }: SocOptions,
  { page }: RunningSoc,
): WatchBeside | undefined {
  if (flag(values, "no-watch") || workspace === "shadow") return undefined;
  const url = typeof workspace === "object" ? workspace.url : page?.split("/#")[0];
  return new WatchBeside({ dataDir: config.dataDir, workspace: url, diagnostics });
}

/** Two on one data folder: says which process has it, where that can be known. */
async function explained(error: unknown, config: Config): Promise<never> {
  if (!(error instanceof HatrackError) || error.code !== "log_locked") throw error;
  const running = await readControl(config.dataDir);
  const who =
    running === undefined
      ? "another process"
      : `hatrack start runs here already (process ${running.pid}), and`;
  const message = `${config.dataDir}: ${who} writes to this log; stop it, or take another folder with --data DIR`;
  throw new HatrackError("log_locked", message, { cause: error });
}

function configured({ values, config }: Invocation): Config {
  const alerts = textOption(values, "alerts");
  if (alerts !== undefined && !isAlertSource(alerts)) {
    throw new HatrackError("usage", `--alerts ${alerts}: ${alertSources}`);
  }
  const base = withMetrics(config(), values);
  const dataDir = textOption(values, "data");
  return {
    ...base,
    ...(dataDir === undefined ? {} : { dataDir: resolve(dataDir) }),
    alerts: alerts ?? base.alerts,
  };
}

function optionsOf(
  { values }: Invocation,
  config: Config,
): Pick<SocOptions, "config" | "port" | "dashboardPort" | "pace" | "workspace" | "ownRoles"> {
  const workspace = flag(values, "shadow") ? shadowOnly(values) : workspaceOf(values, config);
  const ownRoles = textOptions(values, "role");
  const pace = paceOf(textOption(values, "speed"));
  const port = portOf("--port", textOption(values, "port"));
  const dashboardPort = portOf("--dashboard-port", textOption(values, "dashboard-port"));
  return { config, port, dashboardPort, pace, workspace, ownRoles };
}

function shadowOnly(values: Values): "shadow" {
  if (!flag(values, "local-workspace") && textOption(values, "workspace") === undefined) return "shadow";
  const message = "--shadow with a workspace: expected one of them, in shadow nothing is posted";
  throw new HatrackError("usage", message);
}

/** The local workspace serves the local log; on Redis it must be asked for by name. */
function workspaceOf(values: Values, config: Config): SocOptions["workspace"] {
  const url = textOption(values, "workspace");
  const wanted = flag(values, "local-workspace") || url !== undefined;
  if (wanted && config.slack !== undefined) {
    throw new HatrackError(
      "usage",
      "a local workspace with SLACK_BOT_TOKEN set: expected one workspace or the other",
    );
  }
  if (url !== undefined && !URL.canParse(url)) {
    throw new HatrackError("usage", `--workspace ${url}: expected a URL such as http://127.0.0.1:4100`);
  }
  if (config.slack !== undefined) return "slack";
  if (config.redis === undefined || wanted) return url === undefined ? "embedded" : { url };
  throw new HatrackError(
    "config_invalid",
    "REDIS_URL is set without Slack: expected SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or --local-workspace to say that " +
      "decisions of the local workspace may enter this log",
  );
}

function paceOf(speed: string | undefined): Pace {
  if (speed === "max") return "max";
  const factor = Number(speed ?? 1);
  if (Number.isFinite(factor) && factor > 0) return factor;
  throw new HatrackError("usage", `--speed ${speed ?? ""}: expected a number above 0, such as 2, or "max"`);
}

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** A person at a terminal wants to see it; where there is no browser the printed line is enough. */
function open(url: string): void {
  const [program, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
