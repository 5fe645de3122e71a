/** Who may answer, for a human gate that runs as a process of its own: Slack's groups, or the ids in soc.yaml. */
import { systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import type { Directory } from "../src/gate/directory.ts";
import { staticDirectory } from "../src/gate/static-directory.ts";
import type { SocFile } from "../src/soc-schema.ts";
import type { Config } from "./config.ts";

export async function gateDirectory(
  config: Config,
  soc: SocFile,
  diagnostics: Diagnostics,
): Promise<Directory> {
  if (config.slack === undefined) {
    return staticDirectory({ onCall: soc.onCall, people: soc.people, team: "local", clock: systemClock });
  }
  const { slackDirectory } = await import("../slack/standalone-directory.ts");
  const connection = { kind: "slack", credentials: config.slack } as const;
  return slackDirectory({ connection, soc, clock: systemClock, diagnostics });
}
