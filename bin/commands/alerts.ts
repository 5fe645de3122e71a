import { systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { publishAlerts } from "../../src/seams/publish-alerts.ts";
import { loadSoc } from "../assemble.ts";
import { Closers } from "../closers.ts";
import type { Command, Invocation } from "../command.ts";
import { alertSources, isAlertSource, type Config } from "../config.ts";
import { Health } from "../health.ts";
import { metricsHelp, metricsOption, withMetrics } from "../health-option.ts";
import { loadKeys } from "../keys.ts";
import { untilTerminated } from "../lifetime.ts";
import { openWatchedBus } from "../open-bus.ts";
import { openDiagnostics, redactorOf } from "../redaction.ts";
import { alertSource, sayWhere } from "../sources.ts";

export const command: Command = {
  usage: "alerts [SOURCE] [--metrics PORT]",
  help: `Takes alerts in as a process of its own: from SOURCE, or ALERTS, onto the log. "hatrack start" does so by itself.
Repeats are grouped and mutes heeded as soc.yaml says. Ends when a file has been read; a source that fails ends it with
exit 1, so that a service manager starts it again: nothing enters the log twice.

  SOURCE  crowdstrike: | webhook:PORT | file:PATH | - (stdin) | sample
  ${metricsHelp}`,
  takes: 1,
  options: metricsOption,
  run: async (invocation) => {
    const config = sourced(invocation);
    const diagnostics = await openDiagnostics(config);
    const life = untilTerminated(diagnostics);
    const open = new Closers();
    try {
      const health = await Health.open(config, { part: "alerts", diagnostics, open, ending: life.signal });
      const soc = await loadSoc(config);
      const { trusted } = await loadKeys(config, "reader");
      const redactor = await redactorOf(config, soc);
      const whole = await openWatchedBus(config, {
        ...{ diagnostics, observer: health.observer, clean: redactor.text },
      });
      open.add(() => whole.close());
      // A mute counts with the gate's signature alone.
      const bus = new TrustedBus(whole, { trusted });
      const source = await alertSource(config, "max", { bus: whole, diagnostics });
      sayWhere(source, diagnostics);
      await health.serving({ bus: whole });
      const on = { clock: systemClock, diagnostics, redactor, signal: life.signal };
      const taken = await publishAlerts(bus, source, { ...on, grouping: soc.grouping });
      diagnostics.info({ source: source.name, ...taken }, "all alerts of the source are on the log");
    } finally {
      await open.close();
      life.release();
    }
    return 0;
  },
};

/** The samples are for a look: nobody gets them into a log by having configured nothing. */
function sourced({ positionals, values, config: read }: Invocation): Config {
  const config = withMetrics(read(), values);
  const [named] = positionals;
  const alerts = named ?? config.alerts;
  const isNone = named === undefined && alerts === "sample";
  if (isNone || !isAlertSource(alerts)) {
    const what = isNone ? "no source of alerts" : `alerts "${alerts}"`;
    throw new HatrackError("usage", `${what}: ${alertSources}`);
  }
  return { ...config, alerts };
}
