import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnose } from "../src/bus/diagnostics.ts";
import { silent, type Diagnostics } from "../src/diagnostics.ts";
import { recordWatch } from "../src/gate/record-watch.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import { shippedRoles } from "../src/load-roles.ts";
import type { Config } from "./config.ts";
import { keysToRead } from "./keys.ts";

/** Consumer groups that are created with the log, whichever process comes first. */
export const shippedGroups: readonly string[] = [...shippedRoles, recordWatch, "slack-gate", "slack-case"];

/** The file of the local bus. */
export function localLog(config: Config): string {
  return join(config.dataDir, "hatrack.db");
}

/** The configured bus, open: Redis, or the local bus's one file. `readOnly` never takes the writer's lock. */
export async function openBus(
  config: Config,
  mode: "write" | "readOnly",
  diagnostics: Diagnostics = silent,
): Promise<Bus> {
  const bus = await makeBus(config, mode, (level, message, details) => {
    diagnostics[level](details, message);
  });
  await bus.open(mode === "write" ? shippedGroups : []);
  return bus;
}

async function makeBus(config: Config, mode: "write" | "readOnly", diagnose: Diagnose): Promise<Bus> {
  if (config.redis !== undefined) {
    const { RedisBus } = await import("../src/bus/redis-bus.ts");
    return new RedisBus({ ...config.redis, diagnose });
  }
  const { LocalBus } = await import("../src/bus/local-bus.ts");
  if (mode === "write") await mkdir(config.dataDir, { recursive: true });
  return new LocalBus({ file: localLog(config), readOnly: mode === "readOnly", diagnose });
}

/** Opens for reading, runs, and closes whatever happens. What is not signed as it must be is not there. */
export async function withBus<T>(config: Config, work: (bus: Bus) => Promise<T>): Promise<T> {
  const keys = await keysToRead(config);
  return withWholeBus(config, (bus) => work(keys === undefined ? bus : new TrustedBus(bus, keys)));
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
