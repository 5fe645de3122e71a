/**
 * Who did it, from where, with what behind it, and what people made of its like. An attacker's command line and an
 * administrator's read the same; what stands around them does not. Of nine alerts in ten nobody need be asked.
 */
import type { Facts, Rule } from "../../src/agent/rule-book.ts";
import { inField, inPrecedents, inStep, stepsOf, textAt } from "./reading.ts";

const command = ["alert.process.commandLine", "alert.process.path"];
const parent = ["alert.process.parent"];

/** A feed's entry that speaks of the value asked about, or of the name behind a link. */
export const listedAsMalicious = /"value":\s*"[^"]{1,120}",\s*"listed":\s*true,\s*"verdict":\s*"malicious"/;

const sanctioned = inStep({
  name: "sanctioned-activity",
  weight: -20,
  claim: "A sanctioned activity covers this host, user and time",
  tool: "host_details",
  pattern: /"sanctioned":\s*true/,
});

/** A person's account on a host that is somebody else's: the first sign of somebody moving on. */
const someoneElsesHost: Rule = {
  name: "account-on-someone-elses-host",
  weight: 3,
  match: (facts) => {
    const user = textAt(facts, "alert.user.name");
    const ordinary = stepsOf(facts, "user_details").some(({ result }) =>
      /"privileged":\s*false/.test(result),
    );
    if (user === undefined || !ordinary) return undefined;
    for (const { step, result } of stepsOf(facts, "host_details")) {
      const [quote, owner] = /"owner":\s*"([^"]{1,120})"/.exec(result) ?? [];
      if (quote === undefined || owner?.toLowerCase() === user.toLowerCase()) continue;
      return {
        claim: "A person's account was used on a host that is not theirs",
        cites: `step ${step}`,
        quote,
      };
    }
    return undefined;
  },
};

const who: readonly Rule[] = [
  sanctioned,
  someoneElsesHost,
  inStep({
    name: "privileged-account",
    weight: -4,
    claim: "The account is one that administers systems, and this is what administrators do",
    tool: "user_details",
    pattern: /"privileged":\s*true/,
  }),
  inStep({
    name: "account-for-this-work",
    weight: -4,
    claim: "The account exists to do this kind of work",
    tool: "user_details",
    pattern: /"notes":\s*"[^"]*(deploy|backup|packag|script|remote support)[^"]{0,120}/i,
  }),
  {
    name: "nobody-to-ask",
    weight: 0,
    match: (facts) => (textAt(facts, "alert.user.name") === undefined ? unknownHost.match(facts) : undefined),
  },
  {
    name: "system-account-at-a-shell",
    weight: 2,
    match: (facts) => {
      if (!/^system$/i.test(textAt(facts, "alert.user.name") ?? "")) return undefined;
      return shellParent.match(facts);
    },
  },
];

const shellParent = inField({
  name: "shell",
  weight: 0,
  claim: "The system's own account was used from a shell, which no service does",
  paths: parent,
  pattern: /\b(cmd|powershell|pwsh)\.exe\b.{0,60}/i,
});

const unknownHost = inStep({
  name: "unknown-host",
  weight: 0,
  claim: "The device is in no inventory and the alert names no account: there is nobody who could explain it",
  tool: "host_details",
  pattern: /no host "[^"]{1,120}" in the inventory/,
});

const where: readonly Rule[] = [
  inField({
    name: "started-by-management",
    weight: -8,
    claim: "The agent that manages this host started it",
    paths: parent,
    pattern:
      /\b(ccmexec|intunemanagementextension|agentexecutor|omadmclient|taniumclient|puppet|chef-client|salt-minion|pdqdeployrunner\S{0,10}|jamf)\b(\.exe)?/i,
  }),
  inField({
    name: "installed-program",
    weight: -4,
    claim: "It is a program installed where only administrators may write",
    paths: command,
    pattern: /^"?[a-z]:\\program files( \(x86\))?\\[^"]{1,120}?\.exe/i,
  }),
  inField({
    name: "from-where-anyone-may-write",
    weight: 2,
    claim: "It uses a file from a folder that anyone may write to",
    paths: command,
    pattern:
      /[a-z]:\\(users\\[^\\]{1,60}\\appdata\\(local\\temp|roaming)|users\\public|perflogs|windows\\temp|programdata)\\[^"]{1,80}/i,
  }),
  inField({
    name: "started-from-a-download",
    weight: 3,
    claim: "A downloaded or dropped file started it",
    paths: parent,
    pattern:
      /\\(downloads|appdata\\local\\temp|appdata\\roaming|programdata|users\\public)\\[^"]{1,80}|\/downloads\/\S{1,80}/i,
  }),
  inField({
    name: "started-by-a-web-server",
    weight: 4,
    claim: "A web server started it: its visitors may have asked for it",
    paths: parent,
    pattern: /\b(w3wp|httpd|apache2|nginx|tomcat\d*|php-fpm)\b(\.exe)?/i,
  }),
  inField({
    name: "shell-fed-by-another-program",
    weight: 4,
    claim: "A shell without a script of its own started it: something feeds it commands",
    paths: parent,
    pattern: /powershell(\.exe)?"?\s+(-\w+\s+)*-(\s|$)/i,
  }),
];

const destination: readonly Rule[] = [
  inStep({
    name: "known-malicious-indicator",
    weight: 4,
    claim: "An indicator of this alert is listed as malicious",
    tool: "indicator_reputation",
    // A shared host's address says little of who is behind it.
    pattern: new RegExp(`${listedAsMalicious.source}(?![^}]{0,160}hosting)`),
  }),
  inStep({
    name: "known-clean-destination",
    weight: -4,
    claim: "Where it went is listed as clean",
    tool: "indicator_reputation",
    pattern:
      /"type":\s*"(domain|url)",\s*"value":\s*"[^"]{1,200}",\s*"listed":\s*true,\s*"verdict":\s*"clean"/,
  }),
];

