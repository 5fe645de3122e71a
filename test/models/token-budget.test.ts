/** A role's tokens of a day, counted from a log of several partitions. */
import { describe, expect, it } from "vitest";
import { comparePositions, type Position, type ReadOptions, type StoredEvent } from "../../src/bus/bus.ts";
import { inLogOrder } from "../../src/bus/merging.ts";
import { manualClock } from "../../src/clock.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { TokenBudgets } from "../../src/models/token-budget.ts";

const morning = Date.parse("2026-11-16T08:00:00Z");

/** Partitions with clocks of their own; read as Redis's are. */
class Log {
  readonly published: AnyEvent[] = [];
  fails = false;
  /** How many entries were read in all. */
  entries = 0;
  readonly #partitions: StoredEvent[][];

  constructor(partitions: number) {
    this.#partitions = Array.from({ length: partitions }, () => []);
  }

  /** A run of this many tokens, at this log time of its partition. */
  ran(partition: number, at: number, tokens: number): void {
    const entries = this.#partitions[partition];
    const run = {
      ...{ role: "tier2", promptVersion: "0".repeat(64), model: "m", leg: "l", steps: [], modelCalls: 1 },
      ...{ tokens: { input: tokens, output: 0 }, milliseconds: 1, evidenceDropped: 0, recallArm: "off" },
    };
    const event = makeEvent({
      ...{ id: `p${partition}-${entries?.length ?? 0}`, source: "/roles/tier2", type: "role.worked" },
      ...{ subject: "CASE-0123456789", time: new Date(at).toISOString(), data: { ...run, positions: {} } },
    });
    entries?.push({ event, partition, position: `${at}-0` });
  }

  publish(events: readonly AnyEvent[]): Promise<StoredEvent[]> {
    this.published.push(...events);
    return Promise.resolve([]);
  }

  tail(): Promise<ReadonlyMap<number, Position>> {
    const tails = this.#partitions.map((entries, at) => [at, entries.at(-1)?.position] as const);
    return Promise.resolve(new Map(tails.flatMap(([at, tail]) => (tail === undefined ? [] : [[at, tail]]))));
  }

  read({ after = "0-0" }: ReadOptions = {}): AsyncIterable<StoredEvent> {
    if (this.fails) throw new Error("the log is away");
    return inLogOrder(this.#partitions.map((entries) => this.#from(entries, after)));
  }

  async *#from(entries: readonly StoredEvent[], after: Position): AsyncGenerator<StoredEvent> {
    for (const entry of await Promise.resolve(entries)) {
      if (comparePositions(entry.position, after) <= 0) continue;
      this.entries += 1;
      yield entry;
    }
  }
}

function budgetOn(log: Log, tokens: number) {
  const clock = manualClock(morning);
  const budget = new TokenBudgets(new Map([["tier2", tokens]]), { bus: log, clock }).of("tier2");
  return { clock, spent: async () => (await budget?.spent())?.why };
}

describe("a role's tokens of a day", () => {
  it("are counted once each, whichever partition's clock is behind", async () => {
    const log = new Log(2);
    const { spent } = budgetOn(log, 600);
    log.ran(0, morning + 5_000, 100);
    expect(await spent()).toBeUndefined();
    // The second partition has said nothing yet, and its clock is four seconds behind.
    log.ran(1, morning + 1_000, 200);
    log.ran(1, morning + 1_001, 200);
    log.ran(0, morning + 6_000, 99);
    expect(await spent()).toBeUndefined();
    expect(await spent()).toBeUndefined();
    log.ran(1, morning + 1_500, 1);
    expect(await spent()).toBe("its 600 tokens of 2026-11-16 are spent (600 used)");
    expect(log.published).toMatchObject([{ type: "model.budget_spent", data: { tokens: 600, budget: 600 } }]);
  });

  it("are not read again and again where one partition says little", async () => {
    const log = new Log(2);
    const { spent } = budgetOn(log, 1_000_000);
    log.ran(1, morning, 1);
    for (let n = 1; n <= 100; n += 1) log.ran(0, morning + n * 1_000, 1);
    await spent();
    const before = log.entries;
    log.ran(1, morning + 50_000, 1);
    await spent();
    await spent();
    expect(log.entries - before).toBeLessThan(200);
    const after = log.entries;
    await spent();
    expect(log.entries - after).toBeLessThan(60);
  });

  it("begin at nothing with the next day", async () => {
    const log = new Log(1);
    const { spent, clock } = budgetOn(log, 100);
    log.ran(0, morning, 100);
    expect(await spent()).toContain("100 used");
    clock.advance(16 * 60 * 60_000);
    expect(await spent()).toBeUndefined();
  });

  it("are counted again after a read of the log that failed", async () => {
    const log = new Log(1);
    const { spent } = budgetOn(log, 100);
    log.ran(0, morning, 100);
    log.fails = true;
    await expect(spent()).rejects.toThrow("the log is away");
    log.fails = false;
    expect(await spent()).toContain("100 used");
  });
});
