import { systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { loadNamedRole } from "../../src/load-roles.ts";
import { RoleTeam } from "../../src/team.ts";
import { loadModel, loadOrganisation, loadTools } from "../assemble.ts";
import type { Command } from "../command.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { untilTerminated } from "../lifetime.ts";
import { openBus } from "../open-bus.ts";
import { gateDirectory } from "../gate-directory.ts";

export const command: Command = {
  usage: "role NAME|FILE",
  help: `Runs one role as a process of its own, on the configured bus: a shipped one by name (sentinel, tier2, …), or
any role by its file, which may import "hatrack" and "zod" from wherever it lies.`,
  options: {},
  run: async ({ positionals, config: read }) => {
    const [name] = positionals;
    if (name === undefined) throw new HatrackError("usage", "expected: role NAME|FILE");
    const config = read();
    const diagnostics = makeDiagnostics(config.logLevel);
    const role = await loadNamedRole(name);
    const life = untilTerminated(diagnostics);
    const { soc, policy, inventory } = await loadOrganisation(config);
    const bus = await openBus(config, "write", diagnostics);
    const directory = await gateDirectory(config, soc, diagnostics);
    const team = new RoleTeam({
      bus,
      roles: [role],
      model: await loadModel(config),
      tools: await loadTools(config, bus, inventory),
      gate: { policy, directory },
      clock: systemClock,
      diagnostics,
    });
    await team.start();
    diagnostics.info({ role: role.name, on: role.on }, `${role.title} is at work`);
    try {
      await Promise.race([life.ended, team.failed]);
    } finally {
      await team.stop();
      await bus.close();
    }
    return 0;
  },
};
