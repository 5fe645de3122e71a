import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import { says, type Handled } from "../../src/bus/bus.ts";
import { alertBalance, BalanceFold, type AlertBalance } from "../../src/memory/alert-balance.ts";
import { publishAlerts } from "../../src/seams/publish-alerts.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { alerts, triage } from "../../bench/bus-load.ts";

function fold(events: Iterable<AnyEvent>): AlertBalance {
  const balance = new BalanceFold();
  for (const event of events) balance.evolve(event);
  return balance.balance;
}

function failure(): Handled {
  return says({
    type: "role.failed",
    data: {
      role: "sentinel",
      title: "Sentinel",
      reason: "empty_output",
      detail: "No answer.",
      steps: [],
      model: "m",
    },
  });
}

type Way = "triage" | "fail" | "die" | "suppress" | "repeat";

/** A log on which each alert goes its way, all at once. */
async function logOf(ways: readonly Way[]): Promise<{ bus: LocalBus; expected: Partial<AlertBalance> }> {
  const clock = manualClock(Date.parse("2026-11-16T09:00:00Z"));
  const bus = new LocalBus({ clock, timings: { backoffMs: 1 } });
  await bus.open(["sentinel"]);
  const by = { team: "T1", user: "U1" };
  const mute = { suppressionId: "s", rule: "muted", until: "2026-11-17T09:00:00Z", by, reason: "Noise." };
  const envelope = { id: "m", source: "/roles/human-gate", subject: "system", time: "2026-11-16T09:00:00Z" };
  await bus.publish([makeEvent({ ...envelope, type: "suppression.set", data: mute })]);
  const given = alerts(ways.length);
  const wayOf = new Map(given.map(({ subject }, n) => [subject, ways[n] ?? "triage"]));
  const of = (way: Way): number => ways.filter((each) => each === way).length;
  const led = Math.min(1, of("repeat"));
  let left = of("triage") + of("fail") + of("die") + led;
  const handler = ({ event }: { event: KnownEvent<"alert.received"> }): Handled => {
    const way = wayOf.get(event.subject);
    if (way === "die") throw new HatrackError("no_luck", "out of order");
    if (way === "fail") return failure();
    return says(triage(event));
  };
  bus.subscribe("sentinel", ["alert.received"], handler, { source: "/roles/sentinel", concurrency: 100 });
  const items = async function* () {
    for (const { data, subject } of given) {
      const way = wayOf.get(subject);
      const rule = { id: way === "suppress" ? "muted" : "41002", name: way === "repeat" ? "again" : subject };
      yield await Promise.resolve({ alert: { ...data, rule } });
    }
  };
  const counting = (async () => {
    if (left === 0) return;
    for await (const { event } of bus.follow({ signal: AbortSignal.timeout(60_000) })) {
      if (isEvent(event, "alert.triaged", "role.failed", "entry.dead")) left -= 1;
      if (left === 0) return;
    }
  })();
  const grouping = { minutes: 60, most: 10_000 };
  const signal = new AbortController().signal;
  await publishAlerts(bus, { name: "t", items }, { clock, diagnostics: silent, signal, grouping });
  await counting;
  return {
    bus,
    expected: {
      ...{ received: ways.length, triaged: of("triage") + led, failed: of("fail"), dead: of("die") },
      ...{ suppressed: of("suppress"), grouped: of("repeat") - led, waiting: 0, balanced: true },
    },
  };
}

const way = fc.constantFrom<Way>("triage", "fail", "die", "suppress", "repeat");

describe("every alert", () => {
  it("is counted once by what became of it, and at every moment of the log it adds up", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(way, { minLength: 1, maxLength: 25 }), async (ways) => {
        const { bus, expected } = await logOf(ways);
        const { alerts: counted, positions } = await alertBalance(bus);
        expect(counted).toEqual(expected);
        expect(positions).toEqual(Object.fromEntries(await bus.tail()));
        const seen = new BalanceFold();
        for await (const { event } of bus.read()) {
          seen.evolve(event);
          expect(seen.balance.balanced).toBe(true);
        }
        expect(seen.balance).toEqual(counted);
        await bus.close();
      }),
      { numRuns: 20 },
    );
  });

  it("that is on the log under two fates is noticed", () => {
    const both = alerts(1).flatMap((first) => [
      first,
      makeEvent({
        ...{ id: first.id, source: first.source, subject: first.subject, time: first.time },
        ...{ type: "alert.suppressed", data: { sourceId: "1", suppressionId: "s" } },
      }),
    ]);
    expect(fold(both)).toMatchObject({ received: 1, suppressed: 1, waiting: 1, balanced: false });
  });
});
