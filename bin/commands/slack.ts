import { systemClock } from "../../src/clock.ts";
import { cardKey } from "../../src/gate/card-ref.ts";
import { HatrackError } from "../../src/errors.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { startSlack } from "../../slack/start.ts";
import { loadNarrator, loadOrganisation } from "../assemble.ts";
import { Closers } from "../closers.ts";
import type { Command } from "../command.ts";
import { Health } from "../health.ts";
import { metricsHelp, metricsOption, withMetrics } from "../health-option.ts";
import { loadKeys } from "../keys.ts";
import { untilTerminated } from "../lifetime.ts";
import { openWatchedBus } from "../open-bus.ts";
import { refuseShadow } from "../shadow.ts";
import { drawPicture } from "../pictures.ts";
import { openDiagnostics, redactorOf } from "../redaction.ts";
import { rememberingOf } from "../remembering.ts";

export const command: Command = {
  usage: "slack [--metrics PORT]",
  help: `Runs the Slack front end as a process of its own: case threads, gate cards, /soc.
Needs SLACK_BOT_TOKEN with SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).

  ${metricsHelp}`,
  takes: 0,
  options: metricsOption,
  run: async ({ values, config: read }) => {
    const config = withMetrics(read(), values);
    if (config.slack === undefined) {
      throw new HatrackError(
        "config_invalid",
        "slack: no workspace is configured; expected SLACK_BOT_TOKEN=xoxb-… and SLACK_APP_TOKEN=xapp-…",
      );
    }
    const diagnostics = await openDiagnostics(config);
    const life = untilTerminated(diagnostics);
    const open = new Closers();
    try {
      const health = await Health.open(config, { part: "slack", diagnostics, open, ending: life.signal });
      const organisation = await loadOrganisation(config);
      const keys = await loadKeys(config, "frontEnd");
      const redactor = await redactorOf(config, organisation.soc);
      const whole = await openWatchedBus(config, {
        ...{ diagnostics, observer: health.observer, clean: redactor.text },
      });
      const bus = new TrustedBus(whole, keys);
      open.add(() => bus.close());
      await refuseShadow(bus);
      const slack = await startSlack({
        bus,
        ...organisation,
        clock: systemClock,
        diagnostics,
        connection: { kind: "slack", credentials: config.slack },
        cardKey: keys.frontEnd && cardKey(keys.frontEnd),
        departmentOf: (host) => organisation.inventory.departmentOf(host),
        drawPicture,
        memory: rememberingOf(config, organisation.soc),
        narrator: await loadNarrator(config, { redactor }),
        redactor,
      });
      open.add(() => slack.close());
      await health.serving({ bus: whole, unready: () => slack.unready() });
      diagnostics.info({}, "the Slack front end is at work");
      await life.ended;
    } finally {
      await open.close();
      life.release();
    }
    return 0;
  },
};
