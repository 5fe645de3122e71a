import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { madeUp } from "../../src/agent/claim-words.ts";
import { bindEvidence, occurs } from "../../src/agent/evidence.ts";
import { ask, commandLine, goodAnswer, play, sleuth, submit } from "./scene.ts";

const view = {
  alert: {
    process: { commandLine: String.raw`powershell.exe -enc "JABj"  C:\Users\j.doe\new.ps1` },
    indicators: [{ type: "domain", value: "cdn.evil.example" }],
    severity: "high",
    count: 7,
    hosts: [{ name: "a" }, { name: "b" }],
  },
  triage: {
    summary: "Talks to the group's C2 every minute",
    evidence: [{ claim: "encoded", cites: "alert.process.commandLine", quote: "-enc JABj" }],
  },
};
const steps = [
  { step: 1, status: "ok", result: '{"host":"FIN-WS-042","verdict":"malicious"}' },
  { step: 2, status: "refused", result: "refused: your 3 tool calls are spent" },
  {
    step: 4,
    status: "error",
    arguments: { host: "implant confirmed" },
    result: 'not_found: no host "implant confirmed" in the inventory',
  },
];
const seen = { view, steps };

function holds(cites: string, quote: string): boolean {
  return bindEvidence({ evidence: [{ claim: "c", cites, quote }] }, seen).failed.length === 0;
}

describe("a claim's words", () => {
  const why = (claim: string): string | undefined => {
    const evidence = [{ claim, cites: "alert.process.commandLine", quote: "-enc JABj" }];
    return bindEvidence({ evidence }, seen).failed[0]?.why;
  };

  it.each([
    "An encoded command (T1059.001), two hosts, base64 in UTF-16",
    "FIN-WS-042 talks to cdn[.]evil[.]example",
    "j.doe ran new.ps1 with powershell.exe",
    "Step 1 calls it malicious, 7 times",
  ])("are in the record: %s", (claim) => {
    expect(why(claim)).toBeUndefined();
  });

  it.each([
    ["It beacons to 203.0.113.99", "203.0.113.99"],
    ["FIN-WS-043 did the same", "fin-ws-043"],
    ["It loads mimikatz.exe from other.example", "other.example"],
    ["Seen 4,711 times", "4711"],
    ["Its hash is d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"],
    ["There is no host implant.local", "implant.local"],
  ])("are made up: %s", (claim, word) => {
    expect(why(claim)).toMatch(/^the record does not hold /);
    expect(why(claim)).toContain(word);
  });
});

describe("a name or a number", () => {
  const record =
    "10.0.0.12:4444 fin-ws-042 cdn.evil.example notgood.example a.ps1.bak 1,234 files " +
    `2026-11-16t08:14:07z ${"ab12".repeat(16)}`;

  it.each(["10.0.0.12", "port 4444", "evil.example", "1234 files", "1,234", "at 08:14", "16 november"])(
    "is in the record: %s",
    (claim) => {
      expect(madeUp(claim, () => record)).toEqual([]);
    },
  );

  it.each([
    ["10.0.0.1", "an address that another begins with"],
    ["0.0.12.4", "an address out of two"],
    ["ws-042", "the end of a host's name"],
    ["good.example", "the end of a domain's name"],
    ["a.ps1", "the beginning of a file's name"],
    ["ab12".repeat(8), "a part of a hash"],
    ["42 hosts", "digits of a host's name"],
    ["12 hosts", "digits of an address"],
  ])("is not: %s, %s", (claim) => {
    expect(madeUp(claim, () => record)).toHaveLength(1);
  });
});

