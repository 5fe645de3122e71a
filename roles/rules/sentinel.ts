/** How `baseline` plays Sentinel: look up who and where, decode, look up indicators, add up the signals. */
import type { Facts, RuleBook } from "../../src/agent/rule-book.ts";
import { claims, evidenceOf, judge, lookUpValues, priorityOf, whatHappened } from "./judging.ts";
import { notYet, textAt } from "./reading.ts";
import { signals } from "./signals.ts";

/** Who, where, and what the command line hides; shared with Tier 2. */
export function firstLookups(facts: Facts): { tool: string; arguments: Record<string, unknown> }[] {
  const host = textAt(facts, "alert.host.name");
  const user = textAt(facts, "alert.user.name");
  const time = textAt(facts, "alert.time");
  const command = textAt(facts, "alert.process.commandLine");
  const when = time === undefined ? {} : { time };
  const who = user === undefined ? {} : { user };
  const where = host === undefined ? {} : { host };
  return [
    ...(host === undefined ? [] : [{ tool: "host_details", arguments: { hostname: host, ...who, ...when } }]),
    ...(user === undefined ? [] : [{ tool: "user_details", arguments: { user, ...where, ...when } }]),
    ...(command !== undefined && /-e(nc|ncodedcommand)?\s+[a-z0-9+/=]{20}|base64/i.test(command)
      ? [{ tool: "decode_command", arguments: { command } }]
      : []),
  ];
}

export const rules: RuleBook = {
  lookups: (facts) => {
    const first = notYet(facts, firstLookups(facts));
    if (first.length > 0) return first;
    return notYet(
      facts,
      lookUpValues(facts, 6).map((indicator) => ({ tool: "indicator_reputation", arguments: { indicator } })),
    );
  },
  rules: signals,
  conclude: (matched, facts) => {
    const judgement = judge(matched, facts, { benign: -2 });
    const { intent, outcome, confidence } = judgement;
    const against = claims(matched, (rule) => rule.weight < 0);
    const riskFactors = claims(matched, (rule) => rule.weight > 0);
    const reasons = intent === "benign" ? against : riskFactors;
    return {
      intent,
      outcome,
      confidence,
      priority: priorityOf(judgement, facts),
      summary: `${whatHappened(facts)}. ${reasons.slice(0, 3).join(". ") || "No rule recognises what it is"}.`,
      riskFactors,
      mitigatingFactors: [...against, ...claims(matched, (rule) => rule.name === "control-blocked-it")],
      questions: intent === "unknown" ? ["Was this expected by whoever uses the host?"] : [],
      evidence: evidenceOf(matched),
    };
  },
};
