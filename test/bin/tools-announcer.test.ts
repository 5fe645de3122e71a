/** What tool servers offer, as the log says it over several starts of hatrack. */
import { afterEach, describe, expect, it } from "vitest";
import { toolsAnnouncer } from "../../bin/tools-announcer.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { EventData } from "../../src/events/catalogue.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { judgeAll, recheck, type Known } from "../../vendors/mcp-listing.ts";
import { handTimers } from "../models/hand-timers.ts";

type Changed = EventData<"tools.changed">;
const tool = (name: string, properties: object = {}) => ({
  ...{ name, inputSchema: { type: "object", properties }, annotations: { readOnlyHint: true } },
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function scene() {
  const bus = new LocalBus({ clock: manualClock(Date.parse("2026-11-16T08:00:00Z")) });
  await bus.open([]);
  closers.push(() => bus.close());
  const said = async (): Promise<Changed[]> => {
    const all: Changed[] = [];
    for await (const { event } of bus.read()) if (isEvent(event, "tools.changed")) all.push(event.data);
    return all;
  };
  /** Once what was announced is on the log. */
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  /** A process: what its server lists, one list after the other; resolves with all that the log says then. */
  const process = () => {
    let known: Known = new Map();
    const announce = toolsAnnouncer(bus, { diagnostics: silent, signal: new AbortController().signal });
    return {
      announce,
      lists: async (...listed: readonly object[]): Promise<Changed[]> => {
        const { changes, known: now, first } = recheck(known, judgeAll(listed));
        known = now;
        const data = { server: "siem", version: "1", changes: [...changes], more: 0 };
        if (first || changes.length > 0) announce(data, first);
        await settled();
        return said();
      },
    };
  };
  return { bus, process, said, settled };
}

describe("what a tool server offers", () => {
  it("is said once, however often hatrack is started and however many processes see it", async () => {
    const { process, said } = await scene();
    await Promise.all([process(), process()].map((each) => each.lists(tool("search"), tool("list"))));
    await process().lists(tool("search"), tool("list"));
    expect(await said()).toMatchObject([{ changes: [{ tool: "search", usable: true }, { tool: "list" }] }]);
  });

  it("is said when a tool was altered while hatrack was down, though it may be used as before", async () => {
    const { process } = await scene();
    await process().lists(tool("search"), tool("list"));
    const all = await process().lists(tool("search", { all: { type: "boolean" } }), tool("list"));
    expect(all.slice(1)).toMatchObject([
      {
        changes: [
          { tool: "search", usable: true, why: expect.stringContaining("are not what was said") as unknown },
        ],
      },
    ]);
    expect(all[1]?.changes).toHaveLength(1);
    const back = await process().lists(tool("search"), tool("list"));
    expect(back).toHaveLength(3);
  });

  it("is said when a tool was withdrawn while hatrack was down, once, and when it is back", async () => {
    const { process } = await scene();
    await process().lists(tool("search"), tool("list"));
    for (let start = 0; start < 2; start += 1) {
      const all = await process().lists(tool("list"));
      expect(all.slice(1)).toMatchObject([
        { changes: [{ tool: "search", usable: false, why: "the server offers it no more" }] },
      ]);
      expect(all[1]?.changes).toHaveLength(1);
    }
    expect((await process().lists(tool("search"), tool("list")))[2]?.changes).toMatchObject([
      { tool: "search", usable: true },
    ]);
  });

  it("is said when all of it was withdrawn while hatrack was down", async () => {
    const { process } = await scene();
    await process().lists(tool("search"));
    expect((await process().lists())[1]?.changes).toMatchObject([{ tool: "search", usable: false }]);
    expect(await (await scene()).process().lists()).toEqual([]);
  });

  it("is said each time that a tool is withdrawn", async () => {
    const { process } = await scene();
    const one = process();
    await one.lists(tool("search"), tool("list"));
    for (let n = 0; n < 2; n += 1) {
      await one.lists(tool("list"));
      await one.lists(tool("search"), tool("list"));
    }
    const all = await one.lists(tool("list"));
    expect(all.map(({ changes }) => changes.map(({ usable }) => usable))).toEqual([
      ...[[true, true], [false], [true], [false], [true], [false]],
    ]);
  });

  it("is said when it is another of those that are not listed", async () => {
    const { process, said, settled } = await scene();
    const { announce } = process();
    const changes = [{ tool: "search", usable: true, why: "read-only", digest: "a".repeat(64) }];
    const listing = { server: "siem", version: "1", changes, more: 4 };
    for (const digest of ["b", "b", "c"]) announce({ ...listing, moreDigest: digest.repeat(64) }, true);
    await settled();
    expect((await said()).map(({ moreDigest }) => moreDigest?.[0])).toEqual(["b", "c"]);
  });

  it("is said when the log can be written again", async () => {
    const { bus, said, settled } = await scene();
    const timers = handTimers();
    let fails = true;
    const log = {
      read: bus.read.bind(bus),
      publish: (events: Parameters<LocalBus["publish"]>[0]) =>
        fails ? Promise.reject(new Error("the log is away")) : bus.publish(events),
    };
    const noted = Promise.withResolvers<unknown>();
    const announce = toolsAnnouncer(log, {
      ...{ timers, signal: new AbortController().signal },
      diagnostics: { ...silent, warn: noted.resolve },
    });
    const changes = [{ tool: "a", usable: true, why: "read-only" }];
    announce({ server: "siem", version: "1", changes, more: 0 }, true);
    expect(await noted.promise).toMatchObject({ server: "siem", why: "the log is away" });
    fails = false;
    await new Promise((resolve) => setImmediate(resolve));
    timers.advance(5_000);
    await settled();
    expect(await said()).toHaveLength(1);
  });
});
