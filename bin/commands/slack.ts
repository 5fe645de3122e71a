import { systemClock } from "../../src/clock.ts";
import { cardKey } from "../../src/gate/card-ref.ts";
import { HatrackError } from "../../src/errors.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { startSlack } from "../../slack/start.ts";
import { loadOrganisation } from "../assemble.ts";
import { Closers } from "../closers.ts";
import type { Command } from "../command.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { loadKeys } from "../keys.ts";
import { untilTerminated } from "../lifetime.ts";
import { openBus } from "../open-bus.ts";

export const command: Command = {
  usage: "slack",
  help: `Runs the Slack front end as a process of its own: case threads, gate cards, /soc.
Needs SLACK_BOT_TOKEN with SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).`,
  takes: 0,
  options: {},
  run: async ({ config: read }) => {
    const config = read();
    if (config.slack === undefined) {
      throw new HatrackError(
        "config_invalid",
        "slack: no workspace is configured; expected SLACK_BOT_TOKEN=xoxb-… and SLACK_APP_TOKEN=xapp-…",
      );
    }
    const diagnostics = makeDiagnostics(config);
    const life = untilTerminated(diagnostics);
    const open = new Closers();
    try {
      const organisation = await loadOrganisation(config);
      const keys = await loadKeys(config, "frontEnd");
      const bus = new TrustedBus(await openBus(config, "write", diagnostics), keys);
      open.add(() => bus.close());
      const slack = await startSlack({
        bus,
        ...organisation,
        clock: systemClock,
        diagnostics,
        connection: { kind: "slack", credentials: config.slack },
        cardKey: keys.frontEnd && cardKey(keys.frontEnd),
        departmentOf: (host) => organisation.inventory.departmentOf(host),
      });
      open.add(() => slack.close());
      diagnostics.info({}, "the Slack front end is at work");
      await life.ended;
    } finally {
      await open.close();
      life.release();
    }
    return 0;
  },
};
