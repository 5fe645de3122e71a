import { describe, expect, it } from "vitest";
import { rules } from "../../roles/rules/ir-lead.ts";

const evidence = {
  claim: "A person confirmed it before",
  cites: "precedent.0.verdict",
  quote: "true_positive",
};
const matched = [{ name: "attack-confirmed-before", weight: 4, evidence }];

describe("what baseline says of its plan", () => {
  it("is sentences, each with its own beginning", () => {
    const sure = {
      name: "backup-stopped",
      weight: 3,
      evidence: { ...evidence, claim: "Backup was stopped" },
    };
    const casefile = { alert: { title: "Backup gone", host: { name: "FIN-SRV-1" } } };
    const plan = (found: typeof matched): unknown => rules.conclude(found, { casefile, steps: [] });
    expect(plan([...matched, sure])).toMatchObject({
      summary: "Backup gone on FIN-SRV-1. A person confirmed it before. Backup was stopped.",
    });
    expect(plan([])).toMatchObject({ summary: "Backup gone on FIN-SRV-1. Tier 2 confirmed it." });
  });
});

const actions = (alert: object): unknown =>
  rules.conclude(matched, { casefile: { alert: { title: "Unusual sign-in", ...alert } }, steps: [] });

describe("how baseline plans for an identity alert", () => {
  it("proposes to end the account's sessions where there is no host to isolate: else nobody would be asked", () => {
    expect(actions({ user: { name: "j.doe" } })).toMatchObject({
      actions: [{ verb: "revoke_sessions", target: { type: "user", value: "j.doe" }, evidence: [evidence] }],
    });
  });

  it("isolates the host where there is one, and leaves the account", () => {
    expect(actions({ user: { name: "j.doe" }, host: { name: "FIN-WS-001" } })).toMatchObject({
      actions: [{ verb: "isolate_host" }],
    });
  });
});
