import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ActionVerb } from "../../src/events/vocabulary.ts";
import { policyPage } from "../../src/gate/policy-page.ts";
import { loadSocFile, policyOf } from "../../src/soc-file.ts";

const shipped = policyOf(await loadSocFile(join(import.meta.dirname, "../../soc.yaml")), () => "unknown");

describe("the policy on one page", () => {
  it("has a row for every verb on any other class and on an unknown target", () => {
    const { rows } = policyPage(shipped);
    for (const verb of ActionVerb.options) {
      const classes = rows.filter((row) => row.verb === verb).map(({ targetClass }) => targetClass);
      expect(classes, verb).toEqual(expect.arrayContaining(["any other", "unknown"]));
    }
  });

  it("says what the gate itself would ask", () => {
    const { rows } = policyPage(shipped);
    const row = (verb: string, targetClass: string) =>
      rows.find((each) => each.verb === verb && each.targetClass === targetClass);
    expect(row("isolate_host", "workstation")).toMatchObject({
      ...{ ask: "IR Lead On-Call", people: 1, reversible: true, expiresMinutes: 30, reminders: [0.5, 0.8] },
      then: ["SOC Manager On-Call"],
    });
    expect(row("isolate_host", "domain_controller")).toMatchObject({
      ...{ people: 2, reversible: false, also: ["only in slack, local"] },
    });
    expect(row("isolate_host", "wide")).toMatchObject({ people: 2, reversible: false });
    expect(row("collect_forensics", "wide")).toBeUndefined();
  });

  it("lists vetoes, freezes and what a rule says beside", () => {
    const page = policyPage({
      ...shipped,
      rules: shipped.rules.map((rule) => ({
        ...rule,
        evidenceMinutes: 240,
        requester: "never",
        handTo: ["analysts"],
        surfaces: ["slack"],
      })),
      never: [{ targets: ["NW-OT-*"], why: "Plant control." }],
      freezes: [
        {
          name: "Weekend",
          when: { days: ["sat", "sun"], start: "00:00", end: "23:59", zone: "UTC" },
          morePeople: 1,
        },
      ],
    });
    expect(page.rows[0]?.also).toEqual([
      "evidence at most 240 min old",
      "may go to SOC Analysts",
      "never by who edited it",
      "only in slack",
    ]);
    expect(page.never).toEqual([{ targets: ["NW-OT-*"], why: "Plant control." }]);
    expect(page.freezes).toEqual([
      {
        ...{ name: "Weekend", when: "every sat, sun 00:00 to 23:59 UTC" },
        ...{ what: "anything on any class", effect: "1 more needed" },
      },
    ]);
  });
});
