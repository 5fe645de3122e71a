import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import { isoTime, type Clock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { falconAlert } from "../falcon-alert.ts";
import { alertsById, newestOf } from "../falcon-alerts.ts";
import { isPlainName } from "../falcon-hosts.ts";
import { cutText, withinBytes } from "../fit.ts";
import { askProduct, falconAsking } from "./ask-product.ts";
import { deviceId, type FalconTool } from "./falcon-host.ts";

const dayMs = 86_400_000;
/** Alerts shown, and bytes of JSON they may have; the count of all is given. */
const maxShown = 15;
const shownBytes = 7_000;

const Input = z
  .object({
    alertId: z
      .string()
      .regex(/^[\w:.-]{1,512}$/)
      .optional()
      .describe("one alert, by its composite id"),
    deviceId: deviceId.optional(),
    hostname: z.string().min(1).max(255).optional(),
    days: z.number().positive().max(90).default(14).describe("how far back from now, in days"),
  })
  .refine(
    ({ alertId, deviceId: id, hostname }) =>
      [alertId, id, hostname].filter((each) => each !== undefined).length === 1,
    "expected one of alertId, deviceId, hostname",
  );

/**
 * Alerts that Falcon has, also those that hatrack never took. How people worked on them and closed them is left out: who
 * read it would be told its own answer.
 */
export function falconAlerts(deps: FalconTool & { readonly clock: Clock }): StructuredToolInterface {
  const { client, clock, diagnostics } = deps;
  return defineTool({
    name: "falcon_alerts",
    description:
      "Look up alerts in CrowdStrike Falcon: one by its id, or the newest of a host within some days, also such as hatrack was never given. An alert is a detection, not a verdict; none found says nothing of the host.",
    input: Input,
    maxBytes: 8_000,
    run: async ({ alertId, deviceId: id, hostname, days }, { signal }) => {
      if (hostname !== undefined && !isPlainName(hostname))
        throw new ToolError("not_found", "no alerts can be looked up by that name of a host");
      const field = id === undefined ? `device.hostname:'${hostname ?? ""}'` : `device.device_id:'${id}'`;
      const since = `created_timestamp:>='${isoTime(clock.now() - days * dayMs)}'`;
      const asking = falconAsking("Alerts: read", { diagnostics, ...(signal && { signal }) });
      const { ids, total } = await askProduct(asking, () =>
        alertId === undefined
          ? newestOf(client, { filter: `${field}+${since}`, most: maxShown, signal })
          : Promise.resolve({ ids: [alertId], total: 1 }),
      );
      const found = await askProduct(asking, () => alertsById(client, ids, signal));
      if (alertId !== undefined && found.alerts.length === 0)
        throw new ToolError("not_found", "Falcon has no alert of that id, or does not show it");
      return {
        total,
        alerts: withinBytes(
          found.alerts.flatMap(([, raw]) => show(raw)),
          shownBytes,
        ),
      };
    },
  });
}

/** As hatrack reads it, short; `caseId` is the case it is or would be. One that does not read is left out. */
function show(raw: object): object[] {
  try {
    const { caseId, sourceId, title, time, severity, techniques, ...rest } = falconAlert(raw);
    const { host, user, disposition, process, indicators, rule } = rest;
    return [
      {
        ...{ alertId: sourceId, caseId, time, title: cutText(title, 200), rule: cutText(rule.name, 200) },
        ...{ severity, techniques, host: host?.name, user: user?.name, disposition },
        commandLine: process?.commandLine && cutText(process.commandLine, 400),
        indicators: indicators.slice(0, 8).map(({ type, value }) => `${type} ${cutText(value, 200)}`),
      },
    ];
  } catch (error) {
    if (error instanceof HatrackError && error.code === "alert_invalid") return [];
    throw error;
  }
}
