import { expect, it } from "vitest";
import { comparePositions, logTime } from "../../../src/bus/bus.ts";
import { parseEvent } from "../../../src/events/parse.ts";
import { all, canary, ids, until, withBus, type MakeHarness } from "./harness.ts";

export function logCases(make: MakeHarness): void {
  it("stores an event once, whoever says it however often, and answers with what is stored", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      const first = await bus.publish([canary("a"), canary("b")]);
      const again = await bus.publish([canary("b"), canary("c"), canary("c")]);
      const racing = await Promise.all(Array.from({ length: 20 }, () => bus.publish([canary("d")])));
      expect(again[0]).toEqual(first[1]);
      expect(again[1]).toEqual(again[2]);
      expect(new Set(racing.map(([stored]) => stored?.position)).size).toBe(1);
      expect(await ids(bus)).toEqual(["a", "b", "c", "d"]);
    }));

  it("answers a repeat that says something else with what was said first", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      await bus.publish([canary("a", "one")]);
      const [stored] = await bus.publish([canary("a", "two")]);
      expect(stored?.event.subject).toBe("one");
    }));

  it("gives positions that rise, and reads in their order", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      const names = Array.from({ length: 600 }, (_, i) => `e${i}`);
      for (let i = 0; i < names.length; i += 60) {
        await bus.publish(names.slice(i, i + 60).map((name) => canary(name)));
      }
      const read = await all(bus.read());
      expect(read.map(({ event }) => event.id)).toEqual(names);
      read.slice(1).forEach(({ position }, i) => {
        expect(comparePositions(position, read[i]?.position ?? "")).toBeGreaterThan(0);
      });
      expect(logTime(read[0]?.position ?? "0-0")).toBeGreaterThan(0);
      expect((await bus.tail()).get(0)).toBe(read.at(-1)?.position);
    }));

  it("knows no tail of an empty log", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      expect((await bus.tail()).size).toBe(0);
      expect(await all(bus.read())).toEqual([]);
    }));

  it("reads by position, exclusive and inclusive, by type and by subject", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      const published = await bus.publish([
        canary("a", "one"),
        canary("b", "two"),
        parseEvent({ ...canary("c", "one"), type: "canary.missed", data: { canaryId: "c", stoppedAt: "x" } }),
        canary("d", "one"),
      ]);
      const [a, , c] = published.map(({ position }) => position);
      const read = async (options: Parameters<typeof bus.read>[0]): Promise<string[]> =>
        (await all(bus.read(options))).map(({ event }) => event.id);
      expect(await read({ after: a ?? "" })).toEqual(["b", "c", "d"]);
      expect(await read({ to: c ?? "" })).toEqual(["a", "b", "c"]);
      expect(await read({ after: a ?? "", to: c ?? "" })).toEqual(["b", "c"]);
      expect(await read({ types: ["canary.missed"] })).toEqual(["c"]);
      expect(await read({ subject: "one" })).toEqual(["a", "c", "d"]);
      expect(await read({ subject: "one", types: ["canary.sent"], after: a ?? "" })).toEqual(["d"]);
      expect(await read({ subject: "nobody" })).toEqual([]);
    }));

  it("follows: what is there, then what comes, each once, until the signal aborts", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      await bus.publish([canary("a"), canary("b")]);
      const following = until(bus, (seen) => seen.length === 4);
      await bus.publish([canary("c")]);
      await bus.publish([canary("d")]);
      expect((await following).map(({ event }) => event.id)).toEqual(["a", "b", "c", "d"]);
      const stop = new AbortController();
      const waiting = all(bus.follow({ signal: stop.signal, after: (await bus.tail()).get(0) ?? "" }));
      stop.abort();
      expect(await waiting).toEqual([]);
    }));

  it("carries foreign types and newer versions unread, to the byte", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      const newer = parseEvent({ ...canary("new"), schemaversion: 9, data: { un: ["known", 1.5, null] } });
      const foreign = parseEvent({ ...canary("theirs"), type: "weather.changed", data: "rain" });
      await bus.publish([newer, foreign]);
      expect((await all(bus.read())).map(({ event }) => event)).toEqual([newer, foreign]);
    }));

  it("refuses an event over 64 KB and stores none of those beside it", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      const large = parseEvent({ ...canary("large"), type: "weather.changed", data: "x".repeat(64 * 1024) });
      await expect(bus.publish([canary("small"), large])).rejects.toMatchObject({ code: "event_too_large" });
      expect(await ids(bus)).toEqual([]);
    }));

  it("refuses to work before it is open and after it is closed", () =>
    withBus(make, async (bus) => {
      const publish = async (): Promise<unknown> => bus.publish([canary("a")]);
      await expect(publish()).rejects.toMatchObject({ code: "bus_closed" });
      await bus.open([]);
      await bus.close();
      await expect(publish()).rejects.toMatchObject({ code: "bus_closed" });
    }));
}
