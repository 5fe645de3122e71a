import type { Role } from "../../src/agent/role.ts";
import { systemClock } from "../../src/clock.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import { loadNamedRole } from "../../src/load-roles.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { RoleTeam } from "../../src/team.ts";
import { loadModel, loadOrganisation, loadTools } from "../assemble.ts";
import { Closers } from "../closers.ts";
import type { Command } from "../command.ts";
import type { Config } from "../config.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { startGateWatch } from "../gate-watch.ts";
import { loadKeys } from "../keys.ts";
import { untilTerminated } from "../lifetime.ts";
import { memorySnapshot } from "../memory-snapshot.ts";
import { openBus } from "../open-bus.ts";
import { gateDirectory } from "../gate-directory.ts";

export const command: Command = {
  usage: "role NAME|FILE",
  help: `Runs one role as a process of its own, on the configured bus: a shipped one by name (sentinel, tier2, …), or
any role by its file, which may import "hatrack" and "zod" from wherever it lies.`,
  takes: 1,
  options: {},
  run: async ({ positionals, config: read }) => {
    const [name] = positionals;
    if (name === undefined) throw new HatrackError("usage", "expected: role NAME|FILE");
    const config = read();
    const diagnostics = makeDiagnostics(config);
    const role = await loadNamedRole(name);
    const life = untilTerminated(diagnostics);
    const open = new Closers();
    try {
      const team = await startRole(config, role, { open, diagnostics });
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
}

async function startRole(config: Config, role: Role, { open, diagnostics }: Running): Promise<RoleTeam> {
  const { soc, policy, inventory } = await loadOrganisation(config);
  const keys = await loadKeys(config, role.name === "human-gate" ? "gate" : "reader");
  const bus = await openBus(config, "write", diagnostics);
  open.add(() => bus.close());
  const directory = await gateDirectory(config, soc, diagnostics);
  const team = new RoleTeam({
    bus,
    roles: [role],
    model: await loadModel(config),
    tools: await loadTools(config, new TrustedBus(bus, { trusted: keys.trusted }), inventory),
    gate: { policy, directory },
    // Only the gate's own process holds the gate's key.
    keys: role.name === "human-gate" ? keys : { trusted: keys.trusted },
    recall: config.recall,
    snapshot: memorySnapshot(config),
    clock: systemClock,
    diagnostics,
  });
  open.add(() => team.stop());
  await team.start();
  if (role.name === "human-gate") {
    const trusted = new TrustedBus(bus, { trusted: keys.trusted });
    await startGateWatch(config, { bus: trusted, policy, diagnostics, open });
  }
  diagnostics.info({ role: role.name, on: role.on }, `${role.title} is at work`);
  return team;
}
