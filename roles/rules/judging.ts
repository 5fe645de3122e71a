/** From matched rules to intent, outcome and confidence; the same arithmetic for Sentinel and Tier 2. */
import type { Facts, MatchedRule } from "../../src/agent/rule-book.ts";
import type { Evidence, Intent, Outcome, Severity } from "../../src/events/vocabulary.ts";
import { has, scoreOf } from "./signals.ts";
import { indicatorsOf, stepsOf, textAt } from "./reading.ts";

const malicious = 4;

export interface Judgement {
  readonly intent: Intent;
  readonly outcome: Outcome;
  readonly confidence: number;
  readonly score: number;
}

/** @param benign up to which score nothing speaks for an attack that would be worth anybody's time */
export function judge(
  matched: readonly MatchedRule[],
  facts: Facts,
  { benign }: { readonly benign: number },
): Judgement {
  const score = scoreOf(matched);
  // What the sensor stopped it took for an attack, and it is over: nobody need settle what was meant.
  const least = has(matched, "control-blocked-it") ? benign + 1 : malicious;
  const harmless = score <= benign && !has(matched, "nobody-to-ask");
  const intent: Intent = score >= least ? "malicious" : harmless ? "benign" : "unknown";
  const past = intent === "malicious" ? score - least : benign - score;
  return {
    intent,
    outcome: outcomeOf(intent, matched, facts),
    confidence: intent === "unknown" ? 0.5 : confidenceOf(past),
    score,
  };
}

function outcomeOf(intent: Intent, matched: readonly MatchedRule[], facts: Facts): Outcome {
  if (intent === "benign" && has(matched, "known-backup-agent")) return "false_alarm";
  if (has(matched, "control-blocked-it")) return "blocked";
  if (textAt(facts, "alert.disposition") === undefined && intent === "unknown") return "unknown";
  return "succeeded";
}

/** The further the score is past its threshold, the surer; what is unknown is a coin's toss. */
function confidenceOf(past: number): number {
  return Math.min(0.95, Math.round((0.65 + past * 0.03) * 100) / 100);
}

/** The sensor's severity in its words, as a priority from 1 to 8. */
const base: Readonly<Record<Severity, number>> = {
  informational: 1,
  low: 2,
  medium: 4,
  high: 6,
  critical: 8,
};

export function priorityOf({ intent, outcome }: Judgement, facts: Facts): number {
  const severity = textAt(facts, "alert.severity");
  const start = Object.entries(base).find(([name]) => name === severity)?.[1] ?? 5;
  const stake = hostClass(facts) === "domain_controller" || hostClass(facts) === "vip_workstation" ? 2 : 0;
  const meant = intent === "malicious" ? 1 : intent === "benign" ? -4 : 0;
  const stopped = outcome === "blocked" ? -2 : 0;
  return Math.min(10, Math.max(1, start + stake + meant + stopped));
}

/** The inventory's class of the host, as host_details told it; undefined when nobody asked or knew. */
export function hostClass(facts: Facts): string | undefined {
  for (const step of stepsOf(facts, "host_details")) {
    const found = /"class":\s*"([a-z_]+)"/.exec(step.result)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

export function claims(matched: readonly MatchedRule[], which: (rule: MatchedRule) => boolean): string[] {
  return matched.filter(which).map((rule) => rule.evidence.claim);
}

/** Heaviest first; what weighs nothing still says what came of it. */
export function evidenceOf(matched: readonly MatchedRule[], most = 8): Evidence[] {
  return [...matched]
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, most)
    .map((rule) => rule.evidence);
}

/** "Title on HOST, user NAME" from the record. */
export function whatHappened(facts: Facts): string {
  const title = textAt(facts, "alert.title") ?? textAt(facts, "alert.rule.name") ?? "Alert";
  const host = textAt(facts, "alert.host.name");
  const user = textAt(facts, "alert.user.name");
  return `${title}${host === undefined ? "" : ` on ${host}`}${user === undefined ? "" : `, user ${user}`}`;
}

const looked = new Set(["domain", "ipv4", "ipv6", "url", "sha256"]);

/** Indicators worth a look-up: from the alert, and from what a decoded command revealed. */
export function lookUpValues(facts: Facts, most: number): string[] {
  const own = indicatorsOf(facts).filter(({ type }) => looked.has(type));
  const order = ["domain", "url", "ipv4", "ipv6", "sha256"];
  const sorted = [...own]
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
    .map(({ value }) => value);
  const decoded = stepsOf(facts, "decode_command").flatMap((step) => decodedIndicators(step.result));
  return [...new Set([...decoded, ...sorted])].slice(0, most);
}

function decodedIndicators(result: string): string[] {
  const pattern = /"type":\s*"(?:domain|ipv4|url)",\s*"value":\s*"([^"]+)"/g;
  return [...result.matchAll(pattern)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}
