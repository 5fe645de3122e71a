import { describe, expect, it } from "vitest";
import { comparePositions, type Position, type StoredEvent } from "../../src/bus/bus.ts";
import { inLogOrder } from "../../src/bus/merging.ts";
import { manualClock } from "../../src/clock.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { falconLog } from "../../vendors/falcon-log.ts";
import { LogNews } from "../../src/bus/log-news.ts";
import { caseId, said } from "../slack/given.ts";

const hourMs = 3_600_000;
const startMs = Date.parse("2026-11-16T09:00:00Z");

/** A log of several partitions whose clocks do not agree, read as one, as the Redis bus does it. */
function log(partitions: number) {
  const entries: StoredEvent[][] = Array.from({ length: partitions }, () => []);
  let reads = 0;
  const within = async function* (own: readonly StoredEvent[], after: Position): AsyncGenerator<StoredEvent> {
    for (const each of own) if (comparePositions(each.position, after) > 0) yield await Promise.resolve(each);
  };
  return {
    reads: () => reads,
    append: (partition: number, ms: number, sourceId: string): void => {
      const event = said("alert.grouped", { caseId, sourceId, count: 2 });
      entries[partition]?.push({ event, partition, position: `${startMs + ms}-0` });
    },
    tail: () =>
      Promise.resolve(
        new Map(
          entries.flatMap((own, at) => {
            const last = own.at(-1);
            return last === undefined ? [] : [[at, last.position] as const];
          }),
        ),
      ),
    read: ({ after = "0-0" }: { after?: Position } = {}) => {
      reads += 1;
      return inLogOrder(entries.map((own) => within([...own], after)));
    },
  };
}

async function news(reading: LogNews, bus: ReturnType<typeof log>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { event } of reading.read(bus))
    if (isEvent(event, "alert.grouped")) ids.push(event.data.sourceId);
  return ids;
}

describe("reading on in a log of several partitions", () => {
  it("finds what a partition whose clock is an hour behind was given later, and gives nothing twice", async () => {
    const bus = log(3);
    const reading = new LogNews(["alert.grouped"]);
    bus.append(0, 0, "a");
    bus.append(1, -hourMs, "b");
    expect(await news(reading, bus)).toEqual(["b", "a"]);
    bus.append(1, 1 - hourMs, "c");
    expect(await news(reading, bus)).toEqual(["c"]);
    bus.append(2, -2 * hourMs, "first of its partition");
    bus.append(0, 5, "d");
    expect(await news(reading, bus)).toEqual(["first of its partition", "d"]);
    expect(await news(reading, bus)).toEqual([]);
  });

  it("does not read when nothing was added", async () => {
    const bus = log(2);
    const reading = new LogNews(["alert.grouped"]);
    expect(await news(reading, bus)).toEqual([]);
    bus.append(0, 0, "a");
    await news(reading, bus);
    await news(reading, bus);
    expect(bus.reads()).toBe(1);
  });

  it("leaves what is added while it reads for the next time, and nothing out", async () => {
    const bus = log(2);
    const reading = new LogNews(["alert.grouped"]);
    bus.append(0, 0, "a");
    bus.append(0, 1, "b");
    const ids: string[] = [];
    for await (const { event } of reading.read(bus)) {
      if (isEvent(event, "alert.grouped")) ids.push(event.data.sourceId);
      if (ids.length === 1) for (const [at, id] of ["late", "later"].entries()) bus.append(1, 9 + at, id);
    }
    expect(ids).toEqual(["a", "b"]);
    expect(await news(reading, bus)).toEqual(["late", "later"]);
  });

  it("goes on where a reading broke off, and gives what was being taken again", async () => {
    const bus = log(2);
    const reading = new LogNews(["alert.grouped"]);
    for (const [at, id] of ["a", "b", "c"].entries()) bus.append(at % 2, at, id);
    let given = 0;
    await expect(
      (async () => {
        for await (const _ of reading.read(bus)) if (++given === 2) throw new Error("taken badly");
      })(),
    ).rejects.toThrow("taken badly");
    expect(await news(reading, bus)).toEqual(["b", "c"]);
    expect(await news(reading, bus)).toEqual([]);
  });

  it("lets Falcon's poller know an alert that counts in another's case, whichever partition that is in", async () => {
    const bus = log(2);
    const { onLog } = falconLog(bus, manualClock(startMs));
    bus.append(0, 0, "cid:ind:1");
    expect(await onLog("cid:ind:1")).toMatchObject({ taken: true, hasCase: false });
    bus.append(1, -hourMs, "cid:ind:2");
    expect(await onLog("cid:ind:2")).toMatchObject({ taken: true });
    expect(await onLog("cid:ind:3")).toMatchObject({ taken: false });
  });
});
