/** Falcon as it is configured: one signed-in client for what asks it. */
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
