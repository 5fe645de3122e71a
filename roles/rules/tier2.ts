/** How `baseline` plays Tier 2: the same signals, plus what else this host, user and infrastructure did. */
import type { Facts, MatchedRule, RuleBook } from "../../src/agent/rule-book.ts";
import { elsewhere } from "./circumstances.ts";
import { claims, evidenceOf, judge, lookUpValues, whatHappened, type Judgement } from "./judging.ts";
import { notYet, textAt } from "./reading.ts";
import { firstLookups } from "./sentinel.ts";
import { has, signals } from "./signals.ts";

/** A blocked attempt on these means that somebody is in already. */
const foothold = ["credential-dumping", "directory-replication", "recovery-destroyed"];

/** What was blocked and leaves nothing behind can be closed. */
function isOver(matched: readonly MatchedRule[]): boolean {
  const atLarge = has(matched, "seen-elsewhere") && has(matched, "known-malicious-indicator");
  return has(matched, "control-blocked-it") && !atLarge && !has(matched, ...foothold);
}

function decisionOf({ intent }: Judgement, matched: readonly MatchedRule[]): string {
  if (intent === "unknown") return "needs_human_review";
  return intent === "benign" || isOver(matched) ? "close" : "escalate";
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
  rules: [...signals, ...elsewhere],
  conclude: (matched, facts) => {
    const judgement = judge(matched, facts, { benign: 2 });
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
