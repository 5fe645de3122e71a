import { join } from "node:path";
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError } from "../src/errors.ts";
import type { AlertSource } from "../src/seams/alert-source.ts";
import { fileSource } from "../vendors/file-source.ts";
import { webhookSource, type WebhookSource } from "../vendors/webhook-source.ts";
import { alertSources, type Config } from "./config.ts";
import { home } from "./reference.ts";

/** "max", or how many times faster than the usual pace. */
export type Pace = number | "max";

/** Between two alerts of a file or of the samples at pace 1, so that a person can follow. Milliseconds. */
const usualPaceMs = 6_000;

/** The source that ALERTS or --alerts names. */
export async function alertSource(
  config: Config,
  pace: Pace,
  on: { readonly bus: Bus; readonly diagnostics: Diagnostics },
): Promise<AlertSource | WebhookSource> {
  const { alerts } = config;
  if (alerts.startsWith("crowdstrike:")) return (await import("./falcon.ts")).falconAlerts(config, on);
  const intervalMs = pace === "max" ? 0 : Math.round(usualPaceMs / pace);
  if (alerts === "sample") return fileSource({ path: join(home, "fixtures/alerts.jsonl"), intervalMs });
  if (alerts === "-") return fileSource({ path: "-", intervalMs: 0 });
  if (alerts.startsWith("file:")) return fileSource({ path: alerts.slice("file:".length), intervalMs });
  if (alerts.startsWith("webhook:")) {
    const port = Number(alerts.slice("webhook:".length) || "0");
    if (config.webhookSecret === undefined) {
      throw new HatrackError(
        "config_invalid",
        `ALERTS=${alerts} without WEBHOOK_SECRET: expected the shared secret that signs each request, 16 characters or more`,
      );
    }
    return webhookSource({ port, secret: config.webhookSecret });
  }
  throw new HatrackError("config_invalid", `alerts "${alerts}": ${alertSources}`);
}

/** Where a source that is sent its alerts is to be sent them. */
export function sayWhere(source: AlertSource | WebhookSource, diagnostics: Diagnostics): void {
  if (!("listening" in source)) return;
  source.listening.then(
    (url) => {
      diagnostics.info({ url }, `alerts are taken at ${url}, signed with WEBHOOK_SECRET`);
    },
    // Why it does not listen, consuming it says.
    () => undefined,
  );
}
