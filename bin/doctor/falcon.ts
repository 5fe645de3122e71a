import { systemClock } from "../../src/clock.ts";
import type { Check } from "../../src/check.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import type { FalconUse } from "../../vendors/falcon-check.ts";
import type { Config } from "../config.ts";

/** Falcon, where it is configured, and what it is asked for as it is set up. */
export async function* checkFalconApi(config: Config, soc: SocFile | undefined): AsyncGenerator<Check> {
  const { falconClient } = await import("../falcon.ts");
  const client = falconClient(config);
  if (client === undefined) return;
  const uses = usesOf(config, soc);
  if (uses.length === 0) {
    const found = "it is configured, and nothing asks it: ALERTS=crowdstrike: does, and lookups of soc.yaml";
    yield { name: "falcon", status: "skipped", found };
    return;
  }
  const { checkFalcon } = await import("../../vendors/falcon-check.ts");
  yield* checkFalcon({ client, clock: systemClock, consoleHosts: soc?.consoleHosts ?? [], uses });
}

function usesOf({ alerts }: Config, soc: SocFile | undefined): FalconUse[] {
  const lookups = Object.values(soc?.lookups ?? {}).flat();
  return [
    ...(alerts.startsWith("crowdstrike:") || lookups.includes("falcon_alerts") ? ["alerts" as const] : []),
    ...(lookups.includes("falcon_host") ? ["hosts" as const] : []),
  ];
}
