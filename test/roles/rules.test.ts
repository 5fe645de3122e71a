import { describe, expect, it } from "vitest";
import type { Facts } from "../../src/agent/rule-book.ts";
import { circumstances, elsewhere } from "../../roles/rules/circumstances.ts";
import { inPrecedents } from "../../roles/rules/reading.ts";
import { rules as tier2 } from "../../roles/rules/tier2.ts";

interface Told {
  readonly alert?: object;
  readonly precedent?: readonly object[];
  /** Tool → what it answered, and of what it was asked. */
  readonly steps?: readonly (readonly [tool: string, result: unknown, asked?: object])[];
}

function factsOf({ alert = {}, precedent = [], steps = [] }: Told): Facts {
  return {
    casefile: { caseId: "CASE-0123456789", alert, precedent },
    steps: steps.map(([tool, result, asked = {}], i) => ({
      ...{ step: i + 1, tool, arguments: asked },
      result: typeof result === "string" ? result : JSON.stringify(result),
    })),
  };
}

/** Names of the rules that speak, in order. */
function speaking(told: Told): string[] {
  const facts = factsOf(told);
  return [...circumstances, ...elsewhere].flatMap((rule) =>
    rule.match(facts) === undefined ? [] : rule.name,
  );
}

describe("past cases as witnesses", () => {
  const rule = inPrecedents({
    ...{ name: "confirmed", weight: 4, claim: "It was one before", verdicts: ["true_positive"] },
    holds: ({ attacks, cleared }) => attacks > 0 && cleared === 1,
  });
  const match = (verdict: string, confirmedBy: string) =>
    rule.match(
      factsOf({
        precedent: [
          { verdict: "benign", confirmedBy: "person" },
          { verdict, confirmedBy },
        ],
      }),
    );

  it.each(["person", "source"])(
    "are those that people judged: here, or where the alert came from (%s)",
    (judge) => {
      expect(match("true_positive", judge)).toMatchObject({
        ...{ cites: "precedent.1.verdict", quote: "true_positive" },
      });
    },
  );

  it.each(["tier2", "sentinel", "nobody"])("are none that only a role believed (%s)", (judge) => {
    expect(match("true_positive", judge)).toBeUndefined();
  });

  const cleared = { verdict: "false_positive", confirmedBy: "source" };
  const attack = { verdict: "true_positive", confirmedBy: "person" };
  it.each([
    [[attack], ["attack-confirmed-before"]],
    [
      [attack, attack],
      ["attack-confirmed-before", "attacks-confirmed-before"],
    ],
    [[attack, cleared], []],
    [[cleared, cleared, attack], ["cleared-before"]],
    [[cleared], ["cleared-before"]],
    [
      [cleared, cleared],
      ["cleared-before", "cleared-every-time"],
    ],
  ])("count for what most of them were, and most where all agree: %j", (precedent, names) => {
    expect(speaking({ precedent })).toEqual(names);
  });
});

