/** The dashboard over a log, for `hatrack start` and `hatrack dashboard`: policy, scorecards and memory beside the bus. */
import { basename, dirname, join } from "node:path";
import { systemClock } from "../src/clock.ts";
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { policyPage } from "../src/gate/policy-page.ts";
import { shippedRoles } from "../src/load-roles.ts";
import type { RunningDashboard } from "../web/server.ts";
import type { Organisation } from "./assemble.ts";
import type { Config } from "./config.ts";
import { home } from "./reference.ts";
import { rememberingOf } from "./remembering.ts";

export interface DashboardWish {
  /** Where only what is signed counts. */
  readonly bus: Bus;
  readonly organisation: Pick<Organisation, "policy" | "soc">;
  readonly diagnostics: Diagnostics;
  readonly port: number;
  /** Default: this machine alone. */
  readonly host?: string;
  readonly names?: readonly string[];
  /** An export: its file. */
  readonly file?: string;
}

export async function openDashboard(config: Config, wish: DashboardWish): Promise<RunningDashboard> {
  const [{ startDashboard }, { openShelf }] = await Promise.all([
    import("../web/server.ts"),
    import("../web/shelf.ts"),
  ]);
  const { bus, organisation, diagnostics, port, host = "127.0.0.1", names = [], file } = wish;
  const { policy, soc } = organisation;
  const { benign, snapshot } = rememberingOf(config, soc);
  return startDashboard({
    ...{ bus, diagnostics, port, host, names, token: config.dashboardToken, clock: systemClock },
    live: file === undefined,
    about: file === undefined ? whereIs(config) : basename(file),
    policy: { page: policyPage(policy), reviewers: soc.policy.reviewers, onCall: soc.onCall },
    scorecards: openShelf([
      { path: join(config.dataDir, "scorecards"), shipped: false },
      { path: join(home, "fixtures/scorecards"), shipped: true },
    ]),
    // A snapshot is of the data folder's own log.
    memory: file === undefined ? { benign, snapshot } : { benign },
    order: shippedRoles,
  });
}

/** Enough to tell logs apart: not what a URL may carry of secrets, nor where on this machine a folder lies. */
function whereIs({ redis, dataDir }: Config): string {
  if (redis !== undefined) return `redis ${new URL(redis.url).host}`;
  return join(basename(dirname(dataDir)), basename(dataDir));
}
