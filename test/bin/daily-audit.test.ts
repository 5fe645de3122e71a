import { describe, expect, it } from "vitest";
import { startDailyAudit } from "../../bin/audit/daily.ts";
import { readAnchor } from "../../src/bus/archive/chain.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { canary } from "../bus/redis-help.ts";
import { verifyBus } from "../../bin/audit/verify.ts";

describe("the day's audit", () => {
  it("says on the log where the chain ends, in the form that audit verify takes as an anchor", async () => {
    const bus = new LocalBus({});
    await bus.open(["log-audit"]);
    const audit = startDailyAudit(bus);
    await bus.publish([canary("a"), canary("b")]);
    const fired = (role: string) =>
      makeEvent({
        ...{ id: `fired-${role}`, source: "/schedules", subject: `calendar:${role}`, type: "schedule.fired" },
        time: "2026-03-02T06:10:00.000Z",
        data: {
          ...{
            role,
            nominal: "2026-03-02T06:10:00.000Z",
            window: { start: "2026-03-01T06:10:00.000Z", end: "2026-03-02T06:10:00.000Z" },
          },
        },
      });
    await bus.publish([fired("threat-hunter"), fired("log-audit")]);
    for await (const { event } of bus.follow({ signal: AbortSignal.timeout(10_000) })) {
      if (!isEvent(event, "log.verified")) continue;
      expect(event.causationid).toBe("fired-log-audit");
      expect(event.data).toMatchObject({ verdict: "consistent", damage: [] });
      expect(event.data.entries).toBe(4);
      const [found] = await verifyBus(bus, event.data.heads.map(readAnchor));
      expect(found).toMatchObject({ damage: [], agreesWith: [expect.stringContaining("anchor")] });
      break;
    }
    await audit.close();
    await bus.close();
  });
});
