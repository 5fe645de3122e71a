import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { benignWith } from "../../src/memory/shipped-benign.ts";
import { caseOf, ind, received } from "./saying.ts";

const c2 = ind("domain", "c2.bad.example");

async function memoryOf(events: readonly KnownEvent[], options = {}): Promise<CaseMemory> {
  const bus = new LocalBus();
  await bus.open([]);
  await bus.publish(events);
  return CaseMemory.project(bus, options);
}

describe("what is asked for by name", () => {
  it("says of a link nobody has seen that its host is known, as the weaker answer it is", async () => {
    const memory = await memoryOf([received("a", { indicators: [c2] })]);
    const asked = memory.recallSimilar("hxxps://c2.bad[.]example/new/path");
    expect(asked.cases).toEqual([]);
    expect(asked.related).toMatchObject({ host: "c2.bad.example", cases: [{ caseId: caseOf("a") }] });
    expect(memory.recallSimilar("https://other.example/x")).not.toHaveProperty("related");
    expect(memory.recallSimilar("c2.bad.example")).not.toHaveProperty("related");
  });

  it("knows an actor of an alert under any of its names, and infrastructure that soc.yaml lists", async () => {
    const events = [
      received("a", { indicators: [ind("actor", "Fancy Bear"), c2, ind("ipv4", "203.0.113.80")] }),
      received("b", { indicators: [ind("actor", "APT28"), ind("ipv4", "203.0.113.80")] }),
    ];
    expect((await memoryOf(events)).recallSimilar(caseOf("b")).cases[0]?.shared).toHaveLength(3);
    const own = benignWith([".bad.example", "203.0.113.0/24"]);
    const memory = await memoryOf(events, { benign: own });
    const [found] = memory.recallSimilar(caseOf("b")).cases;
    expect(found?.shared.map(({ type }) => type)).toEqual(["actor", "rule"]);
    expect(memory.recallSimilar("c2.bad.example").cases).toEqual([]);
  });

  it("is the same from a snapshot that is only read, and one past the position asked for is not used", async () => {
    const bus = new LocalBus();
    await bus.open([]);
    const stored = await bus.publish(["a", "b", "c"].map((name) => received(name, { indicators: [c2] })));
    let kept: string | undefined;
    const many = Array.from({ length: 1000 }, (_, i) => received(`n${i}`));
    await bus.publish(many);
    const write = (text: string): Promise<void> => {
      kept = text;
      return Promise.resolve();
    };
    await CaseMemory.project(bus, { snapshot: { read: () => Promise.resolve(undefined), write } });
    expect(kept).toBeDefined();
    const snapshot = { read: () => Promise.resolve(kept) };
    const whole = await CaseMemory.project(bus, { snapshot });
    expect(whole.recallSimilar(caseOf("a"))).toEqual(
      (await CaseMemory.project(bus)).recallSimilar(caseOf("a")),
    );
    const to = stored[1]?.position ?? "";
    expect((await CaseMemory.project(bus, { snapshot, to })).cases()).toHaveLength(2);
    await bus.close();
  });
});
