import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { silent } from "../../src/diagnostics.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { MemoryFold } from "../../src/memory/memory-state.ts";
import { keptIn, snapshotOf, type SnapshotStore } from "../../src/memory/snapshot.ts";
import { caseLog } from "../../bench/memory-cases.ts";
import { caseOf, hour, ind, intel, investigated, labelled, linked, logged, received } from "./saying.ts";

const lists = "lists of today";
const c2 = ind("domain", "c2.bad.example");
const story: readonly KnownEvent[] = [
  received("a", { indicators: [c2], host: "WS-1", user: "j.doe" }),
  received("b", {
    indicators: [c2],
    process: { path: "C:\\Program Files\\x\\y.exe", sha256: "ab".repeat(32) },
  }),
  investigated("b", "true_positive"),
  labelled("a", "benign"),
  linked("a", "b"),
  intel("b", { actor: { name: "Fancy Bear", confidence: 0.9 } }, hour(1)),
  received("c", { indicators: [c2], time: hour(2) }),
];

function folded(events: readonly KnownEvent[]): MemoryFold {
  const fold = new MemoryFold(noLists);
  for (const entry of logged(events)) fold.evolve(entry);
  return fold;
}

function store(text?: string): SnapshotStore & { text: string | undefined; writes: number } {
  return {
    text,
    writes: 0,
    read() {
      return Promise.resolve(this.text);
    },
    write(kept: string) {
      this.text = kept;
      this.writes += 1;
      return Promise.resolve();
    },
  };
}

describe("a snapshot of memory", () => {
  it("that cannot be read or written is reported, and memory is folded from the log", async () => {
    const bus = new LocalBus();
    await bus.open([]);
    await bus.publish([...caseLog(600, 1)].map(({ event }) => event));
    const told: string[] = [];
    const diagnostics = { ...silent, warn: (_: object, message: string) => void told.push(message) };
    const broken = () => Promise.reject(new Error("EIO"));
    const memory = await CaseMemory.project(bus, { snapshot: { read: broken, write: broken }, diagnostics });
    expect(memory.cases()).toHaveLength(600);
    expect(told).toEqual(["memory: its snapshot was not read", "memory: its snapshot was not written"]);
    await bus.close();
  });

  it("gives the same bytes after it was kept, read back and folded on, wherever it was taken", () => {
    fc.assert(
      fc.property(fc.nat({ max: story.length }), (at) => {
        const kept = keptIn(snapshotOf(folded(story.slice(0, at)).state, lists), lists);
        const resumed = new MemoryFold(noLists);
        if (kept !== undefined) resumed.restore(kept);
        for (const entry of logged(story)) resumed.evolve(entry);
        expect(kept).toBeDefined();
        expect(snapshotOf(resumed.state, lists)).toBe(snapshotOf(folded(story).state, lists));
      }),
    );
  });

  it("is thrown away when it is of other lists, of another version, cut or changed", () => {
    const text = snapshotOf(folded(story).state, lists);
    expect(keptIn(text, "other lists")).toBeUndefined();
    expect(keptIn(text.replace('"version":3', '"version":2'), lists)).toBeUndefined();
    for (const at of [0, 1, 40, text.length >> 1, text.length - 1]) {
      expect(keptIn(text.slice(0, at), lists)).toBeUndefined();
    }
    expect(keptIn(text.replace("benign", "suspicious"), lists)).toBeUndefined();
    expect(keptIn("", lists)).toBeUndefined();
  });

  it("spares a start the fold of what it holds, and is written again only when much has come since", async () => {
    const bus = new LocalBus();
    await bus.open([]);
    await bus.publish([...caseLog(600, 1)].map(({ event }) => event));
    const kept = store();
    const first = await CaseMemory.project(bus, { snapshot: kept });
    expect(kept.writes).toBe(1);

    await bus.publish([received("late", { indicators: [c2] })]);
    const second = await CaseMemory.project(bus, { snapshot: kept });
    expect(kept.writes).toBe(1);
    expect(second.cases()).toHaveLength(first.cases().length + 1);
    const whole = await CaseMemory.project(bus);
    expect(snapshotOf(second.state, lists)).toBe(snapshotOf(whole.state, lists));
  });

  it("of another log is not used", async () => {
    const [bus, other] = [new LocalBus(), new LocalBus()];
    for (const each of [bus, other]) await each.open([]);
    await bus.publish([...caseLog(600, 1)].map(({ event }) => event));
    const kept = store();
    await CaseMemory.project(bus, { snapshot: kept });
    await other.publish([received("a")]);

    const memory = await CaseMemory.project(other, { snapshot: kept });
    expect(memory.cases().map(({ caseId }) => caseId)).toEqual([caseOf("a")]);
  });

  it("is not used for a memory of the past (lesson 25)", async () => {
    const bus = new LocalBus();
    await bus.open([]);
    await bus.publish(story);
    const kept = store(snapshotOf(folded(story).state, lists));
    const memory = await CaseMemory.project(bus, { snapshot: kept, asOf: hour(-1) });
    expect(memory.cases()).toEqual([]);
  });
});

describe("memory as bytes", () => {
  it("is the same whatever the interleaving of cases", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (order) => {
        const subjects = ["a", "b", "c"].map(caseOf);
        const mixed = order.flatMap((i) => story.filter(({ subject }) => subject === subjects[i]));
        const body = (events: readonly KnownEvent[]): string =>
          snapshotOf(folded(events).state, lists).split("\n").slice(1).join("\n");
        expect(body(mixed)).toBe(body(story));
      }),
    );
  });
});