describe("who did it, and where", () => {
  const person = { name: "a.person", privileged: false };
  const host = (owner: string): object => ({
    hostname: "H-1",
    class: "workstation",
    owner,
    sanctioned: false,
  });
  const alert = { user: { name: "A.Person" }, host: { name: "H-1" } };
  const looked = (owner: string, user: object = person): NonNullable<Told["steps"]> => [
    ["host_details", host(owner)],
    ["user_details", user],
  ];

  it("is suspect where a person's account was used on a host of somebody else's", () => {
    expect(speaking({ alert, steps: looked("b.other") })).toEqual(["account-on-someone-elses-host"]);
    expect(speaking({ alert, steps: looked("a.person") })).toEqual([]);
    expect(speaking({ alert, steps: [["host_details", host("b.other")]] })).toEqual([]);
  });

  it("is not, where the account is there to administer others' hosts", () => {
    expect(speaking({ alert, steps: looked("b.other", { ...person, privileged: true }) })).toEqual([
      "privileged-account",
    ]);
  });

  it.each([
    ["C:\\Windows\\CCM\\CcmExec.exe", "started-by-management"],
    ['w3wp.exe -ap "Pool" -v v4.0', "started-by-a-web-server"],
    ["powershell.exe -nop -", "shell-fed-by-another-program"],
    ['wscript.exe "C:\\Users\\a\\Downloads\\letter.js"', "started-from-a-download"],
  ])("is told by what started it: %s", (parent, name) => {
    expect(speaking({ alert: { process: { parent } } })).toEqual([name]);
  });

  it.each([
    ["powershell.exe -nop -File C:\\Tools\\x.ps1"],
    ["C:\\Windows\\explorer.exe"],
    ["C:\\Program Files\\Maker\\Update.exe --check"],
  ])("is told nothing by what starts everything: %s", (parent) => {
    expect(speaking({ alert: { process: { parent } } })).toEqual([]);
  });

  it("is told by where a program lies", () => {
    const of = (commandLine: string): string[] => speaking({ alert: { process: { commandLine } } });
    expect(of('"C:\\Program Files\\Maker\\agent\\tool.exe" --run 4')).toEqual(["installed-program"]);
    expect(of("C:\\Users\\Public\\x.exe -ma 500 C:\\x.dmp")).toEqual(["from-where-anyone-may-write"]);
    expect(of("C:\\Tools\\x.exe")).toEqual([]);
  });

  it("counts a listing, but not of an address that many share", () => {
    const listed = (tags: readonly string[]): Told => ({
      steps: [
        [
          "indicator_reputation",
          { type: "ipv4", value: "203.0.113.7", listed: true, verdict: "malicious", tags },
        ],
      ],
    });
    expect(speaking(listed(["c2"]))).toEqual(["known-malicious-indicator"]);
    expect(speaking(listed(["shared-hosting"]))).toEqual([]);
  });

  it("counts where it went as new, rare or nothing, by how many other alerts went there", () => {
    const went = (total: number): Told => {
      const alerts = total === 0 ? [] : [{ caseId: "CASE-9876543210" }];
      return { steps: [["related_alerts", { total, alerts }, { indicator: "a.example" }]] };
    };
    expect(speaking(went(0))).toEqual(["never-seen-before"]);
    expect(speaking(went(2))).toEqual(["seen-elsewhere"]);
    expect(speaking(went(40))).toEqual([]);
    const system = { indicator: "0".repeat(64) };
    expect(speaking({ steps: [["related_alerts", { total: 0, alerts: [] }, system]] })).toEqual([]);
  });
});

describe("Tier 2, by rules", () => {
  const decided = (told: Told, weight: number): unknown => {
    const evidence = { claim: "c", cites: "alert.title", quote: "q" };
    const facts = factsOf(told);
    const matched = [{ name: "given", weight, evidence }];
    const own = [...tier2.rules].flatMap((rule) => {
      const found = rule.match(facts);
      return found === undefined ? [] : [{ name: rule.name, weight: rule.weight, evidence: found }];
    });
    return tier2.conclude([...matched, ...own], facts);
  };

  it("asks nobody where little speaks for an attack, reviews what is near, and escalates what is past it", () => {
    expect(decided({}, 2)).toMatchObject({ intent: "benign", decision: "close" });
    expect(decided({}, 3)).toMatchObject({ intent: "unknown", decision: "needs_human_review" });
    expect(decided({}, 4)).toMatchObject({ intent: "malicious", decision: "escalate" });
  });

  it("closes what the sensor stopped as the attack that it was", () => {
    const stopped = { alert: { disposition: "Prevention, process killed." } };
    expect(decided(stopped, 3)).toMatchObject({ intent: "malicious", outcome: "blocked", decision: "close" });
  });

  it("asks about what nobody in the house could explain", () => {
    const unknown: Told = {
      steps: [["host_details", 'no host "P-1" in the inventory of X: treat it as unknown']],
    };
    expect(decided(unknown, 0)).toMatchObject({ intent: "unknown", decision: "needs_human_review" });
    expect(decided({ ...unknown, alert: { user: { name: "a" } } }, 0)).toMatchObject({ decision: "close" });
  });
});