const sensor = (severity: string, weight: number, claim: string): Rule =>
  inField({
    ...{ name: `${severity}-alert`, weight, claim },
    ...{ paths: ["alert.severity"], pattern: new RegExp(`^${severity}$`) },
  });

const severity: readonly Rule[] = [
  sensor("critical", 2, "The sensor itself calls it critical"),
  sensor("high", 1, "The sensor calls it high"),
  sensor("low", -1, "The sensor calls it low"),
  sensor("informational", -5, "The sensor only mentions it"),
];

/** What people made of cases that share an indicator with this one; one that both kinds share says little. */
const past: readonly Rule[] = [
  inPrecedents({
    name: "attack-confirmed-before",
    weight: 4,
    claim: "A person confirmed an attack in a case that shares its indicators",
    verdicts: ["true_positive"],
    holds: ({ attacks, cleared }) => attacks > cleared,
  }),
  inPrecedents({
    name: "attacks-confirmed-before",
    weight: 2,
    claim: "People confirmed attacks in several cases that share its indicators, and cleared none",
    verdicts: ["true_positive"],
    holds: ({ attacks, cleared }) => attacks > 1 && cleared === 0,
  }),
  inPrecedents({
    name: "cleared-before",
    weight: -3,
    claim: "A person found a case that shares its indicators harmless",
    verdicts: ["benign", "false_positive"],
    holds: ({ attacks, cleared }) => cleared > attacks,
  }),
  inPrecedents({
    name: "cleared-every-time",
    weight: -3,
    claim: "People found several cases that share its indicators harmless, and none an attack",
    verdicts: ["benign", "false_positive"],
    holds: ({ attacks, cleared }) => cleared > 1 && attacks === 0,
  }),
];

export const circumstances: readonly Rule[] = [...who, ...where, ...destination, ...severity, ...past];

/** Other alerts that share a network indicator with this one, as Tier 2 asked for them. */
function sharing(facts: Facts): { readonly step: number; readonly result: string; readonly total: number }[] {
  return stepsOf(facts, "related_alerts").flatMap(({ step, result, arguments: asked }) => {
    const total = /^\{"total":\s*(\d+)/.exec(result)?.[1];
    const of = JSON.stringify(asked);
    const isNetwork = of.includes('"indicator"') && !/"indicator":"[0-9a-f]{32,64}"/i.test(of);
    return total === undefined || !isNetwork ? [] : [{ step, result, total: Number(total) }];
  });
}

/** More alerts than this share what everybody here uses. */
const few = 3;

export const elsewhere: readonly Rule[] = [
  {
    name: "seen-elsewhere",
    weight: 2,
    match: (facts) => {
      for (const { step, result, total } of sharing(facts)) {
        const quote = /"caseId":\s*"CASE-[0-9A-Z]{10}"/.exec(result)?.[0];
        if (quote === undefined || total > few) continue;
        return { claim: "A few other alerts share its infrastructure", cites: `step ${step}`, quote };
      }
      return undefined;
    },
  },
  {
    name: "never-seen-before",
    weight: 2,
    match: (facts) => {
      const all = sharing(facts);
      const [first] = all;
      if (first === undefined || all.some(({ total }) => total > 0)) return undefined;
      const claim = "Nothing else here ever went where this went";
      return { claim, cites: `step ${first.step}`, quote: '"total":0' };
    },
  },
];
