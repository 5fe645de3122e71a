import { constants, existsSync } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bus } from "../src/bus/bus.ts";
import type { BusObserver } from "../src/bus/observer.ts";
import type { RedisBus } from "../src/bus/redis-bus.ts";
import { silent, type Diagnostics } from "../src/diagnostics.ts";
import { recordWatch } from "../src/gate/record-watch.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import { canaryRole } from "../src/canary/runner.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { shippedRoles } from "../src/load-roles.ts";
import { logAudit } from "./audit/group.ts";
import { textOption, type Invocation } from "./command.ts";
import type { Config } from "./config.ts";
import { openLogFile } from "./log-file.ts";
import { keysToRead } from "./keys.ts";

/** Consumer groups that are created with the log, whichever process comes first. */
export const shippedGroups: readonly string[] = [
  ...shippedRoles,
  recordWatch,
  "slack-gate",
  "slack-direct",
  "slack-case",
  logAudit,
  canaryRole,
];

/** The file of the local bus. */
export function localLog(config: Config): string {
  return join(config.dataDir, "hatrack.db");
}

/** Where what is trimmed from Redis lies; processes on several hosts share the folder. */
export function archiveFolder(config: Config): string {
  return join(config.dataDir, "archive");
}

/** @throws HatrackError `data_dir_unusable` */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new HatrackError(
      "data_dir_unusable",
      `${dataDir}: expected a folder this user may write to, for the log and the workspace (${reasonOf(cause)}); ` +
        "--data DIR or HATRACK_DIR names another",
      { cause },
    );
  }
}

/** The configured bus, open: Redis, or the local bus's one file. `readOnly` never takes the writer's lock. */
export async function openBus(
  config: Config,
  mode: "write" | "readOnly",
  diagnostics: Diagnostics = silent,
): Promise<Bus> {
  const bus = await makeBus(config, mode, { diagnostics });
  await bus.open(mode === "write" ? shippedGroups : []);
  return bus;
}

interface Watchers {
  readonly diagnostics: Diagnostics;
  readonly observer?: BusObserver;
  /** Takes secrets out of what a handler threw. */
  readonly clean?: (text: string) => string;
}

/** As `openBus` to write, with somebody who watches what is done on it. */
export async function openWatchedBus(config: Config, watchers: Watchers): Promise<Bus> {
  const bus = await makeBus(config, "write", watchers);
  await bus.open(shippedGroups);
  return bus;
}

/**
 * The log on Redis, for what only a log on Redis has.
 * @throws HatrackError `redis_only`
 */
export async function openRedis(config: Config, diagnostics: Diagnostics): Promise<RedisBus> {
  if (config.redis === undefined) {
    const message =
      "REDIS_URL is not set: the local log is one file that is never trimmed; back it up with your files";
    throw new HatrackError("redis_only", message);
  }
  const { RedisBus } = await import("../src/bus/redis-bus.ts");
  const bus = new RedisBus({ ...config.redis, archive: archiveFolder(config), diagnostics });
  await bus.open([]);
  return bus;
}

async function makeBus(config: Config, mode: "write" | "readOnly", watchers: Watchers): Promise<Bus> {
  if (config.redis !== undefined) {
    const { RedisBus } = await import("../src/bus/redis-bus.ts");
    const archive = archiveFolder(config);
    return new RedisBus({ ...config.redis, archive, readOnly: mode === "readOnly", ...watchers });
  }
  const { LocalBus } = await import("../src/bus/local-bus.ts");
  const file = localLog(config);
  if (mode === "write") await makeDataDir(config.dataDir);
  else if (!existsSync(file)) {
    throw new HatrackError(
      "log_missing",
      `${file}: there is no log yet; "hatrack start" makes it, HATRACK_DIR names another folder, --log FILE an export`,
    );
  }
  return new LocalBus({ file, readOnly: mode === "readOnly", ...watchers });
}

/** Opens for reading, runs, and closes whatever happens. What is not signed as it must be is not there. */
export async function withBus<T>(config: Config, work: (bus: Bus) => Promise<T>): Promise<T> {
  const keys = await keysToRead(config);
  return withWholeBus(config, (bus) => work(keys === undefined ? bus : new TrustedBus(bus, keys)));
}

/** What every reading command takes. */
export const logOption = { log: { type: "string" } } as const;
export const logHelp = "--log FILE  read this export (hatrack audit export) instead of the configured log";

/**
 * The log a reading command is about: the configured one, or the export that --log names.
 * @param what "whole": also what is not signed as it must be, for the audit
 */
export async function withReadableBus<T>(
  { values, config }: Pick<Invocation, "values" | "config">,
  work: (bus: Bus) => Promise<T>,
  what: "trusted" | "whole" = "trusted",
): Promise<T> {
  const file = textOption(values, "log");
  if (file === undefined) return what === "whole" ? withWholeBus(config(), work) : withBus(config(), work);
  // Keys made in the data folder belong to the log there; an export may be of any other.
  const named = what === "trusted" && config().keysDir !== undefined;
  const keys = named ? await keysToRead(config()) : undefined;
  const bus = await openLogFile(file);
  try {
    return await work(keys === undefined ? bus : new TrustedBus(bus, keys));
  } finally {
    await bus.close();
  }
}

/** As `withBus`, with everything that was ever appended: for the audit. */
export async function withWholeBus<T>(config: Config, work: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await openBus(config, "readOnly");
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}
