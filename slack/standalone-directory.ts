/** The directory without the front end: for a human gate that runs as a process of its own. */
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import type { Directory } from "../src/gate/directory.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { ownApp, reachOf, webClient, type Connection } from "./connection.ts";
import { SlackDirectory } from "./directory.ts";
import { UserGroups } from "./groups.ts";

export interface DirectoryOptions {
  readonly connection: Connection;
  readonly soc: SocFile;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

/** @throws HatrackError `slack_unreachable` */
export async function slackDirectory(options: DirectoryOptions): Promise<Directory> {
  const { soc, clock, diagnostics } = options;
  const client = webClient(reachOf(options.connection), { timeoutMs: 3_000, diagnostics });
  const { team } = await ownApp(client);
  return new SlackDirectory({
    client,
    groups: new UserGroups(client, clock),
    team,
    onCall: soc.onCall,
    clock,
  });
}
