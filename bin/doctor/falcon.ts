import { systemClock } from "../../src/clock.ts";
import type { Check } from "../../src/check.ts";
import type { SocFile } from "../../src/soc-schema.ts";
import type { Config } from "../config.ts";

/** Falcon, where it is configured. */
export async function* checkFalconApi(config: Config, soc: SocFile | undefined): AsyncGenerator<Check> {
  const { falconClient } = await import("../falcon.ts");
  const client = falconClient(config);
  if (client === undefined) return;
  const { checkFalcon } = await import("../../vendors/falcon-check.ts");
  yield* checkFalcon({ client, clock: systemClock, consoleHosts: soc?.consoleHosts ?? [] });
}
