/** How `baseline` plays the IR Lead: severity from what is at stake, actions from what was found. */
import type { Facts, MatchedRule, RuleBook } from "../../src/agent/rule-book.ts";
import type { Evidence } from "../../src/events/vocabulary.ts";
import { evidenceOf, hostClass, lookUpValues, whatHappened } from "./judging.ts";
import { notYet, stepsOf, textAt } from "./reading.ts";
import { has, signals } from "./signals.ts";

interface Proposed {
  readonly verb: string;
  readonly target: { readonly type: string; readonly value: string };
  readonly rationale: string;
  readonly against: string;
  readonly reversible: boolean;
  readonly blastRadius: string;
  readonly evidence: readonly Evidence[];
}

const disaster = ["recovery-destroyed", "backup-stopped", "directory-replication"];
const credentials = ["credential-dumping", "directory-replication", "mfa-fatigue", "password-prompted"];
const identityOnly = ["mfa-fatigue"];

function sevOf(matched: readonly MatchedRule[], facts: Facts): string {
  if (has(matched, ...disaster) || hostClass(facts) === "domain_controller") return "SEV-1";
  const foothold = ["known-malicious-indicator", "remote-tool-as-lateral-movement", "web-server-ran-a-shell"];
  return has(matched, ...credentials, ...foothold) ? "SEV-2" : "SEV-3";
}

function isolate(matched: readonly MatchedRule[], facts: Facts, evidence: readonly Evidence[]): Proposed[] {
  const host = textAt(facts, "alert.host.name");
  if (host === undefined) return [];
  const server = hostClass(facts) !== "workstation";
  return [
    {
      verb: "isolate_host",
      target: { type: "host", value: host },
      rationale: `${has(matched, "control-blocked-it") ? "This attempt was stopped, and whoever made it" : "The attacker"} may still be on it; isolation keeps the evidence and stops the spread.`,
      against: server
        ? "Whatever this host serves stops for everyone."
        : "Its user cannot work until it is released.",
      reversible: true,
      blastRadius: server ? "everyone who uses this host's services" : "one person's workstation",
      evidence,
    },
  ];
}

/** Machine and system accounts cannot be disabled in any useful way. */
function account(matched: readonly MatchedRule[], facts: Facts, evidence: readonly Evidence[]): Proposed[] {
  const user = textAt(facts, "alert.user.name");
  // Of an identity alert there is no host to isolate: a plan that proposed nothing would ask nobody.
  const identity = textAt(facts, "alert.host.name") === undefined;
  if (user === undefined || !(identity || has(matched, ...credentials))) return [];
  if (user.endsWith("$") || /^(system|local service|network service|root|www-data)$/i.test(user)) return [];
  const sessions = has(matched, ...identityOnly) || (identity && !has(matched, ...credentials));
  const verb = sessions ? "revoke_sessions" : "reset_credentials";
  return [
    {
      verb,
      target: { type: "user", value: user },
      rationale: "The account's secrets were within reach of whoever did this.",
      against: "The person, or what runs as this account, is locked out until it is set up again.",
      reversible: verb === "revoke_sessions",
      blastRadius: "one account and what runs as it",
      evidence,
    },
  ];
}

/** Names and addresses that are listed as malicious, each once: a link is blocked by the name it leads to. */
function block(facts: Facts): Proposed[] {
  const listed =
    /"type":\s*"(?:domain|ipv4|ipv6)",\s*("value":\s*"([^"]+)",\s*"listed":\s*true,\s*"verdict":\s*"malicious")/;
  const found = new Map<string, Evidence>();
  for (const step of stepsOf(facts, "indicator_reputation")) {
    const [, quote, value] = listed.exec(step.result) ?? [];
    if (quote === undefined || value === undefined) continue;
    found.set(value, { claim: "It is listed as malicious", cites: `step ${step.step}`, quote });
  }
  return [...found].slice(0, 2).map(([value, evidence]) => ({
    verb: "block_indicator",
    target: { type: "indicator", value },
    rationale: "It is listed as malicious; blocking it also stops hosts we have not seen yet.",
    against: "Anything legitimate behind the same name or address is cut off as well.",
    reversible: true,
    blastRadius: "every host that reaches it",
    evidence: [evidence],
  }));
}

export const rules: RuleBook = {
  lookups: (facts) => {
    const host = textAt(facts, "alert.host.name");
    const user = textAt(facts, "alert.user.name");
    return notYet(facts, [
      ...(host === undefined ? [] : [{ tool: "host_details", arguments: { hostname: host } }]),
      ...(user === undefined ? [] : [{ tool: "user_details", arguments: { user } }]),
      ...lookUpValues(facts, 6).map((indicator) => ({
        tool: "indicator_reputation",
        arguments: { indicator },
      })),
    ]);
  },
  rules: signals,
  conclude: (matched, facts) => {
    const sev = sevOf(matched, facts);
    const speaking = matched.filter((rule) => rule.weight > 0);
    const evidence = evidenceOf(speaking, 6);
    const because = evidence.slice(0, 3);
    const actions =
      because.length === 0 ? [] : [...isolate(matched, facts, because), ...account(matched, facts, because)];
    return {
      sev,
      summary: `${whatHappened(facts)}. ${
        speaking
          .map((rule) => rule.evidence.claim)
          .slice(0, 3)
          .join(". ") || "Tier 2 confirmed it"
      }.`,
      containment: ["Isolate the host", "Cut the accounts and infrastructure that were used"],
      eradication: ["Remove what was installed, on every host that has it", "Close the way in"],
      recovery: ["Release the host once it is clean", "Watch the accounts for two weeks"],
      notifications: sev === "SEV-1" ? ["Head of security", "Owner of the service"] : ["Owner of the host"],
      bridgeRequired: sev === "SEV-1",
      actions: [...actions, ...block(facts)],
      evidence,
    };
  },
};
