import { flag, type Command } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { table } from "../table.ts";

export const command: Command = {
  usage: "status [--log FILE] [--json]",
  help: `Shows lag, pending entries and dead letters of every consumer group on the log (an export has none).\n\n  ${logHelp}`,
  takes: 0,
  options: { json: { type: "boolean" }, ...logOption },
  run: async (invocation) => {
    const { values, print } = invocation;
    const groups = await withReadableBus(invocation, (bus) => bus.groups());
    if (flag(values, "json")) {
      print(JSON.stringify({ groups }));
      return 0;
    }
    const rows = groups.map((g) => [
      g.group,
      String(g.lag),
      String(g.pending),
      g.pending === 0 ? "" : `${Math.round(g.oldestPendingMs / 1000)} s`,
      String(g.consumers),
      String(g.dead),
    ]);
    print(table(["group", "lag", "pending", "oldest", "consumers", "dead"], rows));
    return 0;
  },
};
