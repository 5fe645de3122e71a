import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { says, skip, type ReadOptions, type StoredEvent } from "../../src/bus/bus.ts";
import { manualClock } from "../../src/clock.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { LockstepBus } from "../../src/replay/lockstep-bus.ts";
import { wavesOf } from "../../src/replay/waves.ts";

const caseOf = (n: number): string => `CASE-${String(n).padStart(10, "0")}`;
const time = "2026-03-01T08:00:00.000Z";

function alert(n: number): KnownEvent<"alert.received"> {
  const caseId = caseOf(n);
  const data = {
    source: "test",
    sourceId: String(n),
    caseId,
    rule: { id: "r", name: "Rule" },
    title: "Title",
  };
  const rest = { severity: "low", time, techniques: [], indicators: [], raw: null };
  return makeEvent({
    ...{ id: `a${n}`, source: "/sources/test", type: "alert.received", subject: caseId, time },
    data: { ...data, ...rest },
  });
}

const escalated = (why: string) =>
  ({ type: "case.escalated", data: { toRole: "tier2", why, priority: 5 } }) as const;

const buses: LockstepBus[] = [];
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});

async function open(parallel = 4): Promise<LockstepBus> {
  const clock = manualClock(Date.parse(time));
  const bus = new LockstepBus({ clock, parallel, around: (_task, work) => work() });
  buses.push(bus);
  await bus.open();
  return bus;
}

async function all(bus: LockstepBus, options: ReadOptions = {}): Promise<StoredEvent[]> {
  const entries: StoredEvent[] = [];
  for await (const entry of bus.read(options)) entries.push(entry);
  return entries;
}

describe("a bus in lockstep", () => {
  it("says what was answered in the order of the log, whoever was done first", async () => {
    const bus = await open();
    let after = 8;
    bus.subscribe(
      "triage",
      ["alert.received"],
      async ({ event }) => {
        // The first to begin is the last to answer.
        for (let turns = (after -= 1); turns > 0; turns -= 1) await turn();
        return says(escalated(event.id));
      },
      { source: "/roles/triage" },
    );
    await bus.publish([1, 2, 3, 4, 5, 6].map(alert));
    await bus.settle();
    const said = (await all(bus)).flatMap(({ event }) =>
      isEvent(event, "case.escalated") ? event.data.why : [],
    );
    expect(said).toEqual(["a1", "a2", "a3", "a4", "a5", "a6"]);
  });

  it("never has more at work than it may", async () => {
    const bus = await open(2);
    let [now, most] = [0, 0];
    bus.subscribe(
      "triage",
      ["alert.received"],
      async () => {
        most = Math.max(most, (now += 1));
        await turn();
        now -= 1;
        return skip("seen");
      },
      { source: "/roles/triage" },
    );
    await bus.publish([1, 2, 3, 4, 5].map(alert));
    await bus.settle();
    expect(most).toBe(2);
  });

  it("gives two handlings of one key the one state after the other", async () => {
    const bus = await open();
    const seen: number[] = [];
    bus.subscribe<"alert.received", number>(
      "counter",
      ["alert.received"],
      ({ state = 0 }) => {
        seen.push(state);
        return says(escalated(`after ${state}`));
      },
      { source: "/roles/counter", state: { key: () => "one", evolve: (n = 0) => n + 1, parse: Number } },
    );
    await bus.publish([1, 2, 3].map(alert));
    await bus.settle();
    expect(seen).toEqual([0, 1, 2]);
  });

  it("buries what throws and what the log refuses, and goes on with the rest", async () => {
    const bus = await open();
    bus.subscribe(
      "triage",
      ["alert.received"],
      ({ event }) => {
        if (event.id === "a1") throw new Error("a mistake");
        return says(escalated(event.id === "a2" ? "" : "fine"));
      },
      { source: "/roles/triage" },
    );
    await bus.publish([1, 2, 3].map(alert));
    await bus.settle();
    expect((await bus.dead.list("triage")).map(({ error }) => error.slice(0, 20))).toEqual([
      "a mistake",
      expect.stringMatching(/^event/) as unknown,
    ]);
    expect((await all(bus)).map(({ event }) => `${event.type} ${event.subject}`).slice(3)).toEqual([
      `entry.dead ${caseOf(1)}`,
      `entry.dead ${caseOf(2)}`,
      `case.escalated ${caseOf(3)}`,
    ]);
  });

  it("tells who follows it what was there and what comes, each once, until they stop", async () => {
    const bus = await open();
    bus.subscribe("triage", ["alert.received"], ({ event }) => says(escalated(event.id)), {
      source: "/roles/triage",
    });
    await bus.publish([alert(1)]);
    const stop = new AbortController();
    const heard: string[] = [];
    const following = (async () => {
      const { signal } = stop;
      for await (const { event } of bus.follow({ types: ["case.escalated"], signal })) {
        heard.push(isEvent(event, "case.escalated") ? event.data.why : event.type);
        if (heard.length === 1) await bus.publish([alert(2), alert(3)]);
        if (heard.length === 1) await bus.settle();
        if (heard.length === 3) stop.abort();
      }
    })();
    await bus.settle();
    await following;
    expect(heard).toEqual(["a1", "a2", "a3"]);
    const idle = new AbortController();
    const waiting = bus
      .follow({ types: ["case.closed"], signal: idle.signal })
      [Symbol.asyncIterator]()
      .next();
    idle.abort();
    expect(await waiting).toMatchObject({ done: true });
  });

  it("reads the same from memory as from the log, wherever a reading begins and ends", async () => {
    const bus = await open();
    const entries: StoredEvent[] = [];
    for (let n = 0; n < 40; n += 1) entries.push(...(await bus.publish([alert(n)])));
    const positions = entries.map(({ position }) => position);
    const picks = [0, 1, 17, 38, 39].map((i) => positions[i]);
    for (const after of picks) {
      for (const to of [undefined, ...picks]) {
        const options = { ...(after && { after }), ...(to && { to }), types: ["alert.received"] as const };
        const from = after === undefined ? -1 : positions.indexOf(after);
        const until = to === undefined ? positions.length - 1 : positions.indexOf(to);
        expect((await all(bus, options)).map(({ position }) => position)).toEqual(
          positions.slice(from + 1, until + 1),
        );
      }
    }
    const own = await all(bus, { subject: caseOf(7) });
    bus.putAway(caseOf(7));
    expect(await all(bus, { subject: caseOf(7) })).toEqual(own);
    expect(await all(bus, { subject: caseOf(7), types: ["alert.triaged"] })).toEqual([]);
  });
});

