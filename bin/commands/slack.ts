import { systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { startSlack } from "../../slack/start.ts";
import { loadOrganisation } from "../assemble.ts";
import type { Command } from "../command.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { untilTerminated } from "../lifetime.ts";
import { openBus } from "../open-bus.ts";

export const command: Command = {
  usage: "slack",
  help: `Runs the Slack front end as a process of its own: case threads, gate cards, /soc.
Needs SLACK_BOT_TOKEN with SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).`,
  options: {},
  run: async ({ config: read }) => {
    const config = read();
    if (config.slack === undefined) {
      throw new HatrackError(
        "config_invalid",
        "slack: no workspace is configured; expected SLACK_BOT_TOKEN=xoxb-… and SLACK_APP_TOKEN=xapp-…",
      );
    }
    const diagnostics = makeDiagnostics(config.logLevel);
    const life = untilTerminated(diagnostics);
    const organisation = await loadOrganisation(config);
    const bus = await openBus(config, "write", diagnostics);
    const slack = await startSlack({
      bus,
      ...organisation,
      clock: systemClock,
      diagnostics,
      connection: { kind: "slack", credentials: config.slack },
      departmentOf: (host) => organisation.inventory.departmentOf(host),
    });
    await life.ended;
    await slack.close();
    await bus.close();
    return 0;
  },
};
