import { expect, it } from "vitest";
import { says, skip, stop, type StoredEvent } from "../../../src/bus/bus.ts";
import { isEvent } from "../../../src/events/envelope.ts";
import { outputId } from "../../../src/events/ids.ts";
import {
  advanced,
  canary,
  count,
  echo,
  eventually,
  hang,
  idle,
  ids,
  missed,
  quick,
  statusOf,
  until,
  withBus,
} from "./harness.ts";
import type { MakeHarness } from "./harness.ts";

const source = "/roles/tester";

export function handlingCases(make: MakeHarness): void {
  it("adds id, cause, subject, source, time and trace to what a handler says, once", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      const handler = () => says(missed("a"), { ...advanced("x"), subject: "system", source: "/sources/x" });
      bus.subscribe("g", ["canary.sent"], handler, { source });
      await bus.publish([canary("a", "CASE-0123456789")]);
      const [, first, second] = (await until(bus, (seen) => seen.length === 3)).map(({ event }) => event);
      const { data } = missed("a");
      expect(first).toMatchObject({
        id: outputId({ group: "g", cause: "a", position: 0, type: "canary.missed", data }),
        causationid: "a",
        subject: "CASE-0123456789",
        source,
        data,
      });
      expect(first?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(second).toMatchObject({ causationid: "a", subject: "system", source: "/sources/x" });
      expect(second?.traceparent).toBe(first?.traceparent);
    }));

  it("carries one trace through a chain of roles", () =>
    withBus(make, async (bus) => {
      await bus.open(["one", "two"]);
      bus.subscribe("one", ["canary.sent"], echo, { source });
      bus.subscribe("two", ["canary.missed"], () => says(advanced("x")), { source });
      await bus.publish([canary("a")]);
      const seen = await until(bus, count("source.advanced", 1));
      const traces = seen.flatMap(({ event }) => event.traceparent?.split("-").slice(1, 3) ?? []);
      expect(traces.length).toBe(4);
      expect(traces[0]).toBe(traces[2]);
      expect(traces[1]).not.toBe(traces[3]);
    }));

  it("handles each entry once and says each output once, however many work", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      const calls = new Map<string, number>();
      const handler: typeof echo = async (delivery) => {
        calls.set(delivery.event.id, (calls.get(delivery.event.id) ?? 0) + 1);
        expect(delivery.deliveries).toBe(1);
        await Promise.resolve();
        return echo(delivery);
      };
      for (const consumer of ["a", "b", "c"]) {
        bus.subscribe("g", ["canary.sent"], handler, { source, consumer, concurrency: 8 });
      }
      const names = Array.from({ length: 300 }, (_, i) => `e${i}`);
      await bus.publish(names.map((name) => canary(name)));
      const seen = await until(bus, count("canary.missed", 300));
      await idle(bus, "g");
      const causes = seen.flatMap(({ event }) => event.causationid ?? []);
      expect(causes.sort()).toEqual([...names].sort());
      expect([...calls.values()].every((n) => n === 1)).toBe(true);
      expect((await ids(bus)).length).toBe(600);
    }));

  it("has no more handlers at work than it has slots", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      let working = 0;
      let most = 0;
      const handler: typeof echo = async (delivery) => {
        most = Math.max(most, ++working);
        await new Promise(setImmediate);
        working -= 1;
        return echo(delivery);
      };
      bus.subscribe("g", ["canary.sent"], handler, { source, concurrency: 3 });
      await bus.publish(Array.from({ length: 50 }, (_, i) => canary(`e${i}`)));
      await until(bus, count("canary.missed", 50));
      expect(most).toBe(3);
    }));

  it("settles what nobody wants without the handler, and skips with a reason in the diagnostics", async () => {
    const lines: string[] = [];
    const note = (_: object, message: string): void => void lines.push(message);
    const diagnostics = { debug: note, info: note, warn: note, error: note };
    const run = async (bus: Parameters<Parameters<typeof withBus>[1]>[0]): Promise<void> => {
      await bus.open(["g"]);
      const called: string[] = [];
      const handler: typeof echo = ({ event }) => {
        called.push(event.id);
        return skip("seen it all");
      };
      bus.subscribe("g", ["canary.sent"], handler, { source, wants: (event) => event.id !== "unwanted" });
      await bus.publish([canary("unwanted"), canary("wanted")]);
      await bus.publish([canary("last")]);
      await eventually(() => {
        expect(called).toEqual(["wanted", "last"]);
      });
      await idle(bus, "g");
      expect(await ids(bus)).toEqual(["unwanted", "wanted", "last"]);
    };
    await withBus(make, run, { diagnostics });
    expect(lines.filter((line) => line.includes("seen it all")).length).toBe(2);
  });

  it("pauses when a dependency is down, takes nothing new, spends no attempt, and goes on", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      const calls: string[] = [];
      let isDown = true;
      const handler: typeof echo = (delivery) => {
        calls.push(`${delivery.event.id} ${delivery.deliveries}`);
        return isDown ? stop("the model is down", 20) : echo(delivery);
      };
      const subscription = bus.subscribe("g", ["canary.sent"], handler, { source, concurrency: 1 });
      await bus.publish([canary("a"), canary("b")]);
      await eventually(() => {
        expect(calls.length).toBeGreaterThan(quick.tries + 2);
      });
      expect(new Set(calls)).toEqual(new Set(["a 1"]));
      await eventually(() => {
        expect(subscription.status()).toBe("paused");
      });
      isDown = false;
      await until(bus, count("canary.missed", 2));
      await eventually(() => {
        expect(subscription.status()).toBe("running");
      });
      expect(await bus.dead.list()).toEqual([]);
    }));

  it("tries again in place what threw, and counts no delivery for it", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      const calls: number[] = [];
      const handler: typeof echo = (delivery) => {
        calls.push(delivery.deliveries);
        if (calls.length < 3) throw new Error("not yet");
        return echo(delivery);
      };
      bus.subscribe("g", ["canary.sent"], handler, { source });
      await bus.publish([canary("a")]);
      await until(bus, count("canary.missed", 1));
      expect(calls).toEqual([1, 1, 1]);
      expect(await bus.dead.list()).toEqual([]);
    }));

  it("hands back at a graceful close what is not finished, as if it had not been delivered", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      await bus.publish([canary("a"), canary("b"), canary("c")]);
      const aborted: string[] = [];
      const atWork: string[] = [];
      const slow: typeof echo = async ({ event, signal }) => {
        atWork.push(event.id);
        return hang(signal).finally(() => aborted.push(event.id));
      };
      const first = bus.subscribe("g", ["canary.sent"], slow, { source, concurrency: 2 });
      await eventually(() => {
        expect(atWork).toEqual(["a", "b"]);
      });
      await first.close(1);
      expect(aborted).toEqual(["a", "b"]);
      expect(await statusOf(bus, "g")).toMatchObject({ lag: 3, pending: 0 });
      const deliveries: number[] = [];
      const handler: typeof echo = (delivery) => {
        deliveries.push(delivery.deliveries);
        return echo(delivery);
      };
      bus.subscribe("g", ["canary.sent"], handler, { source });
      await until(bus, count("canary.missed", 3));
      expect(deliveries).toEqual([1, 1, 1]);
    }));

  it("lets a handler finish and commit within the grace of a close", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      await bus.publish([canary("a")]);
      const started = Promise.withResolvers<undefined>();
      const release = Promise.withResolvers<undefined>();
      const handler: typeof echo = async (delivery) => {
        started.resolve(undefined);
        await release.promise;
        return echo(delivery);
      };
      const subscription = bus.subscribe("g", ["canary.sent"], handler, { source });
      await started.promise;
      const closed = subscription.close(20_000);
      release.resolve(undefined);
      await closed;
      expect((await ids(bus)).length).toBe(2);
      expect(await statusOf(bus, "g")).toMatchObject({ lag: 0, pending: 0 });
    }));

  it("ends a handling at its deadline, which counts as a throw", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      await bus.publish([canary("a")]);
      const deaf = (): Promise<never> => new Promise(() => undefined);
      bus.subscribe("g", ["canary.sent"], deaf, { source, deadlineMs: 5 });
      await until(bus, (seen: readonly StoredEvent[]) =>
        seen.some(({ event }) => isEvent(event, "entry.dead")),
      );
      expect(await bus.dead.list("g")).toMatchObject([{ reason: "threw", failures: 3, deliveries: 1 }]);
    }));
}