describe("the log of a replay", () => {
  it("has an id once, and a batch that it refuses not at all", async () => {
    const bus = await open();
    let handled = 0;
    bus.subscribe("triage", ["alert.received"], () => skip(String((handled += 1))), {
      source: "/roles/triage",
    });
    const [first] = await bus.publish([alert(1)]);
    expect(await bus.publish([alert(2), alert(1)])).toEqual([
      expect.objectContaining({ partition: 0 }),
      first,
    ]);
    const bad = { ...alert(3), id: "" };
    await expect(bus.publish([alert(4), bad])).rejects.toMatchObject({ code: "event_invalid" });
    await bus.settle();
    expect(handled).toBe(2);
    expect((await all(bus)).map(({ event }) => event.id)).toEqual(["a1", "a2"]);
  });

  it("gives what comes at one moment its place in turn, and never steps back with its clock", async () => {
    const clock = manualClock(1000);
    const bus = new LockstepBus({ clock, parallel: 1, around: (_task, work) => work() });
    buses.push(bus);
    await bus.publish([alert(1), alert(2)]);
    clock.set(900);
    await bus.publish([alert(3)]);
    clock.set(1001);
    await bus.publish([alert(4)]);
    const positions = (await all(bus)).map(({ position }) => position);
    expect(positions).toEqual(["1000-0", "1000-1", "1000-2", "1001-0"]);
    expect([...(await bus.tail()).values()]).toEqual(["1001-0"]);
  });
});

describe("waves of tickets", () => {
  const ats = (waves: readonly (readonly { at: number }[])[]): number[][] =>
    waves.map((wave) => wave.map(({ at }) => at));
  const at = (...times: number[]): { at: number }[] => times.map((each) => ({ at: each }));

  it("are what came in within the window of the first, in order of time", () => {
    expect(ats(wavesOf(at(30, 0, 10, 11, 25), 10))).toEqual([[0, 10], [11], [25, 30]]);
    expect(ats(wavesOf(at(5, 5, 6), 0))).toEqual([[5, 5], [6]]);
    expect(wavesOf([], 10)).toEqual([]);
  });

  it("hold 64 tickets at most, however many come at once", () => {
    expect(wavesOf(at(...Array.from({ length: 130 }, () => 1)), 10).map(({ length }) => length)).toEqual([
      64, 64, 2,
    ]);
  });
});
