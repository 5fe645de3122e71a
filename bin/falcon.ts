/** Falcon as it is configured: a signed-in client for its alerts, and one for what roles look up meanwhile. */
import { systemClock } from "../src/clock.ts";
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError } from "../src/errors.ts";
import type { AlertSource } from "../src/seams/alert-source.ts";
import { FalconClient } from "../vendors/falcon-client.ts";
import { falconLog } from "../vendors/falcon-log.ts";
import { falconSource } from "../vendors/falcon-source.ts";
import type { Config } from "./config.ts";

/** undefined: no Falcon is configured. */
export function falconClient({ falcon }: Pick<Config, "falcon">): FalconClient | undefined {
  return falcon && new FalconClient({ ...falcon, clock: systemClock });
}

/** A role waits for the answer: what takes longer than this is told to it as such. */
export function falconLookups({ falcon }: Pick<Config, "falcon">): FalconClient | undefined {
  const http = { timeoutMs: 10_000, tries: 2, maxWaitMs: 5_000, maxBytes: 8_000_000 };
  return falcon && new FalconClient({ ...falcon, clock: systemClock, http });
}

/** "crowdstrike:" or "crowdstrike:24h", which says how far back a new log begins. */
export function falconAlerts(
  config: Pick<Config, "falcon" | "alerts">,
  { bus, diagnostics }: { readonly bus: Bus; readonly diagnostics: Diagnostics },
): AlertSource {
  const client = falconClient(config);
  if (client === undefined) {
    const message = `ALERTS=${config.alerts} without FALCON_CLIENT_ID and FALCON_CLIENT_SECRET: expected an API client with the scope Alerts: read`;
    throw new HatrackError("config_invalid", message);
  }
  const lookBackMs = lookBackOf(config.alerts);
  return falconSource({
    ...{ client, clock: systemClock, diagnostics, ...falconLog(bus, systemClock) },
    ...(lookBackMs === undefined ? {} : { lookBackMs }),
  });
}

const hourMs = 3_600_000;

function lookBackOf(alerts: string): number | undefined {
  const [, count, unit] = /^crowdstrike:(\d+)([hd])$/.exec(alerts) ?? [];
  return count === undefined ? undefined : Number(count) * (unit === "d" ? 24 * hourMs : hourMs);
}
