/** How `baseline` plays Tier 2: the same signals, plus what else this host, user and infrastructure did. */
import type { Facts, MatchedRule, RuleBook } from "../../src/agent/rule-book.ts";
import { claims, evidenceOf, judge, lookUpValues, whatHappened, type Judgement } from "./judging.ts";
import { inStep, notYet, textAt } from "./reading.ts";
import { firstLookups } from "./sentinel.ts";
import { has, signals } from "./signals.ts";

const related = inStep({
  name: "seen-elsewhere",
  weight: 2,
  claim: "Other alerts share this host or its infrastructure",
  tool: "related_alerts",
  pattern: /"caseId":\s*"CASE-[0-9A-Z]{10}"/,
});

/** What was blocked and leaves nothing behind can be closed; a blocked attempt on credentials means a foothold. */
const foothold = ["credential-dumping", "seen-elsewhere", "directory-replication", "recovery-destroyed"];

function decisionOf(judgement: Judgement, matched: readonly MatchedRule[]): string {
  if (judgement.intent === "unknown") return "needs_human_review";
  if (judgement.intent === "benign") return "close";
  return judgement.outcome === "blocked" && !has(matched, ...foothold) ? "close" : "escalate";
}

const next: Readonly<Record<string, readonly string[]>> = {
  escalate: [
    "Contain the host and the accounts that were on it",
    "Look for the same indicators on other hosts",
  ],
  close: ["Nothing further; the rule's owner may want to see it"],
  needs_human_review: ["Ask whoever uses the host whether they expected this"],
};

function relatedLookups(facts: Facts): { tool: string; arguments: Record<string, unknown> }[] {
  const host = textAt(facts, "alert.host.name");
  const time = textAt(facts, "alert.time");
  const caseId = textAt(facts, "caseId");
  const around = { ...(time === undefined ? {} : { time }), ...(caseId === undefined ? {} : { caseId }) };
  return [
    ...(host === undefined ? [] : [{ tool: "related_alerts", arguments: { host, ...around } }]),
    ...lookUpValues(facts, 3).map((indicator) => ({
      tool: "related_alerts",
      arguments: { indicator, ...around },
    })),
  ];
}

export const rules: RuleBook = {
  lookups: (facts) => {
    const first = notYet(facts, firstLookups(facts));
    if (first.length > 0) return first;
    const reputation = lookUpValues(facts, 8).map((indicator) => ({
      tool: "indicator_reputation",
      arguments: { indicator },
    }));
    return notYet(facts, [...reputation, ...relatedLookups(facts)]);
  },
  rules: [...signals, related],
  conclude: (matched, facts) => {
    const judgement = judge(matched, facts);
    const { intent, outcome, confidence } = judgement;
    const decision = decisionOf(judgement, matched);
    const side = claims(matched, (rule) => (intent === "benign" ? rule.weight < 0 : rule.weight > 0));
    return {
      intent,
      outcome,
      confidence,
      decision,
      summary: `${whatHappened(facts)}. ${side.slice(0, 4).join(". ") || "The record does not settle what this is"}.`,
      nextSteps: next[decision] ?? [],
      evidence: evidenceOf(matched),
    };
  },
};
