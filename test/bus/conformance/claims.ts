/** Who holds an entry. These cases talk to the group store itself, so that each step is theirs to choose. */
import { expect, it } from "vitest";
import type { Claim, GroupStore } from "../../../src/bus/group-store.ts";
import { all, canary, echo, eventually, hang, ids, outputFor, quick, statusOf, withBus } from "./harness.ts";
import type { MakeHarness, SuiteBus } from "./harness.ts";

const types = ["canary.sent"] as const;
/** Whatever is claimed counts as abandoned at once; who renews is the case's own choice. */
const idleAtOnce = { timings: { ...quick, reclaimIdleMs: 0 } };

export function claimCases(make: MakeHarness): void {
  it("lets a twin that started after the claim, or lost it, change nothing", () =>
    withBus(
      make,
      async (bus) => {
        const { a, b, claim } = await claimedByA(bus);
        expect(await b.abandoned()).toBe(1);
        const taken = needed(await b.reclaim());
        expect(taken).toMatchObject({ position: claim.position, deliveries: 2 });
        const [cause] = await all(bus.read());
        const say = (what: string) => [outputFor(needed(cause).event, "g", what)];
        expect(await a.commit({ claim, outputs: say("the first") })).toBe("settled");
        expect(
          await a.commit({
            claim,
            outputs: say("the first"),
            state: { key: "k", before: undefined, after: "1" },
          }),
        ).toBe("settled");
        expect(await b.readState(taken, "k")).toBe(undefined);
        expect(await ids(bus)).toEqual(["x"]);
        expect(await b.commit({ claim: taken, outputs: say("the second") })).toBe("ok");
        expect(await b.commit({ claim: taken, outputs: say("the third") })).toBe("settled");
        expect(await a.commit({ claim, outputs: say("the fourth") })).toBe("settled");
        const said = (await all(bus.read())).map(({ event }) => event.data);
        expect(said.slice(1)).toEqual([{ canaryId: "x", stoppedAt: "the second" }]);
        expect(await statusOf(bus, "g")).toMatchObject({ pending: 0, lag: 0 });
      },
      idleAtOnce,
    ));

  it("renews only what is still in these hands and never steals it back", () =>
    withBus(
      make,
      async (bus) => {
        const { a, b, claim } = await claimedByA(bus);
        expect(await a.renew([claim])).toEqual([]);
        const taken = needed(await b.reclaim());
        expect(await a.renew([claim])).toEqual([claim]);
        expect(await b.renew([taken])).toEqual([]);
        await a.handBack([claim]);
        expect(await b.renew([taken])).toEqual([]);
        expect(await b.commit({ claim: taken, outputs: [] })).toBe("ok");
        expect(await b.renew([taken])).toEqual([taken]);
      },
      idleAtOnce,
    ));

  it("fences by delivery too: a claim taken over under the same name is another claim", () =>
    withBus(
      make,
      async (bus) => {
        const { a, claim } = await claimedByA(bus);
        const again = needed(await a.reclaim());
        expect(await a.renew([claim])).toEqual([claim]);
        expect(await a.commit({ claim, outputs: [] })).toBe("settled");
        expect(await a.commit({ claim: again, outputs: [] })).toBe("ok");
      },
      idleAtOnce,
    ));

  it("buries only what is still in these hands", () =>
    withBus(
      make,
      async (bus) => {
        const { a, b, claim } = await claimedByA(bus);
        const taken = needed(await b.reclaim());
        const [cause] = await all(bus.read());
        const burial = (of: Claim) => ({
          claim: of,
          dead: {
            group: "g",
            position: of.position,
            partition: of.partition,
            reason: "threw",
            error: "no",
            failures: 3,
            deliveries: of.deliveries,
            firstAt: "2026-03-02T08:00:00.000Z",
            lastAt: "2026-03-02T08:00:01.000Z",
            text: of.text ?? "",
          },
          said: outputFor(needed(cause).event, "g", "buried"),
        });
        expect(await a.bury(burial(claim))).toBe("settled");
        expect(await bus.dead.list()).toEqual([]);
        expect(await b.bury(burial(taken))).toBe("ok");
        expect(await b.bury(burial(taken))).toBe("settled");
        expect(await bus.dead.list()).toEqual([burial(taken).dead]);
        expect((await ids(bus)).length).toBe(2);
      },
      idleAtOnce,
    ));

  it("does not call abandoned what is renewed in time", () =>
    withBus(make, async (bus) => {
      const { a, b, claim } = await claimedByA(bus);
      expect(await a.renew([claim])).toEqual([]);
      expect(await b.abandoned()).toBe(undefined);
      expect(await b.reclaim()).toBe(undefined);
    }));

  it("gives what is handed back to the next who asks, as new", () =>
    withBus(make, async (bus) => {
      const { a, b, claim } = await claimedByA(bus);
      await a.handBack([claim]);
      expect(await b.abandoned()).toBe(undefined);
      expect(await take(b)).toMatchObject([{ position: claim.position, deliveries: 1 }]);
      expect(await take(b)).toEqual([]);
    }));

  it("aborts a handler whose claim is lost and drops what it still says", () =>
    withBus(
      make,
      async (bus) => {
        await bus.open(["g"]);
        const lost = Promise.withResolvers<unknown>();
        const handler: typeof echo = async (delivery) => {
          await hang(delivery.signal).catch(() => undefined);
          lost.resolve(delivery.signal.reason);
          return echo(delivery);
        };
        bus.subscribe("g", types, handler, { source: "/roles/tester" });
        const b = bus.groupStore({ group: "g", types, consumer: "b" });
        await bus.publish([canary("x")]);
        // The subscription renews only after a second; by then another worker has the entry.
        const taken = await eventually(async () => needed(await b.reclaim()));
        expect(await lost.promise).toMatchObject({ code: "claim_lost" });
        expect(await ids(bus)).toEqual(["x"]);
        expect(await b.commit({ claim: taken, outputs: [] })).toBe("ok");
        expect(await statusOf(bus, "g")).toMatchObject({ pending: 0, lag: 0, dead: 0 });
      },
      { timings: { ...quick, reclaimIdleMs: 100, renewMs: 1_000, lookMs: 60_000 } },
    ));
}

async function claimedByA(bus: SuiteBus): Promise<{ a: GroupStore; b: GroupStore; claim: Claim }> {
  await bus.open(["g"]);
  await bus.publish([canary("x")]);
  const a = bus.groupStore({ group: "g", types, consumer: "a" });
  const b = bus.groupStore({ group: "g", types, consumer: "b" });
  const [claim] = await take(a);
  expect(claim).toMatchObject({ deliveries: 1, type: "canary.sent" });
  return { a, b, claim: needed(claim) };
}

export function take(store: GroupStore, max = 10): Promise<readonly Claim[]> {
  return store.take({ max, waitMs: 1, signal: new AbortController().signal });
}

export function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("expected something, got undefined");
  return value;
}
