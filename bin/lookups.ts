/** The look-ups over the network that soc.yaml gives to roles. Imported only where there are any. */
import { join } from "node:path";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError } from "../src/errors.ts";
import type { ForeignTool, ForeignTools } from "../src/seams/tools.ts";
import type { SocFile } from "../src/soc-schema.ts";
import type { FalconClient } from "../vendors/falcon-client.ts";
import { feodoList } from "../vendors/feodo-list.ts";
import { falconAlerts } from "../vendors/tools/falcon-alerts.ts";
import { falconHost } from "../vendors/tools/falcon-host.ts";
import { feodoTracker } from "../vendors/tools/feodo-tracker.ts";
import type { Config } from "./config.ts";
import { falconLookups } from "./falcon.ts";

export interface LookupDeps {
  readonly diagnostics: Diagnostics;
  /** What of it this role may use alone is made. Default: any. */
  readonly role?: string;
  /** Where abuse.ch's list is asked for, if not there. */
  readonly feodoUrl?: string;
}

type Asked = Pick<Config, "falcon" | "dataDir">;

interface Making extends LookupDeps {
  readonly falcon: FalconClient | undefined;
  readonly dataDir: string;
}

/** By the name that soc.yaml has for it; undefined: what it asks is not configured. */
const makers: Readonly<Record<string, (making: Making) => ForeignTool | undefined>> = {
  falcon_host: ({ falcon: client, diagnostics }) =>
    client && kept(falconHost({ client, diagnostics }), "falcon", client.origin),
  falcon_alerts: ({ falcon: client, diagnostics }) =>
    client && kept(falconAlerts({ client, diagnostics, clock: systemClock }), "falcon", client.origin),
  feodo_tracker: (making) =>
    kept(feodoTracker({ list: feodoOf(making), ...making }), "abuse.ch", "Feodo Tracker"),
};

/** As everybody's look-ups are traced: whose server it was. Its description is ours, and nobody else says anything of it. */
function kept(tool: StructuredToolInterface, server: string, version: string): ForeignTool {
  return { tool, server, version, says: "" };
}

export function feodoOf({
  dataDir,
  diagnostics,
  feodoUrl,
}: Pick<Making, "dataDir" | "diagnostics" | "feodoUrl">) {
  const file = join(dataDir, "lists", "feodo-tracker.json");
  const from = feodoUrl === undefined ? {} : { baseUrl: feodoUrl };
  return feodoList({ clock: systemClock, diagnostics, file, ...from });
}

/** Of Falcon, where it is not configured, a role has none. @throws HatrackError `config_invalid` for a name that is none */
export function openLookups(
  config: Asked,
  { lookups }: Pick<SocFile, "lookups">,
  deps: LookupDeps,
): ForeignTools {
  const unknown = unknownLookups({ lookups })[0];
  if (unknown !== undefined) throw new HatrackError("config_invalid", `soc.yaml: ${unknown}`);
  const wanted = Object.entries(lookups).filter(([role]) => deps.role === undefined || role === deps.role);
  const making = { ...deps, falcon: falconLookups(config), dataDir: config.dataDir };
  const names = new Set(wanted.flatMap(([, each]) => each));
  const tools = new Map([...names].map((name) => [name, makers[name]?.(making)]));
  const of = new Map(wanted.map(([role, each]) => [role, each.flatMap((name) => tools.get(name) ?? [])]));
  const none: readonly ForeignTool[] = [];
  return { of: (role) => of.get(role) ?? none };
}

/** In words, for whoever mends soc.yaml. */
export function unknownLookups({ lookups }: Pick<SocFile, "lookups">): string[] {
  const known = Object.keys(makers);
  return Object.entries(lookups).flatMap(([role, names]) =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => `lookups.${role}: there is no look-up ${name}; expected of ${known.join(", ")}`),
  );
}
