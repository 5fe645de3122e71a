import type { Intent, Outcome, Verdict } from "../events/vocabulary.ts";

/**
 * Verdicts are derived, not chosen: intent × outcome → verdict (OCSF verdict_id). A contained attack is a true
 * positive whose outcome says blocked. `undefined`: the pair contradicts itself and is sent back.
 */
const table: Readonly<Record<Intent, Readonly<Record<Outcome, Verdict | undefined>>>> = {
  malicious: {
    succeeded: "true_positive",
    attempted: "true_positive",
    blocked: "true_positive",
    false_alarm: undefined,
    unknown: "true_positive",
  },
  benign: {
    succeeded: "benign",
    attempted: "benign",
    blocked: "benign",
    false_alarm: "false_positive",
    unknown: "benign",
  },
  unknown: {
    succeeded: "suspicious",
    attempted: "suspicious",
    blocked: "suspicious",
    false_alarm: "false_positive",
    unknown: "insufficient_data",
  },
};

export function deriveVerdict(intent: Intent, outcome: Outcome): Verdict | undefined {
  return table[intent][outcome];
}

export const contradiction =
  'intent "malicious" with outcome "false_alarm" contradicts itself: a false alarm did not happen, so nobody meant it';

/** `deriveVerdict` for a pair that has already been checked; the worst reading if it was not. */
export function verdictFor(finding: { intent: Intent; outcome: Outcome }): Verdict {
  return deriveVerdict(finding.intent, finding.outcome) ?? "suspicious";
}

/** Verdicts that somebody must look at; what is not known counts as the worst. */
export function needsALook(verdict: Verdict): boolean {
  return verdict === "true_positive" || verdict === "suspicious" || verdict === "insufficient_data";
}
