import { expect, it } from "vitest";
import { says } from "../../../src/bus/bus.ts";
import {
  all,
  canary,
  count,
  echo,
  eventually,
  idle,
  missed,
  need,
  quick,
  statusOf,
  until,
  withBus,
} from "./harness.ts";
import type { MakeHarness, Suite } from "./harness.ts";

const source = "/operations";
const minutes = 60_000;

export function groupCases(make: MakeHarness, suite: Suite): void {
  it("starts the groups a log is created with at its beginning, and shows each group all of it", () =>
    withBus(make, async (bus) => {
      await bus.open(["one", "two"]);
      await bus.publish([canary("a"), canary("b")]);
      bus.subscribe("one", ["canary.sent"], ({ event }) => says(missed(event.id, "one")), { source });
      bus.subscribe("two", ["canary.sent"], ({ event }) => says(missed(event.id, "two")), { source });
      const seen = await until(bus, count("canary.missed", 4));
      const said = seen.flatMap(({ event }) =>
        event.type === "canary.missed" ? [JSON.stringify(event.data)] : [],
      );
      expect(new Set(said).size).toBe(4);
    }));

  it("starts a group that comes later one hour back, so that it does not act on last year", () =>
    withBus(make, async (bus, harness) => {
      await bus.open(["first"]);
      const now = Date.now();
      await harness.publishAt(bus, now - 180 * minutes, canary("long ago"));
      await harness.publishAt(bus, now - 61 * minutes, canary("before the hour"));
      await harness.publishAt(bus, now - 30 * minutes, canary("half an hour ago"));
      await bus.open(["first", "late"]);
      await bus.publish([canary("now")]);
      const seen: string[] = [];
      bus.subscribe("late", ["canary.sent"], ({ event }) => (seen.push(event.id), says(missed(event.id))), {
        source,
      });
      await until(bus, count("canary.missed", 2));
      await idle(bus, "late");
      expect(seen.sort()).toEqual(["half an hour ago", "now"]);
      expect((await statusOf(bus, "first")).lag).toBeGreaterThanOrEqual(4);
    }));

  it("is opened as often as one likes, and keeps each group's place", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      await bus.publish([canary("a")]);
      const first = bus.subscribe("g", ["canary.sent"], echo, { source });
      await until(bus, count("canary.missed", 1));
      await first.close();
      await bus.open(["g"]);
      bus.subscribe("g", ["canary.sent"], echo, { source });
      await bus.publish([canary("b")]);
      const log = await until(bus, count("canary.missed", 2));
      await idle(bus, "g");
      expect(log.map(({ event }) => event.type)).toEqual([
        "canary.sent",
        "canary.missed",
        "canary.sent",
        "canary.missed",
      ]);
    }));

  it("fails a subscription to a group that was never opened", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      const subscription = bus.subscribe("nobody", ["canary.sent"], echo, { source });
      await expect(subscription.ended).rejects.toMatchObject({ code: "group_unknown" });
      expect(subscription.status()).toBe("failed");
    }));

  it("refuses two subscriptions of one process that would share a consumer", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      bus.subscribe("g", ["canary.sent"], echo, { source });
      expect(() => bus.subscribe("g", ["canary.sent"], echo, { source })).toThrow(/already|taken/);
      bus.subscribe("g", ["canary.sent"], echo, { source, consumer: "another" });
      await eventually(async () => {
        expect((await statusOf(bus, "g")).consumers).toBe(2);
      });
    }));

  it("counts what is to come, what is pending and who works", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      await bus.publish([canary("a"), canary("b"), canary("c")]);
      const release = Promise.withResolvers<undefined>();
      const options = { source, concurrency: 2 };
      const handler = async (): Promise<{ skip: string }> => {
        await release.promise;
        return { skip: "nothing to do" };
      };
      const subscription = bus.subscribe("g", ["canary.sent"], handler, options);
      await eventually(async () => {
        expect(await statusOf(bus, "g")).toMatchObject({ lag: 1, pending: 2, consumers: 1, dead: 0 });
      });
      release.resolve(undefined);
      await idle(bus, "g");
      await subscription.close();
      expect(subscription.status()).toBe("closed");
      expect((await statusOf(bus, "g")).oldestPendingMs).toBe(0);
      expect((await all(bus.read())).length).toBe(3);
    }));

  it.skipIf(suite.noBackDoor !== undefined)(
    `says that a group vanished and never creates it again in silence${because(suite.noBackDoor)}`,
    () =>
      withBus(make, async (bus, harness) => {
        await bus.open(["g"]);
        const subscription = bus.subscribe("g", ["canary.sent"], echo, { source });
        await bus.publish([canary("a")]);
        await until(bus, count("canary.missed", 1));
        const vanish = need(harness.vanish?.bind(harness), "vanish");
        await vanish("g");
        await bus.publish([canary("b")]);
        await expect(subscription.ended).rejects.toMatchObject({ code: "group_vanished" });
        expect(subscription.status()).toBe("failed");
        await bus.close();
        const again = await harness.start({ timings: quick });
        await expect(again.open(["g"])).rejects.toMatchObject({ code: "group_vanished" });
      }),
  );
}

export function because(reason: string | undefined): string {
  return reason === undefined ? "" : ` (skipped: ${reason})`;
}
