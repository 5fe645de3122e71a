import { flag, type Command } from "../command.ts";
import { withBus } from "../open-bus.ts";
import { table } from "../table.ts";

export const command: Command = {
  usage: "status [--json]",
  help: "Shows lag, pending entries and dead letters of every consumer group on the log.",
  options: { json: { type: "boolean" } },
  run: async ({ values, config, print }) => {
    const groups = await withBus(config(), (bus) => bus.groups());
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