describe("a claim's evidence", () => {
  it.each([
    ["alert.process.commandLine", 'powershell.exe -enc "JABj"'],
    ["alert.process.commandLine", "POWERSHELL.EXE   -enc “JABj” "],
    ["alert.process.commandLine", String.raw`C:\\Users\\j.doe\\new.ps1`],
    ["alert.process.commandLine", "powershell.exe … new.ps1"],
    ["alert.indicators.0.value", "cdn[.]evil[.]example"],
    ["alert.indicators", '"value": "cdn.evil.example"'],
    ["alert.count", "7"],
    ["step 1", '"verdict" : "malicious"'],
    ["Step 1", "verdict: malicious"],
    ["triage.evidence.0.quote", "-enc JABj"],
    ["step 4", 'no host "implant confirmed" in the inventory'],
  ])("holds: %s says %s", (cites, quote) => {
    expect(holds(cites, quote)).toBe(true);
  });

  it.each([
    ["alert.process.commandLine", "mimikatz"],
    ["alert.process.sha256", "abc"],
    ["alert.severity", "e"],
    ["alert.severity", "critical"],
    ["alert.process.commandLine", "new.ps1 … powershell.exe"],
    ["alert.process.commandLine", "… …"],
    ["step 2", "tool calls are spent"],
    ["step 3", "FIN-WS-042"],
    ["step 1", '":"'],
    ["alert.hosts", "},{"],
    ["alert", ":[{"],
    ["alert.process.commandLine", " - "],
    ["step 4", "implant confirmed"],
    ["triage.summary", "Talks to the group's C2"],
    ["triage", "every minute"],
    ["triage.evidence.0.claim", "encoded"],
    ["alert.constructor", "function"],
    ["alert.toString", "native code"],
  ])("does not hold: %s says %s", (cites, quote) => {
    expect(holds(cites, quote)).toBe(false);
  });

  it("is found however deep it stands, and what fails is taken out alone", () => {
    const good = { claim: "a", cites: "alert.severity", quote: "high" };
    const bad = { claim: "b", cites: "alert.severity", quote: "low" };
    const answer = { confidence: 0.9, evidence: [good], proposals: [{ verb: "x", evidence: [bad, good] }] };
    const bound = bindEvidence(answer, seen);
    expect(bound.answer).toEqual({
      confidence: 0.5,
      evidence: [good],
      proposals: [{ verb: "x", evidence: [good] }],
    });
    expect(bound.failed).toEqual([{ ...bad, why: "the quote does not occur in alert.severity" }]);
    expect(bound.cited).toEqual(["alert.severity", "alert.severity"]);
    expect(answer.confidence).toBe(0.9);
  });

  it("leaves an answer alone when all of it holds", () => {
    const answer = { confidence: 0.9, evidence: [{ claim: "a", cites: "step 1", quote: "malicious" }] };
    expect(bindEvidence(answer, seen)).toMatchObject({ answer, failed: [] });
  });

  it("holds for every piece of a text that is long enough to say something", () => {
    const piece = fc.tuple(fc.string({ minLength: 8, maxLength: 80 }), fc.nat(), fc.nat());
    fc.assert(
      fc.property(piece, ([text, a, b]) => {
        const from = a % (text.length - 3);
        const quote = text.slice(from, from + 3 + (b % (text.length - from - 2)));
        fc.pre(/[a-z0-9]{3}/i.test(quote) && !/[\\"'\s[\](){}.:,h…]/.test(quote));
        expect(occurs(quote, text)).toBe(true);
      }),
    );
  });
});

describe("a run whose answer makes claims the record does not hold", () => {
  const invented = { claim: "talks to a C2", cites: "alert.process.commandLine", quote: "198.51.100.99" };

  it("is told which, once, and what it repairs counts in full", async () => {
    const wrong = submit({ ...goodAnswer, evidence: [invented] });
    const scene = await play({ script: [wrong, submit(goodAnswer)] });
    const back = scene.model.turns[1]?.messages.at(-1);
    expect(back).toMatchObject({ tool_call_id: "sleuth-1-0" });
    expect(back?.text).toContain("the quote does not occur in alert.process.commandLine");
    expect(scene.escalated[0]?.why).toContain("(0.9, 1 kept, 0 dropped)");
    expect(scene.worked).toMatchObject([{ evidenceDropped: 0 }]);
  });

  it("loses them after that, is marked, and is not surer than half", async () => {
    const wrong = submit({ ...goodAnswer, evidence: [...goodAnswer.evidence, invented] });
    const scene = await play({ script: [wrong, wrong] });
    expect(scene.escalated[0]?.why).toContain("(0.5, 1 kept, 1 dropped)");
    expect(scene.worked).toMatchObject([{ evidenceDropped: 1 }]);
  });

  it("fails when the role refuses what is left of it", async () => {
    const hat = sleuth({ refuse: ({ evidence }) => (evidence.length === 0 ? "evidence: none" : undefined) });
    const wrong = submit({ ...goodAnswer, evidence: [invented] });
    const scene = await play({ hat, script: [wrong, wrong, wrong, wrong] });
    expect(scene.failed).toMatchObject([{ reason: "invalid_output" }]);
    expect(scene.failed[0]?.detail).toContain("without the claims that failed: evidence: none");
  });

  it("may cite the case file exactly as the model read it", async () => {
    const evidence = [{ claim: "whole line", cites: "alert.process.commandLine", quote: commandLine }];
    const scene = await play({
      script: [ask(["host_details", { host: "x" }]), submit({ ...goodAnswer, evidence })],
    });
    expect(scene.worked).toMatchObject([{ evidenceDropped: 0 }]);
  });
});
