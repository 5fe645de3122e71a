import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sender, type MaySend } from "../../slack/sender.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { silent } from "../../src/diagnostics.ts";

let bus: LocalBus;
const open: Sender[] = [];
beforeEach(async () => {
  bus = new LocalBus();
  await bus.open([]);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((sender) => sender.close()));
  await bus.close();
});

/** One process; `says` has what it began and ended. */
async function process(
  name: string,
  says: string[],
  { on = bus, leaseMs = 60_000 }: { on?: Pick<LocalBus, "lease">; leaseMs?: number } = {},
) {
  let may: MaySend = () => false;
  const begin = (mayNow: MaySend) => {
    may = mayNow;
    says.push(`${name} sends`);
    return {
      unready: () => `${name} says why`,
      close: () => {
        says.push(`${name} ends`);
        return Promise.resolve();
      },
    };
  };
  const sender = await Sender.start({ bus: on, diagnostics: silent, begin, leaseMs, lookMs: 20 });
  open.push(sender);
  return { sender, maySend: () => may() };
}

describe("of several processes", () => {
  it("one sends, and another takes over when it closes", async () => {
    const says: string[] = [];
    const first = await process("first", says);
    const second = await process("second", says);
    expect(says).toEqual(["first sends"]);
    expect([first.sender.unready(), second.sender.unready()]).toEqual(["first says why", undefined]);
    await first.sender.close();
    await expect.poll(() => says).toEqual(["first sends", "first ends", "second sends"]);
    expect(second.maySend()).toBe(true);
  });

  it("one that the bus does not hear any more sends nothing more, and another takes over", async () => {
    const says: string[] = [];
    let isCutOff = false;
    const cut: Pick<LocalBus, "lease"> = {
      lease: (...asked) => (isCutOff ? Promise.reject(new Error("no route")) : bus.lease(...asked)),
    };
    const first = await process("first", says, { on: cut, leaseMs: 300 });
    const second = await process("second", says);
    expect([first.maySend(), second.maySend()]).toEqual([true, false]);
    isCutOff = true;
    await expect.poll(second.maySend).toBe(true);
    expect(first.maySend()).toBe(false);
    await expect.poll(() => says).toContain("first ends");
    expect(says.toSorted()).toEqual(["first ends", "first sends", "second sends"]);
  });

  it("many that start at once agree on one", async () => {
    const says: string[] = [];
    await Promise.all(["a", "b", "c", "d"].map((name) => process(name, says)));
    expect(says).toHaveLength(1);
  });
});
