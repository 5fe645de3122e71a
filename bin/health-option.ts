import { HatrackError } from "../src/errors.ts";
import { textOption, type Values } from "./command.ts";
import { addressOf, metricsPorts, type Config } from "./config.ts";

/** What every process that goes on takes. */
export const metricsOption = { metrics: { type: "string" } } as const;
export const metricsHelp =
  "--metrics PORT  serve /healthz, /readyz and /metrics there (default: HATRACK_METRICS_PORT, else nowhere)";

/** @throws HatrackError `usage` */
export function withMetrics(config: Config, values: Values): Config {
  const text = textOption(values, "metrics");
  if (text === undefined) return config;
  const metrics = addressOf(text);
  if (metrics === undefined) throw new HatrackError("usage", `--metrics ${text}: ${metricsPorts}`);
  return { ...config, metrics };
}
