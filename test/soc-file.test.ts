import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HatrackError } from "../src/errors.ts";
import { ActionVerb } from "../src/events/vocabulary.ts";
import { barOf } from "../src/gate/policy.ts";
import { loadSocFile, parseSocFile, policyOf } from "../src/soc-file.ts";

const file = join(import.meta.dirname, "..", "soc.yaml");
const shipped = readFileSync(file, "utf8");

/** The message about the shipped file with something replaced; throws when there is nothing to replace. */
function complaint(what: string | RegExp, by: string): string {
  const text = shipped.replace(what, by);
  if (text === shipped) throw new Error(`soc.yaml holds no ${String(what)}`);
  try {
    parseSocFile(text, "soc.yaml");
  } catch (error) {
    if (error instanceof HatrackError && error.code === "soc_file_invalid") return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

const lineOf = (text: string): number => shipped.slice(0, shipped.indexOf(text)).split("\n").length;

describe("the shipped soc.yaml", () => {
  const classes = new Map([
    ["FIN-WS-042", "workstation"],
    ["FS-SRV-01", "server"],
    ["NW-DC-01", "domain_controller"],
    ["EXEC-LT-01", "vip_workstation"],
  ]);
  const barFor = async (value: string) => {
    const policy = policyOf(await loadSocFile(file), (target) => classes.get(target.value) ?? "unknown");
    const answer = barOf(policy, { verb: "isolate_host", target: { type: "host", value } });
    if ("none" in answer) throw new Error(answer.none);
    return answer.bar;
  };

  it("asks one IR Lead for 30 minutes to isolate a workstation, then the SOC manager", async () => {
    expect(await barFor("FIN-WS-042")).toMatchObject({
      addressed: { role: "ir-lead-oncall", title: "IR Lead On-Call" },
      nextTiers: [{ role: "soc-manager-oncall" }],
      quorum: 1,
      reversible: true,
      expiresMinutes: 30,
    });
    expect(await barFor("FS-SRV-01")).toMatchObject({ quorum: 1 });
  });

  it("asks two for a domain controller, an executive's laptop and what nobody listed", async () => {
    for (const host of ["NW-DC-01", "EXEC-LT-01", "NW-PRN-07"]) {
      expect(await barFor(host)).toMatchObject({ quorum: 2, reversible: false });
    }
  });

  it("has a bar under every verb, for any target", async () => {
    const policy = policyOf(await loadSocFile(file), () => "unknown");
    for (const verb of ActionVerb.options) {
      expect(barOf(policy, { verb, target: { type: "host", value: "x" } })).toHaveProperty("bar");
    }
  });

  it("sends reviews to the reviewer of the role, or of any role", async () => {
    const policy = policyOf(await loadSocFile(file), () => "unknown");
    expect(policy.reviewerOf("tier2")).toBe("tier2-oncall");
    expect(policy.reviewerOf("ir-lead")).toBe("ir-lead-oncall");
    expect(policy.reviewerOf("a-role-of-mine")).toBe("tier2-oncall");
    expect(policy.reviewerOf("constructor")).toBe("tier2-oncall");
  });
});

describe("a mistake in soc.yaml", () => {
  it("is named with file, line, path and an example", () => {
    const message = complaint("      quorum: 1\n", "      quorum: none\n");
    expect(message).toMatch(
      /^soc\.yaml:\d+: policy\.rules\.0\.quorum: .*expected number.*; for example - \{ verbs:/,
    );
    expect(message).toContain(`soc.yaml:${lineOf("      quorum: 1\n")}: `);
  });

  it("is named when the file is not there or not YAML", async () => {
    await expect(loadSocFile("nowhere/soc.yaml")).rejects.toMatchObject({ code: "soc_file_missing" });
    expect(complaint("version: 1", "version: [1")).toMatch(/^soc\.yaml:\d+: /);
  });

  it("names a key it does not know where it stands, and what holds a key that is missing", () => {
    const surplus = complaint("    title: IR Lead On-Call\n", "    title: IR Lead On-Call\n    pager: x\n");
    expect(surplus).toContain(
      `soc.yaml:${lineOf("    title: IR Lead On-Call\n") + 1}: onCall.ir-lead-oncall.pager`,
    );
    expect(complaint("  ops: soc-ops\n", "")).toContain("channels.ops");
    expect(complaint("  ops: soc-ops\n", '  ops: "#soc-ops"\n')).toContain("without #");
  });

  it("names a verb without a rule for any class", () => {
    expect(complaint("[collect_forensics]", "[review_case]")).toContain(
      'policy.rules: no rule covers collect_forensics on class "*"',
    );
  });

  it("names a class that two rules of one verb cover", () => {
    expect(complaint("classes: [server]", "classes: [workstation]")).toContain(
      'policy.rules.1: isolate_host on class "workstation" is covered by policy.rules.0 already',
    );
  });

  it("names a rule that would give an unknown target less than the strictest", () => {
    expect(complaint("classes: [server]", "classes: [server, unknown]")).toContain(
      "strictest rule of isolate_host",
    );
  });

  it("names roles that are not listed: asked, next, reviewing or holding a right", () => {
    expect(complaint("ask: ir-lead-oncall", "ask: ir-oncall")).toContain(
      'policy.rules.0.ask: "ir-oncall" is not listed',
    );
    expect(complaint("next: ir-lead-oncall", "next: nobody")).toContain('onCall.tier2-oncall.next: "nobody"');
    expect(complaint("tier2: tier2-oncall", "tier2: nobody")).toContain('policy.reviewers.tier2: "nobody"');
    expect(complaint("pause: [soc-manager-oncall]", "pause: [nobody]")).toContain("rights.pause.0");
  });

  it("names a circle of next", () => {
    expect(
      complaint("    group: soc-manager-oncall\n", "    group: soc-manager-oncall\n    next: tier2-oncall\n"),
    ).toContain('"next" leads back: tier2-oncall → ir-lead-oncall → soc-manager-oncall → tier2-oncall');
  });

  it("refuses an on-call role with neither group nor users, or with both, and an empty list of either", () => {
    expect(complaint("    group: ir-lead-oncall\n", "")).toContain('either "group" or "users"');
    expect(complaint("    group: ir-lead-oncall\n", "    group: x\n    users: [U1]\n")).toContain(
      'either "group"',
    );
    expect(complaint("    group: ir-lead-oncall\n", "    users: []\n")).toContain(
      "onCall.ir-lead-oncall.users",
    );
    expect(complaint("pause: [soc-manager-oncall]", "pause: []")).toContain("rights.pause");
  });

  it("wants a reviewer for roles that are not named", () => {
    expect(complaint('    "*": tier2-oncall\n', "")).toContain(
      'policy.reviewers: expected a reviewer for "*"',
    );
  });

  it("takes hosts, not links, as console hosts", () => {
    expect(complaint("- falcon.crowdstrike.com", "- https://falcon.crowdstrike.com/")).toContain(
      "consoleHosts.0",
    );
  });
});

describe("a mistake in the gate's policy", () => {
  it("is named with its line: a veto of everything, a freeze that ends before it begins, no such zone or day", () => {
    expect(complaint("never: []", "never: [{ why: no }]")).toMatch(
      new RegExp(
        `^soc\\.yaml:${lineOf("  never: []")}: policy\\.never\\.0: expected "verbs", "classes" or "targets"`,
      ),
    );
    const freeze = (when: string): string =>
      complaint("freezes: []", `freezes: [{ name: x, when: ${when} }]`);
    expect(freeze('{ from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }')).toContain(
      "policy.freezes.0.when: ends (2026-01-01T00:00:00Z) before it begins",
    );
    expect(freeze('{ days: [sat], start: "00:00", end: "06:00", zone: Mars/Base }')).toContain(
      'such as "Europe/Berlin"',
    );
    expect(freeze("{ days: [someday] }")).toContain("policy.freezes.0.when");
  });

  it("is named: a verb there is not, a role nobody listed, a share that is none", () => {
    expect(complaint("    isolate_host: 10", "    launch_missiles: 10")).toContain(
      "policy.maxTargetsPerHour",
    );
    expect(
      complaint("      carryOutMinutes: 60\n", "      carryOutMinutes: 60\n      handTo: [nobody]\n"),
    ).toContain('policy.rules.0.handTo.0: "nobody" is not listed under onCall');
    expect(
      complaint("      carryOutMinutes: 60\n", "      carryOutMinutes: 60\n      reminders: [1.5]\n"),
    ).toContain("policy.rules.0.reminders.0");
    expect(complaint("unpostedMinutes: 5", "unpostedMinutes: 0")).toContain("policy.unpostedMinutes");
  });
});
