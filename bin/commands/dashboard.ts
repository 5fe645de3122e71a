import { setTimeout as sleep } from "node:timers/promises";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { HatrackError } from "../../src/errors.ts";
import { loadOrganisation } from "../assemble.ts";
import { textOption, textOptions, type Command, type Invocation } from "../command.ts";
import { openDashboard } from "../dashboard.ts";
import { untilTerminated, type Lifetime } from "../lifetime.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { portOf } from "../port.ts";
import { openDiagnostics } from "../redaction.ts";

export const command: Command = {
  usage: "dashboard [--port N] [--host ADDRESS] [--name HOST]… [--log FILE]",
  help: `Serves the dashboard and prints "ready URL" when it does: proof, the way of each alert, campaigns, the floor, the
policy. It only shows, and nobody else reaches it unless you say so.

  --port N        its port (default: any free one)
  --host ADDRESS  the address it listens at (default: 127.0.0.1); another than this machine's own needs DASHBOARD_TOKEN,
                  which people give once
  --name HOST     a name by which browsers reach it, beside addresses and ADDRESS; may be given more than once
  ${logHelp}`,
  takes: 0,
  options: {
    port: { type: "string" },
    host: { type: "string" },
    name: { type: "string", multiple: true },
    ...logOption,
  },
  run: async (invocation) => {
    const config = invocation.config();
    const { values, print } = invocation;
    const diagnostics = await openDiagnostics(config);
    const life = untilTerminated(diagnostics);
    try {
      const organisation = await loadOrganisation(config);
      const file = textOption(values, "log");
      let port = portOf("--port", textOption(values, "port"));
      let isReady = false;
      await overTheLog(invocation, life, async (bus, until) => {
        const dashboard = await openDashboard(config, {
          ...{ bus, organisation, diagnostics, port, names: textOptions(values, "name") },
          host: textOption(values, "host") ?? "127.0.0.1",
          ...(file === undefined ? {} : { file }),
        });
        try {
          if (!isReady) print(`ready ${dashboard.url}/`);
          isReady = true;
          // Whoever has it open finds it again once there is a log.
          if (port === 0) port = Number(new URL(dashboard.url).port);
          await until;
        } finally {
          await dashboard.close();
        }
      });
    } finally {
      life.release();
    }
    return 0;
  },
};

/** Between two looks whether there is a log by now, milliseconds. */
const lookMs = 1000;

type Serve = (bus: Bus, until: Promise<unknown>) => Promise<void>;

/**
 * Scorecards and the policy can be looked at before there is a log, over an empty one; the other pages say how one comes
 * to be. Once there is one, it is served anew over that.
 */
async function overTheLog(invocation: Invocation, life: Lifetime, serve: Serve): Promise<void> {
  if (!(await hasLog(invocation))) {
    const empty = new LocalBus();
    const looking = new AbortController();
    await empty.open([]);
    try {
      const came = untilLog(invocation, AbortSignal.any([life.signal, looking.signal]));
      await serve(empty, Promise.race([life.ended, came]));
    } finally {
      looking.abort();
      await empty.close();
    }
    if (life.signal.aborted) return;
  }
  await withReadableBus(invocation, (bus) => serve(bus, life.ended));
}

async function untilLog(invocation: Invocation, signal: AbortSignal): Promise<void> {
  do await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted && !(await hasLog(invocation)));
}

async function hasLog(invocation: Invocation): Promise<boolean> {
  try {
    await withReadableBus(invocation, () => Promise.resolve());
    return true;
  } catch (error) {
    if (error instanceof HatrackError && error.code === "log_missing") return false;
    throw error;
  }
}
