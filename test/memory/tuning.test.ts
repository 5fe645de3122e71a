import { describe, expect, it } from "vitest";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { noLists } from "../../src/indicators/benign.ts";
import { MemoryFold } from "../../src/memory/memory-state.ts";
import { newTunings, noisyRules, tuningOf, tuningsIn, type NoisyRule } from "../../src/memory/tuning.ts";
import {
  caseOf,
  hour,
  investigated,
  labelled,
  logged,
  received,
  said,
  triaged,
  type AlertOf,
} from "./saying.ts";

const window = { start: hour(0), end: hour(24) };
const agent = { path: String.raw`C:\Program Files\NorthVault\nvagent.exe` };
const powershell = { path: String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe` };

function rulesOf(events: readonly KnownEvent[]): NoisyRule[] {
  const fold = new MemoryFold(noLists);
  for (const entry of logged(events)) fold.evolve(entry);
  const alerts = new Map(
    events.flatMap((event) => (isEvent(event, "alert.received") ? [[event.subject, event.data]] : [])),
  );
  const noisy = noisyRules([...fold.state.cases.values()], window);
  return noisy.map((rule) => tuningOf(rule, alerts, window.end));
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

describe("news of tunings", () => {
  const of = (tuningId: string, ...caseIds: string[]) => ({ tuningId, caseIds });
  const reported = (...rules: ReturnType<typeof of>[]): KnownEvent =>
    said("tuning.reported", "calendar:detection-engineer", {
      data: {
        window,
        rules: rules.map((each) => ({
          ...{ rule: "Noisy", alerts: 3, falsePositives: 3, benign: 0, proposal: "Exclude it." },
          ...each,
        })),
      },
    });
  const decided = (tuningId: string, outcome: "accepted" | "declined"): KnownEvent =>
    said("tuning.decided", "system", {
      data: { tuningId, outcome, rule: "Noisy", reportId: "r", by: { team: "T1", user: "U1" } },
    });
  const [one, two, three] = ["TUNE-AAAAAAAAAA", "TUNE-BBBBBBBBBB", "TUNE-CCCCCCCCCC"];
  const cases = ["a", "b", "c"].map(caseOf);

  it("are those never reported, and those with a cleared case since", () => {
    const known = tuningsIn([reported(of(one, ...cases), of(two, ...cases))]);
    const grown = of(one, ...cases, caseOf("d"));

    expect(newTunings([grown, of(two, ...cases.slice(1)), of(three, ...cases)], known)).toEqual([
      grown,
      of(three, ...cases),
    ]);
  });

  it("are none that a person has answered, however many alerts follow", () => {
    const known = tuningsIn([reported(of(one)), decided(one, "accepted"), decided(two, "declined")]);

    expect(newTunings([of(one, ...cases), of(two, ...cases)], known)).toEqual([]);
  });

  it("have the same id while the rule and the exclusion are the same", () => {
    const alert = { rule: "Noisy", process: agent, user: "svc-backup" };
    const [first] = rulesOf(benign(["a", "b", "c"], alert));
    const [more] = rulesOf(benign(["b", "c", "d", "e"], alert));
    const [other] = rulesOf(benign(["a", "b", "c"], { ...alert, user: "svc-other" }));

    expect(more?.tuningId).toBe(first?.tuningId);
    expect(other?.tuningId).not.toBe(first?.tuningId);
  });
});
