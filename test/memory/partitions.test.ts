import fc from "fast-check";
import { expect, it } from "vitest";
import { caseLog } from "../../bench/memory-cases.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { partitionOf } from "../../src/bus/redis/keys.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { AccuracyFold } from "../../src/memory/accuracy.ts";
import { BalanceFold } from "../../src/memory/alert-balance.ts";
import { MemoryFold } from "../../src/memory/memory-state.ts";
import { snapshotOf } from "../../src/memory/snapshot.ts";

const partitions = 3;
const log = [...caseLog(120, 5)].map((stored) => {
  return { ...stored, partition: partitionOf(stored.event.subject, partitions) };
});
const parts = Array.from({ length: partitions }, (_, number) =>
  log.filter(({ partition }) => partition === number),
);

/** Each partition in its own order; `turns` says whose entry comes next while it has one. */
function interleaved(turns: readonly number[]): StoredEvent[] {
  const rest = parts.map((part) => [...part]);
  const mixed = turns.flatMap((turn) => rest[turn]?.shift() ?? []);
  return [...mixed, ...rest.flat()];
}

function bytes(entries: readonly StoredEvent[]): string[] {
  const [memory, accuracy, balance] = [new MemoryFold(noLists), new AccuracyFold(), new BalanceFold()];
  for (const stored of entries) {
    memory.evolve(stored);
    accuracy.evolve(stored.event);
    balance.evolve(stored.event);
  }
  // The first line says how far it was read.
  const snapshot = snapshotOf(memory.state, "lists").split("\n").slice(1).join("\n");
  return [snapshot, JSON.stringify(accuracy.report()), JSON.stringify(balance.balance)];
}

it("any interleaving of partitions folds to the same bytes: memory, accuracy, the balance of alerts", () => {
  const expected = bytes(log);
  expect(parts.every((part) => part.length > 20)).toBe(true);
  const anyTurns = fc.array(fc.nat(partitions - 1), { maxLength: log.length });
  fc.assert(
    fc.property(anyTurns, (turns) => {
      expect(bytes(interleaved(turns))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});
