import { describe, expect, it } from "vitest";
import { rules } from "../../roles/rules/ir-lead.ts";

const evidence = {
  claim: "A person confirmed it before",
  cites: "precedent.0.verdict",
  quote: "true_positive",
};
const matched = [{ name: "attack-confirmed-before", weight: 4, evidence }];

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
