/** What a role or a source established in one event, in the parts the page shows. */
import { isEvent, type AnyEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { Evidence, Sev, Verdict } from "../../src/events/vocabulary.ts";

export interface Finding {
  readonly summary: string;
  /** Short facts, by name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly lists: readonly (readonly [name: string, items: readonly string[]])[];
  /** A command line: shown as it is. */
  readonly command?: string;
}

export interface Found {
  readonly finding: Finding;
  readonly verdict?: Verdict;
  readonly sev?: Sev;
  readonly evidence?: readonly Evidence[];
}

export function findingOf(event: AnyEvent): Found | undefined {
  if (isEvent(event, "alert.received")) return { finding: alert(event) };
  if (isEvent(event, "alert.triaged")) return triage(event);
  if (isEvent(event, "case.investigated")) return investigation(event);
  if (isEvent(event, "response.planned")) return plan(event);
  if (isEvent(event, "intel.reported")) return intel(event);
  if (isEvent(event, "info.found")) return lookedInto(event);
  return undefined;
}

function alert({ data }: KnownEvent<"alert.received">): Finding {
  const { title, description, rule, severity, host, user, process, tactic, techniques, disposition } = data;
  const facts: (readonly [string, string | undefined])[] = [
    ["Severity", severity],
    ["Host", host?.name],
    ["User", user?.name],
    ["Rule", rule.name],
    ["Tactic", tactic],
    ["What the control did", disposition],
  ];
  const indicators = data.indicators.map(({ type, value }) => `${type} ${value}`);
  const command = process?.commandLine;
  return {
    summary: description === undefined ? title : `${title}. ${description}`,
    facts: named(facts),
    lists: listed([
      ["Techniques", techniques],
      ["Indicators", indicators],
    ]),
    ...(command === undefined ? {} : { command }),
  };
}

function triage({ data }: KnownEvent<"alert.triaged">): Found {
  const { verdict, summary, intent, outcome, confidence, priority, evidence } = data;
  return {
    verdict,
    evidence,
    finding: {
      summary,
      facts: [
        ["Intent and outcome", `${intent}, ${words(outcome)}`],
        ["Confidence", confidence.toFixed(2)],
        ["Priority", `${priority} of 10`],
      ],
      lists: listed([
        ["What speaks for it", data.riskFactors],
        ["What speaks against it", data.mitigatingFactors],
        ["Only a person can answer", data.questions],
      ]),
    },
  };
}

function investigation({ data }: KnownEvent<"case.investigated">): Found {
  const { verdict, originalVerdict, summary, intent, outcome, confidence, decision, evidence } = data;
  return {
    verdict,
    evidence,
    finding: {
      summary,
      facts: named([
        ["Decision", words(decision)],
        ["Intent and outcome", `${intent}, ${words(outcome)}`],
        ["Confidence", confidence.toFixed(2)],
        ["Sentinel had said", originalVerdict === verdict ? undefined : words(originalVerdict)],
      ]),
      lists: listed([["Next steps", data.nextSteps]]),
    },
  };
}

function plan({ data }: KnownEvent<"response.planned">): Found {
  const { sev, summary, bridgeRequired, evidence } = data;
  return {
    sev,
    evidence,
    finding: {
      summary,
      facts: named([["Bridge", bridgeRequired ? "required" : undefined]]),
      lists: listed([
        ["Contain", data.containment],
        ["Eradicate", data.eradication],
        ["Recover", data.recovery],
        ["Tell", data.notifications],
      ]),
    },
  };
}

function intel({ data }: KnownEvent<"intel.reported">): Found {
  const { actor, summary, severityAdvice, campaigns, techniques, evidence } = data;
  const who = actor === undefined ? "none named" : `${actor.name}, confidence ${actor.confidence.toFixed(2)}`;
  const examined = data.indicators.map(({ type, value, reputation }) => `${type} ${value}: ${reputation}`);
  return {
    evidence,
    finding: {
      summary,
      facts: [
        ["Likely actor", who],
        ["Advice on the severity", severityAdvice],
      ],
      lists: listed([
        ["Campaigns", campaigns],
        ["Techniques", techniques],
        ["Indicators examined", examined],
      ]),
    },
  };
}

/** Its answer is the evidence; the gate says the same to who asked. */
function lookedInto({ data: { evidence, why } }: KnownEvent<"info.found">): Found {
  const summary =
    why === undefined ? "Looked into a person's question." : `Looked into a person's question: ${why}.`;
  return { evidence, finding: { summary, facts: [], lists: [] } };
}

function named(facts: readonly (readonly [string, string | undefined])[]): [string, string][] {
  return facts.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]));
}

function listed(lists: readonly (readonly [string, readonly string[]])[]): Finding["lists"] {
  return lists.filter(([, items]) => items.length > 0);
}

function words(token: string): string {
  return token.replaceAll("_", " ");
}
