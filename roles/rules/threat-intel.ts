/** How `baseline` plays Threat Intel: reputation of every indicator, related cases, an actor only where listed. */
import type { Facts, PastStep, RuleBook } from "../../src/agent/rule-book.ts";
import type { Evidence } from "../../src/events/vocabulary.ts";
import { listedAsMalicious } from "./circumstances.ts";
import { lookUpValues } from "./judging.ts";
import { indicatorsOf, inStep, notYet, stepsOf, textAt, valueAt } from "./reading.ts";

const listed = inStep({
  name: "known-malicious-indicator",
  weight: 4,
  claim: "An indicator of this case is listed as malicious",
  tool: "indicator_reputation",
  pattern: listedAsMalicious,
});
const elsewhere = inStep({
  name: "seen-elsewhere",
  weight: 2,
  claim: "Another case shares this infrastructure",
  tool: "related_alerts",
  pattern: /"caseId":\s*"CASE-[0-9A-Z]{10}"/,
});
const named = inStep({
  name: "actor-listed",
  weight: 3,
  claim: "A source names who uses it",
  tool: "indicator_reputation",
  pattern: /"actor":\s*"[^"]+"/,
});

function actorOf(steps: readonly PastStep[]): { name: string; confidence: number } | undefined {
  const names = steps.flatMap((step) => /"actor":\s*"([^"]+)"/.exec(step.result)?.[1] ?? []);
  const name = names[0];
  return name === undefined ? undefined : { name, confidence: Math.min(0.9, 0.5 + 0.1 * names.length) };
}

function techniquesOf(facts: Facts): string[] {
  const list = valueAt(facts.casefile, "alert.techniques");
  return Array.isArray(list) ? list.filter((id): id is string => typeof id === "string") : [];
}

function examined(facts: Facts): { type: string; value: string; reputation: string }[] {
  const types = new Map(indicatorsOf(facts).map(({ type, value }) => [value, type]));
  return stepsOf(facts, "indicator_reputation").flatMap((step) => {
    const value = valueAt(step.arguments, "indicator");
    const type =
      typeof value === "string"
        ? (/"type":\s*"(\w+)"/.exec(step.result)?.[1] ?? types.get(value))
        : undefined;
    if (typeof value !== "string" || type === undefined) return [];
    return [{ type, value, reputation: /"verdict":\s*"(\w+)"/.exec(step.result)?.[1] ?? "not listed" }];
  });
}

export const rules: RuleBook = {
  lookups: (facts) => {
    const values = lookUpValues(facts, 6);
    const techniques = techniquesOf(facts).slice(0, 2);
    const caseId = textAt(facts, "caseId");
    const time = textAt(facts, "alert.time");
    const around = { ...(time === undefined ? {} : { time }), ...(caseId === undefined ? {} : { caseId }) };
    return notYet(facts, [
      ...values.map((indicator) => ({ tool: "indicator_reputation", arguments: { indicator } })),
      ...techniques.map((technique) => ({ tool: "attack_technique", arguments: { technique } })),
      ...values
        .slice(0, 2)
        .map((indicator) => ({ tool: "related_alerts", arguments: { indicator, ...around } })),
    ]);
  },
  rules: [listed, elsewhere, named],
  conclude: (matched, facts) => {
    const actor = actorOf(stepsOf(facts, "indicator_reputation"));
    const evidence: Evidence[] = matched.map((rule) => rule.evidence);
    const claims = evidence.map(({ claim }) => claim);
    return {
      summary: `${claims.join(". ") || "None of its indicators is listed, and no other case shares them"}.`,
      ...(actor === undefined ? {} : { actor }),
      campaigns: [],
      techniques: techniquesOf(facts),
      indicators: examined(facts),
      severityAdvice: matched.some((rule) => rule.name === "seen-elsewhere") ? "raise" : "keep",
      evidence,
    };
  },
};
