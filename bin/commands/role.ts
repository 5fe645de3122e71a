import type { Role } from "../../src/agent/role.ts";
import { systemClock } from "../../src/clock.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import { loadNamedRole } from "../../src/load-roles.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { RoleTeam, type TeamOptions } from "../../src/team.ts";
import { loadModel, loadOrganisation, loadTools } from "../assemble.ts";
import { Closers } from "../closers.ts";
import type { Command } from "../command.ts";
import type { Config } from "../config.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { startGateWatch } from "../gate-watch.ts";
import { Health } from "../health.ts";
import { metricsHelp, metricsOption, withMetrics } from "../health-option.ts";
import { loadKeys } from "../keys.ts";
import { untilTerminated } from "../lifetime.ts";
import { redactorOf } from "../redaction.ts";
import { rememberingOf } from "../remembering.ts";
import { openWatchedBus } from "../open-bus.ts";
import { shadowOf } from "../shadow.ts";
import { openForeignTools } from "../tool-servers.ts";
import { gateDirectory } from "../gate-directory.ts";

export const command: Command = {
  usage: "role NAME|FILE [--metrics PORT]",
  help: `Runs one role as a process of its own, on the configured bus: a shipped one by name (sentinel, tier2, …), or
any role by its file, which may import "hatrack" and "zod" from wherever it lies.

  ${metricsHelp}`,
  takes: 1,
  options: metricsOption,
  run: async ({ positionals, values, config: read }) => {
    const [name] = positionals;
    if (name === undefined) throw new HatrackError("usage", "expected: role NAME|FILE");
    const config = withMetrics(read(), values);
    const diagnostics = makeDiagnostics(config);
    const role = await loadNamedRole(name);
    const life = untilTerminated(diagnostics);
    const open = new Closers();
    try {
      const team = await startRole(config, role, { open, diagnostics, ending: life.signal });
      await Promise.race([life.ended, team.failed]);
    } finally {
      await open.close();
      life.release();
    }
    return 0;
  },
};

interface Running {
  readonly open: Closers;
  readonly diagnostics: Diagnostics;
  readonly ending: AbortSignal;
}

/** The gate is people's: no model plays it, and it looks nothing up. */
const unplayed = {
  model: (): never => {
    throw new HatrackError("no_model", "role human-gate: it is decided by people, no model plays it");
  },
};

async function startRole(config: Config, role: Role, running: Running): Promise<RoleTeam> {
  const { open, diagnostics } = running;
  const health = await Health.open(config, { part: `role ${role.name}`, ...running });
  const { soc, policy, inventory } = await loadOrganisation(config);
  const isGate = role.name === "human-gate";
  const keys = await loadKeys(config, isGate ? "gate" : "reader");
  const redactor = await redactorOf(config, soc);
  const bus = await openWatchedBus(config, { diagnostics, observer: health.observer, clean: redactor.text });
  open.add(() => bus.close());
  const playedBy = async (): Promise<Pick<TeamOptions, "model" | "tools">> => ({
    model: await loadModel(config, { bus, diagnostics, open, ...health.ofModels }),
    tools: await loadTools(config, new TrustedBus(bus, { trusted: keys.trusted }), inventory),
  });
  const directory = await gateDirectory(config, soc, diagnostics);
  const team = new RoleTeam({
    bus,
    roles: [role],
    ...(isGate ? unplayed : await playedBy()),
    gate: { policy, directory },
    // Only the gate's own process holds the gate's key.
    keys: isGate ? keys : { trusted: keys.trusted },
    recall: config.recall,
    ...rememberingOf(config, soc),
    redactor,
    ...(await openForeignTools(config, soc, { bus, diagnostics, open, role: role.name })),
    clock: systemClock,
    diagnostics,
  });
  open.add(() => team.stop());
  await team.start();
  if (isGate && (await shadowOf(bus)) === undefined) {
    const trusted = new TrustedBus(bus, { trusted: keys.trusted });
    await startGateWatch(config, { bus: trusted, policy, diagnostics, open });
  }
  // The gate's own process knows best what waits for people.
  await health.serving({ bus, wholeLog: isGate });
  diagnostics.info({ role: role.name, on: role.on }, `${role.title} is at work`);
  return team;
}
