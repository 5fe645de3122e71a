import type { Role } from "../../src/agent/role.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import { loadNamedRole } from "../../src/load-roles.ts";
import type { Keyring } from "../../src/gate/keys.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { RoleTeam, type TeamOptions } from "../../src/team.ts";
import { loadModel, loadOrganisation, loadTools, type Organisation } from "../assemble.ts";
import { Closers } from "../closers.ts";
import type { Command } from "../command.ts";
import type { Config } from "../config.ts";
import { startGateWatch } from "../gate-watch.ts";
import { Health } from "../health.ts";
import { metricsHelp, metricsOption, withMetrics } from "../health-option.ts";
import { loadKeys } from "../keys.ts";
import { untilTerminated } from "../lifetime.ts";
import { openDiagnostics, redactorOf } from "../redaction.ts";
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
    const diagnostics = await openDiagnostics(config);
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

interface Needs extends Omit<Running, "ending"> {
  readonly bus: Bus;
  /** The same, where only what is signed counts. */
  readonly trusted: Bus;
  readonly organisation: Organisation;
  readonly health: Health;
}

/** What the gate's own process does otherwise than any other role's. */
interface Kind {
  readonly keys: (config: Config) => Promise<Keyring>;
  readonly player: (config: Config, needs: Needs) => Promise<Pick<TeamOptions, "model" | "tools">>;
  /** Starts what runs beside the role. */
  readonly beside: (config: Config, needs: Needs) => Promise<void>;
  /** It knows best what waits for people. */
  readonly wholeLog: boolean;
}

/** The gate is people's: no model plays it, and it looks nothing up. Only its own process holds its key. */
const gate: Kind = {
  keys: (config) => loadKeys(config, "gate"),
  player: () =>
    Promise.resolve({
      model: () => {
        throw new HatrackError("no_model", "role human-gate: it is decided by people, no model plays it");
      },
    }),
  beside: async (config, { bus, trusted, organisation, diagnostics, open }) => {
    if ((await shadowOf(bus)) !== undefined) return;
    await startGateWatch(config, { bus: trusted, policy: organisation.policy, diagnostics, open });
  },
  wholeLog: true,
};

const played: Kind = {
  keys: async (config) => ({ trusted: (await loadKeys(config, "reader")).trusted }),
  player: async (config, { bus, trusted, organisation, health, diagnostics, open }) => ({
    model: await loadModel(config, { bus, diagnostics, open, ...health.ofModels }),
    tools: await loadTools(config, trusted, organisation.inventory),
  }),
  beside: () => Promise.resolve(),
  wholeLog: false,
};

async function startRole(config: Config, role: Role, running: Running): Promise<RoleTeam> {
  const { open, diagnostics } = running;
  const kind = role.name === "human-gate" ? gate : played;
  const health = await Health.open(config, { part: `role ${role.name}`, ...running });
  const organisation = await loadOrganisation(config);
  const { soc, policy } = organisation;
  const keys = await kind.keys(config);
  const redactor = await redactorOf(config, soc);
  const bus = await openWatchedBus(config, { diagnostics, observer: health.observer, clean: redactor.text });
  open.add(() => bus.close());
  const trusted = new TrustedBus(bus, { trusted: keys.trusted });
  const needs = { bus, trusted, organisation, health, diagnostics, open };
  const directory = await gateDirectory(config, soc, diagnostics);
  const team = new RoleTeam({
    bus,
    roles: [role],
    ...(await kind.player(config, needs)),
    gate: { policy, directory },
    keys,
    recall: config.recall,
    ...rememberingOf(config, soc),
    redactor,
    ...(await openForeignTools(config, soc, { bus, diagnostics, open, role: role.name })),
    clock: systemClock,
    diagnostics,
  });
  open.add(() => team.stop());
  await team.start();
  await kind.beside(config, needs);
  await health.serving({ bus, ...(kind.wholeLog ? { wholeLog: trusted } : {}) });
  diagnostics.info({ role: role.name, on: role.on }, `${role.title} is at work`);
  return team;
}
