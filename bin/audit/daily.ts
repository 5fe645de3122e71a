/** The day's audit: verifies the whole log when its schedule fires, and says where the chain ends. */
import { anchorText } from "../../src/bus/archive/chain.ts";
import { says, type Bus, type Subscription } from "../../src/bus/bus.ts";
import type { EventData } from "../../src/events/catalogue.ts";
import { logAudit } from "./group.ts";
import { reportOf, verifyBus } from "./verify.ts";

/** An hour: a long archive is read whole. */
const deadlineMs = 60 * 60 * 1000;

/** @param bus everything that was ever appended, not the trusted view of it */
export function startDailyAudit(bus: Bus): Subscription {
  return bus.subscribe(logAudit, ["schedule.fired"], async () => says(await auditOf(bus)), {
    source: "/operations",
    concurrency: 1,
    deadlineMs,
    wants: ({ data }) => data.role === logAudit,
  });
}

async function auditOf(bus: Bus): Promise<{ type: "log.verified"; data: EventData<"log.verified"> }> {
  const { partitions, verdict } = reportOf(await verifyBus(bus, []), []);
  const heads = partitions.flatMap(({ partition, head }) =>
    head === undefined ? [] : [anchorText({ partition, ...head })],
  );
  const damage = partitions.flatMap(({ damage: found }) =>
    found.map(({ where, what }) => `${where}: ${what}`),
  );
  return {
    type: "log.verified",
    data: {
      verdict: verdict === "damaged" ? "damaged" : "consistent",
      entries: partitions.reduce((sum, { entries }) => sum + entries, 0),
      heads,
      damage: damage.slice(0, 20).map((line) => line.slice(0, 500)),
    },
  };
}
