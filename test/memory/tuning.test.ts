import { describe, expect, it } from "vitest";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { MemoryFold } from "../../src/memory/memory-state.ts";
import { noisyRules, type NoisyRule } from "../../src/memory/tuning.ts";
import { caseOf, hour, investigated, labelled, logged, received, triaged, type AlertOf } from "./saying.ts";

const window = { start: hour(0), end: hour(24) };
const agent = { path: String.raw`C:\Program Files\NorthVault\nvagent.exe` };
const powershell = { path: String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe` };

function rulesOf(events: readonly KnownEvent[]): NoisyRule[] {
  const fold = new MemoryFold(noLists);
  for (const entry of logged(events)) fold.evolve(entry);
  return noisyRules([...fold.state.cases.values()], window);
}

function benign(names: readonly string[], alert: AlertOf): KnownEvent[] {
  return names.flatMap((name) => [received(name, alert), triaged(name, "benign")]);
}

describe("noisy rules", () => {
  it("are those with three alerts that were cleared, false positives and benign counted apart, the worst first", () => {
    const found = rulesOf([
      ...benign(["a", "b", "c"], { rule: "Noisy" }),
      received("d", { rule: "Noisy" }),
      triaged("d", "true_positive"),
      investigated("d", "false_positive"),
      received("e", { rule: "Noisy" }),
      triaged("e", "suspicious"),
      ...benign(["f", "g", "h"], { rule: "Half as noisy" }),
      ...benign(["i", "j"], { rule: "Quiet" }),
    ]);

    expect(found).toMatchObject([
      {
        rule: "Noisy",
        alerts: 5,
        falsePositives: 1,
        benign: 3,
        caseIds: ["a", "b", "c", "d"].map(caseOf).sort(),
      },
      { rule: "Half as noisy", alerts: 3, falsePositives: 0, benign: 3 },
    ]);
  });

  it("do not count what a person said was real", () => {
    expect(rulesOf([...benign(["a", "b", "c"], { rule: "Noisy" }), labelled("c", "true_positive")])).toEqual(
      [],
    );
  });

  it("count an old alert that was judged in the window, and not one that was neither seen nor judged in it", () => {
    const old = ["a", "b", "c"].map((name) => received(name, { rule: "Noisy", time: hour(-48) }));
    const judgedAt = (time: string): KnownEvent[] =>
      ["a", "b", "c"].map((n) => labelled(n, "false_positive", time));

    expect(rulesOf([...old, ...judgedAt(hour(1))])).toMatchObject([{ falsePositives: 3 }]);
    expect(rulesOf([...old, ...judgedAt(hour(-40))])).toEqual([]);
  });

  it("propose to exclude what all the cleared alerts have in common", () => {
    const events = [
      ...["a", "b", "c"].flatMap((name) =>
        benign([name], { rule: "Noisy", process: agent, user: "svc-backup", host: `SRV-${name}` }),
      ),
      received("d", { rule: "Noisy", process: powershell, user: "j.doe", host: "SRV-d" }),
    ];

    expect(rulesOf(events)[0]?.proposal).toBe(
      `Exclude program ${agent.path} with user svc-backup: that covers all 3 cleared alerts and none of the rule's others.`,
    );
  });

  it("warn when the exclusion would hide an alert that was not cleared", () => {
    const alert = { rule: "Noisy", process: agent, user: "svc-backup" };
    const events = [...benign(["a", "b", "c"], alert), received("d", alert), triaged("d", "true_positive")];

    expect(rulesOf(events)[0]?.proposal).toContain(
      `would hide 1 not cleared too (${caseOf("d")}): narrow it first`,
    );
  });

  it("never propose to exclude PowerShell from a rule about PowerShell", () => {
    const different = ["a", "b", "c"].flatMap((name) =>
      benign([name], { rule: "Noisy", process: powershell, user: name, host: name }),
    );
    const [rule] = rulesOf(different);

    expect(rule?.proposal).not.toContain("powershell.exe");
    expect(rule?.proposal).toContain("No program, user or host is common to all 3 cleared alerts (0 others)");
  });

  it("name what most of them share when nothing is common to all", () => {
    const events = [
      ...benign(["a", "b", "c"], { rule: "Noisy", user: "svc-deploy" }),
      ...benign(["d"], { rule: "Noisy", user: "j.doe" }),
    ];

    expect(rulesOf(events)[0]?.proposal).toContain("3 of them are user svc-deploy");
  });
});
