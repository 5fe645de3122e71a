import { pausedRoles } from "../../src/agent/pauses.ts";
import { alertBalance, type BalanceAt } from "../../src/memory/alert-balance.ts";
import { flag, type Command } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { table } from "../table.ts";

export const command: Command = {
  usage: "status [--log FILE] [--json]",
  help: `Shows lag, pending entries and dead letters of every consumer group on the log (an export has none), which roles
somebody has paused, and what became of every alert at the positions it names: received = triaged + failed + grouped +
suppressed + dead + waiting.\n\n  ${logHelp}`,
  takes: 0,
  options: { json: { type: "boolean" }, ...logOption },
  run: async (invocation) => {
    const { values, print } = invocation;
    const { groups, paused, balance } = await withReadableBus(invocation, async (bus) => ({
      groups: await bus.groups(),
      paused: await pausedRoles(bus),
      balance: await alertBalance(bus),
    }));
    if (flag(values, "json")) {
      print(JSON.stringify({ groups, paused, ...balance }));
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
    if (paused.length > 0) print(`Paused: ${paused.join(", ")}`);
    print(inWords(balance));
    return 0;
  },
};

const fates = ["triaged", "failed", "grouped", "suppressed", "dead", "waiting"] as const;

function inWords({ alerts, positions }: BalanceAt): string {
  const sum = fates.map((fate) => `${alerts[fate]} ${fate}`).join(" + ");
  const at = Object.entries(positions).map(([partition, position]) =>
    Object.keys(positions).length === 1 ? position : `${partition}:${position}`,
  );
  const where = at.length === 0 ? "an empty log" : at.join(", ");
  const line = `Alerts: ${alerts.received} received = ${sum}, at ${where}`;
  return alerts.balanced ? line : `${line}\nThat does not add up: an alert is lost or counted twice.`;
}
