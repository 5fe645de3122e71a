import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { HatrackError } from "../../src/errors.ts";
import { benignFrom } from "../../src/indicators/benign.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import {
  caseOf,
  closed,
  escalated,
  hour,
  ind,
  intel,
  investigated,
  labelled,
  received,
  said,
  triaged,
  unlabelled,
} from "./saying.ts";

const c2 = ind("domain", "c2.bad.example");
const hash = ind("sha256", "a".repeat(64).replace(/^a/, "b"));

async function memoryOf(events: readonly KnownEvent[], options = {}): Promise<CaseMemory> {
  const bus = new LocalBus();
  await bus.open([]);
  await bus.publish(events);
  return CaseMemory.project(bus, options);
}

function recalled(memory: CaseMemory, name: string): string[] {
  return memory.recallSimilar(caseOf(name)).cases.map(({ caseId }) => caseId);
}

describe("recall", () => {
  it("finds the case that shares a strong indicator and says what they share, who judged it and how", async () => {
    const memory = await memoryOf([
      received("a", { indicators: [c2], host: "WS-1" }),
      investigated("a", "true_positive"),
      received("b", { indicators: [c2], host: "WS-1", rule: "Other" }),
    ]);

    const { query, cases } = memory.recallSimilar(caseOf("b"));

    expect(query).toBe(caseOf("b"));
    expect(cases).toMatchObject([
      {
        caseId: caseOf("a"),
        shared: [c2, ind("host", "ws-1")],
        verdict: "true_positive",
        confirmedBy: "tier2",
      },
    ]);
    expect(cases[0]?.score).toBeGreaterThan(0);
  });

  it("counts a person's label before the console's, that before Tier 2's, and none that does not know", async () => {
    const opinions = async (...events: KnownEvent[]): Promise<unknown> => {
      const memory = await memoryOf([
        ...[received("a", { indicators: [c2] }), received("b", { indicators: [c2] })],
        ...[triaged("a", "suspicious"), investigated("a", "true_positive"), ...events],
      ]);
      const [one] = memory.recallSimilar(caseOf("b")).cases;
      return [one?.verdict, one?.confirmedBy];
    };
    const console = closed("a", "false_positive", hour(3));
    expect(await opinions(console)).toEqual(["false_positive", "source"]);
    expect(await opinions(labelled("a", "benign", hour(1)), console)).toEqual(["benign", "person"]);
    expect(await opinions(labelled("a", "benign"), console, unlabelled("a"))).toEqual([
      "false_positive",
      "source",
    ]);
    const ignored = closed("a", "insufficient_data", hour(4));
    expect(await opinions(console, ignored)).toEqual(["true_positive", "tier2"]);
  });

  it("does not recall a case on weak indicators alone", async () => {
    const alike = { host: "WS-1", user: "j.doe", rule: "Same rule", techniques: ["T1059"] };
    const memory = await memoryOf([received("a", alike), received("b", alike)]);

    expect(recalled(memory, "b")).toEqual([]);
  });

  it("puts a case that shares weak indicators too before one that shares the strong one alone", async () => {
    const memory = await memoryOf([
      received("a", { indicators: [c2], rule: "One" }),
      received("b", { indicators: [c2], rule: "Two", host: "WS-1" }),
      received("c", { indicators: [c2], rule: "Three", host: "WS-1" }),
    ]);

    expect(recalled(memory, "c")).toEqual([caseOf("b"), caseOf("a")]);
  });

  it("weighs a hash over a name, and a rare name over a common one", async () => {
    const common = ind("domain", "common.bad.example");
    const memory = await memoryOf([
      ...["x", "y", "z"].map((name) => received(name, { indicators: [common], rule: name })),
      received("name", { indicators: [c2], rule: "1" }),
      received("hash", { indicators: [hash], rule: "2" }),
      received("now", { indicators: [common, c2, hash], rule: "3" }),
    ]);

    expect(recalled(memory, "now").slice(0, 2)).toEqual([caseOf("hash"), caseOf("name")]);
  });

  it("lets old cases fade to a floor, never to nothing", async () => {
    const memory = await memoryOf([
      received("ancient", { indicators: [c2], time: hour(-24 * 3000) }),
      received("old", { indicators: [c2], time: hour(-24 * 60) }),
      received("now", { indicators: [c2] }),
    ]);

    const [old, ancient] = memory.recallSimilar(caseOf("now")).cases;

    expect([old?.caseId, ancient?.caseId]).toEqual([caseOf("old"), caseOf("ancient")]);
    expect(ancient?.score).toBeCloseTo((old?.score ?? 0) / 2);
  });

  it("counts what a person confirmed more than the model's own opinion (lesson 20)", async () => {
    const memory = await memoryOf([
      received("model", { indicators: [c2] }),
      triaged("model", "true_positive"),
      received("person", { indicators: [c2] }),
      triaged("person", "true_positive"),
      labelled("person", "true_positive"),
      received("now", { indicators: [c2], rule: "Other" }),
    ]);

    const { cases } = memory.recallSimilar(caseOf("now"));

    expect(cases.map(({ caseId, confirmedBy }) => [caseId, confirmedBy])).toEqual([
      [caseOf("person"), "person"],
      [caseOf("model"), "sentinel"],
    ]);
    expect(cases[0]?.score).toBeCloseTo((cases[1]?.score ?? 0) * 2, 3);
  });

  it("says no verdict of a case that only has a rejected proposal: what was refused is no precedent (lesson 20)", async () => {
    const memory = await memoryOf([
      received("a", { indicators: [c2] }),
      said("action.decided", caseOf("a"), {
        data: {
          ...{ proposalId: "p", outcome: "rejected", by: [{ team: "T", user: "U" }], why: "No." },
          digest: "0".repeat(64),
        },
      }),
      received("b", { indicators: [c2] }),
    ]);

    expect(memory.recallSimilar(caseOf("b")).cases).toMatchObject([{ verdict: null, confirmedBy: null }]);
  });

  it("lets a false alarm that Tier 2 cleared be one, whatever was said before (lesson 19)", async () => {
    const memory = await memoryOf([
      received("a", { indicators: [c2] }),
      triaged("a", "true_positive"),
      escalated("a"),
      investigated("a", "false_positive"),
      received("b", { indicators: [c2] }),
    ]);

    expect(memory.recallSimilar(caseOf("b")).cases).toMatchObject([
      { verdict: "false_positive", confirmedBy: "tier2" },
    ]);
  });

  it("falls back on what the roles said when a label is withdrawn", async () => {
    const memory = await memoryOf([
      received("a", { indicators: [c2] }),
      investigated("a", "true_positive"),
      labelled("a", "benign", hour(1)),
      unlabelled("a", hour(2)),
      received("b", { indicators: [c2] }),
    ]);

    expect(memory.recallSimilar(caseOf("b")).cases).toMatchObject([
      { verdict: "true_positive", confirmedBy: "tier2" },
    ]);
  });

  it("keeps a person's verdict when a role speaks after", async () => {
    const memory = await memoryOf([
      received("a", { indicators: [c2] }),
      labelled("a", "benign"),
      investigated("a", "true_positive", hour(1)),
      received("b", { indicators: [c2] }),
    ]);

    expect(memory.recallSimilar(caseOf("b")).cases).toMatchObject([
      { verdict: "benign", confirmedBy: "person" },
    ]);
  });

  it("never links by benign infrastructure, nor by what intel merely mentions (lesson 21)", async () => {
    const mention = [ind("domain", "virustotal.com"), c2].map((one) => ({ ...one, reputation: "unknown" }));
    const resolver = [ind("ipv4", "8.8.8.8"), ind("ipv4", "192.168.1.10")];
    const memory = await memoryOf([
      received("a", { indicators: resolver }),
      intel("a", { indicators: mention, summary: "virustotal.com says nothing." }),
      received("b", { indicators: resolver }),
      intel("b", { indicators: mention, summary: "virustotal.com says nothing." }),
    ]);

    expect(recalled(memory, "b")).toEqual([]);
    expect(memory.recallSimilar("8.8.8.8").cases).toEqual([]);
    expect(memory.recallSimilar("virustotal.com").cases).toEqual([]);
    expect(memory.recallSimilar(c2).cases).toEqual([]);
  });

  it("takes its benign infrastructure from whoever asks for it", async () => {
    const own = {
      id: "own",
      name: "Our egress",
      kind: "address",
      links: "never",
      values: ["198.51.100.0/24"],
    };
    const nat = { indicators: [ind("ipv4", "198.51.100.24")] };
    const memory = await memoryOf([received("a", nat), received("b", nat)], {
      benign: benignFrom({ lists: [own] }),
    });

    expect(recalled(memory, "b")).toEqual([]);
  });

  it("does not link two alerts about PowerShell by PowerShell's own hash", async () => {
    const process = {
      path: String.raw`\Device\HarddiskVolume3\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`,
      sha256: hash.value,
    };
    const memory = await memoryOf([
      received("a", { process, indicators: [hash] }),
      received("b", { process, indicators: [hash] }),
    ]);

    expect(recalled(memory, "b")).toEqual([]);
  });

  it("links by the hash of a program dropped where any user may write", async () => {
    const process = { path: String.raw`C:\Windows\Temp\winsvc64.exe`, sha256: hash.value };
    const memory = await memoryOf([received("a", { process }), received("b", { process })]);

    expect(recalled(memory, "b")).toEqual([caseOf("a")]);
  });

  it("stops linking by what intel found clean, and links by what it found bad", async () => {
    const clean = { indicators: [{ ...hash, reputation: "clean: signed by its vendor" }] };
    const bad = { indicators: [{ ...c2, reputation: "malicious (feed)" }] };
    const memory = await memoryOf([
      received("a", { indicators: [hash] }),
      intel("a", clean),
      received("b", { indicators: [hash] }),
      intel("b", clean),
      received("c"),
      intel("c", bad),
      received("d", { indicators: [c2] }),
    ]);

    expect(recalled(memory, "b")).toEqual([]);
    expect(recalled(memory, "d")).toEqual([caseOf("c")]);
  });

  it("links by a named actor, however it is written, but not by a guess", async () => {
    const memory = await memoryOf([
      received("a"),
      intel("a", { actor: { name: "BRASS HERON", confidence: 0.8 } }),
      received("b"),
      intel("b", { actor: { name: "Brass Heron", confidence: 0.6 } }),
      received("c"),
      intel("c", { actor: { name: "Brass Heron", confidence: 0.2 } }),
    ]);

    expect(recalled(memory, "b")).toEqual([caseOf("a")]);
    expect(recalled(memory, "c")).toEqual([]);
  });

  it("takes an indicator in any spelling and finds every case it stands in", async () => {
    const memory = await memoryOf([received("a", { indicators: [c2] })]);

    for (const written of ["c2.bad.example", "C2[.]bad[.]example"]) {
      expect(memory.recallSimilar(written)).toMatchObject({
        query: written,
        cases: [{ caseId: caseOf("a") }],
      });
    }
    expect(memory.recallSimilar(c2).cases).toHaveLength(1);
    expect(memory.recallSimilar("other.bad.example").cases).toEqual([]);
  });

  it("does not take an indicator of very many cases for a likeness, unless it is asked for", async () => {
    const nat = ind("ipv4", "203.0.113.200");
    const names = Array.from({ length: 25 }, (_, i) => `case ${i}`);
    const memory = await memoryOf(names.map((name) => received(name, { indicators: [nat] })));

    expect(recalled(memory, "case 3")).toEqual([]);
    expect(memory.recallSimilar(nat.value, { limit: 3 }).cases).toHaveLength(3);
  });

  it("gives five cases unless told otherwise, equal ones in order of case id", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g", "now"];
    const memory = await memoryOf(names.map((name) => received(name, { indicators: [c2] })));
    const others = names.slice(0, -1).map(caseOf).sort();

    expect(recalled(memory, "now")).toEqual(others.slice(0, 5));
    expect(memory.recallSimilar(caseOf("now"), { limit: 7 }).cases.map((c) => c.caseId)).toEqual(others);
  });

  it("says that it does not know a case instead of saying that nothing is like it", async () => {
    const memory = await memoryOf([received("a")]);

    expect(() => memory.recallSimilar(caseOf("other"))).toThrow(
      new HatrackError("case_not_found", `memory: the log knows no case ${caseOf("other")}`),
    );
  });

  it("knows the past alone when it is asked as of a time (lesson 25)", async () => {
    const events = [
      received("a", { indicators: [c2], time: hour(0) }),
      triaged("a", "suspicious", hour(1)),
      received("b", { indicators: [c2], time: hour(2) }),
      labelled("a", "true_positive", hour(3)),
      received("c", { indicators: [c2], time: hour(4) }),
    ];
    const memory = await memoryOf(events, { asOf: hour(2) });

    expect(memory.recallSimilar(caseOf("b")).cases).toMatchObject([
      { caseId: caseOf("a"), verdict: "suspicious", confirmedBy: "sentinel" },
    ]);
    expect(memory.cases()).toHaveLength(2);
  });
});
