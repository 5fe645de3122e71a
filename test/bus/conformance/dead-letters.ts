import { expect, it } from "vitest";
import { says, skip, type Delivery, type Handled } from "../../../src/bus/bus.ts";
import { eventText } from "../../../src/events/parse.ts";
import { because } from "./groups.ts";
import {
  all,
  canary,
  count,
  echo,
  eventually,
  idle,
  need,
  until,
  withBus,
  type MakeHarness,
  type Suite,
} from "./harness.ts";

const source = "/roles/tester";

export function deadCases(make: MakeHarness, suite: Suite): void {
  it("buries what throws three times, says so on the log under its subject, and goes on with the rest", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      let calls = 0;
      const handler: typeof echo = (delivery) => {
        if (delivery.event.id !== "bad") return echo(delivery);
        calls += 1;
        throw new Error(`cannot do that (${calls})`, { cause: new TypeError("no such thing") });
      };
      bus.subscribe("g", ["canary.sent"], handler, { source });
      const [bad] = await bus.publish([canary("bad", "CASE-0123456789"), canary("good")]);
      const seen = await until(bus, (log) => count("entry.dead", 1)(log) && count("canary.missed", 1)(log));
      const position = bad?.position ?? "";
      const error = "cannot do that (3) (no such thing)";
      expect(calls).toBe(3);
      expect(await bus.dead.list()).toMatchObject([
        {
          group: "g",
          position,
          reason: "threw",
          error,
          failures: 3,
          deliveries: 1,
          text: eventText(canary("bad", "CASE-0123456789")),
        },
      ]);
      const [dead] = await bus.dead.list();
      expect(dead?.stack).toMatch(
        /^Error: cannot do that \(3\)\n\s+at .*dead-letters\.ts:\d+[^]*\ncaused by TypeError: no such thing\n\s+at /,
      );
      expect(Date.parse(dead?.firstAt ?? "")).toBeLessThanOrEqual(Date.parse(dead?.lastAt ?? ""));
      expect(await bus.dead.list("another")).toEqual([]);
      expect(seen.find(({ event }) => event.type === "entry.dead")?.event).toMatchObject({
        source: "/operations",
        subject: "CASE-0123456789",
        causationid: "bad",
        data: { group: "g", position, reason: "threw", error },
      });
      await idle(bus, "g");
    }));

  it("buries at once a handler's answer that its schema does not take, naming the path", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      let calls = 0;
      const handler: typeof echo = ({ event }) => {
        calls += 1;
        return says({ type: "canary.missed", data: { canaryId: event.id, stoppedAt: "x".repeat(201) } });
      };
      bus.subscribe("g", ["canary.sent"], handler, { source });
      await bus.publish([canary("a")]);
      await until(bus, count("entry.dead", 1));
      const [dead] = await bus.dead.list("g");
      expect(calls).toBe(1);
      expect(dead?.error).toMatch(/canary\.missed.*stoppedAt/);
    }));

  it("buries at once an answer over 64 KB", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      const handler: typeof echo = () =>
        says({
          type: "alert.received",
          data: {
            source: "tester",
            sourceId: "1",
            caseId: "CASE-0123456789",
            rule: { id: "1", name: "a rule" },
            title: "too much",
            severity: "low",
            time: "2026-03-02T08:00:00.000Z",
            techniques: [],
            indicators: [],
            raw: "x".repeat(64 * 1024),
          },
        });
      bus.subscribe("g", ["canary.sent"], handler, { source });
      await bus.publish([canary("a")]);
      await until(bus, count("entry.dead", 1));
      expect((await bus.dead.list("g"))[0]?.error).toMatch(/6\d{4} bytes, expected at most 65536/);
    }));

  it("redrives into the one group that failed, safe to repeat, and says so on the log", () =>
    withBus(make, async (bus) => {
      await bus.open(["fails", "works"]);
      let isBroken = true;
      const calls = { fails: 0, works: 0 };
      const deliveries: number[] = [];
      const failing: typeof echo = (delivery) => {
        calls.fails += 1;
        deliveries.push(delivery.deliveries);
        if (isBroken) throw new Error("broken");
        return echo(delivery);
      };
      const working: typeof echo = () => {
        calls.works += 1;
        return says();
      };
      bus.subscribe("fails", ["canary.sent"], failing, { source });
      bus.subscribe("works", ["canary.sent"], working, { source });
      const [stored] = await bus.publish([canary("a")]);
      const position = stored?.position ?? "";
      await until(bus, count("entry.dead", 1));
      isBroken = false;
      expect(await bus.dead.redrive("works", position)).toBe(false);
      expect(await bus.dead.redrive("fails", "1-1")).toBe(false);
      expect(await bus.dead.redrive("fails", position)).toBe(true);
      expect(await bus.dead.redrive("fails", position)).toBe(false);
      await until(bus, count("canary.missed", 1));
      await idle(bus, "fails");
      await idle(bus, "works");
      expect(calls).toEqual({ fails: 4, works: 1 });
      expect(deliveries.at(-1)).toBe(1);
      expect(await bus.dead.list()).toEqual([]);
      const log = (await all(bus.read())).map(({ event }) => event.type);
      expect(log).toEqual(["canary.sent", "entry.dead", "entry.redriven", "canary.missed"]);
    }));

  it("discards for good", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      let calls = 0;
      const failing: typeof echo = () => {
        calls += 1;
        throw new Error("broken");
      };
      bus.subscribe("g", ["canary.sent"], failing, { source });
      const [stored] = await bus.publish([canary("a")]);
      const position = stored?.position ?? "";
      await until(bus, count("entry.dead", 1));
      expect(await bus.dead.discard("g", position)).toBe(true);
      expect(await bus.dead.discard("g", position)).toBe(false);
      expect(await bus.dead.redrive("g", position)).toBe(false);
      await idle(bus, "g");
      expect(calls).toBe(3);
      expect(await bus.dead.list()).toEqual([]);
    }));

  it.skipIf(suite.noBackDoor !== undefined)(
    `buries what it cannot read and what is newer, with the text; neither is lost nor stops the rest${because(suite.noBackDoor)}`,
    () =>
      withBus(make, async (bus, harness) => {
        await bus.open(["g"]);
        const inject = need(harness.inject?.bind(harness), "inject");
        const newer = JSON.stringify({ ...canary("newer"), schemaversion: 2 });
        const wrong = JSON.stringify({ ...canary("wrong"), data: { canaryId: 7 } });
        const lying = eventText(canary("lying"));
        await inject({ type: "canary.sent", subject: "system", text: "{ not json" });
        await inject({ type: "canary.sent", subject: "system", text: newer });
        await inject({ type: "canary.sent", subject: "system", text: wrong });
        await inject({ type: "canary.missed", subject: "system", text: lying });
        await inject({ type: "weather.changed", subject: "system", text: "nobody here reads this" });
        await bus.publish([canary("good")]);
        const called: string[] = [];
        const handler = (delivery: Delivery<"canary.sent" | "canary.missed">): Handled => {
          called.push(delivery.event.id);
          return skip("seen");
        };
        bus.subscribe("g", ["canary.sent", "canary.missed"], handler, { source });
        await eventually(async () => {
          expect((await bus.dead.list()).length).toBe(4);
        });
        await idle(bus, "g");
        const dead = await bus.dead.list("g");
        expect(dead.map(({ text }) => text)).toEqual(["{ not json", newer, wrong, lying]);
        expect(dead.every(({ reason }) => reason === "unreadable")).toBe(true);
        expect(dead.map(({ error }) => error).join("\n")).toMatch(/JSON[^]*newer[^]*canaryId[^]*type field/);
        expect(called).toEqual(["good"]);
        // The entries that say so can be read, past those that cannot.
        const readable = (await all(bus.read({ types: ["entry.dead"] }))).map(({ event }) => event.subject);
        expect(readable).toEqual(["system", "system", "system", "system"]);
      }),
  );
}
