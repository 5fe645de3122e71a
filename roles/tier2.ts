/** Tier 2 Analyst: investigates what Sentinel escalated; refines the verdict; escalates, closes, or asks a person. */
import { z } from "zod";
import { defineRole } from "../src/agent/define-role.ts";
import { contradiction, deriveVerdict, verdictFor } from "../src/agent/verdict.ts";
import { Confidence, Evidence, Intent, Outcome } from "../src/events/vocabulary.ts";
import { rules } from "./rules/tier2.ts";

const Investigation = z.strictObject({
  intent: Intent,
  outcome: Outcome,
  confidence: Confidence,
  decision: z.enum(["escalate", "close", "needs_human_review"]),
  summary: z
    .string()
    .min(1)
    .max(2000)
    .describe("What you established that triage had not, and what it rests on."),
  nextSteps: z.array(z.string().min(1).max(600)).max(12),
  evidence: z.array(Evidence).max(20),
});
type Investigation = z.infer<typeof Investigation>;

/** Closing is for what is known to be harmless or was stopped; what is not known goes to a person. */
function refuse(answer: Investigation): string | undefined {
  const verdict = deriveVerdict(answer.intent, answer.outcome);
  if (verdict === undefined) return contradiction;
  if (answer.decision !== "close") return undefined;
  if (verdict === "suspicious" || verdict === "insufficient_data") {
    return `decision "close" with verdict ${verdict}: what is not known cannot be closed; use needs_human_review`;
  }
  if (verdict === "true_positive" && answer.outcome !== "blocked") {
    return `decision "close" with a true positive whose outcome is ${answer.outcome}: only a blocked one can be closed`;
  }
  return undefined;
}

export default defineRole({
  name: "tier2",
  title: "Tier 2 Analyst",
  on: { "case.escalated": (event) => event.data.toRole === "tier2" },
  tools: [
    "host_details",
    "user_details",
    "indicator_reputation",
    "decode_command",
    "attack_technique",
    "known_exploited",
    "related_alerts",
  ],
  recall: true,
  budget: { toolCalls: 30, seconds: 600 },
  answer: Investigation,
  prompt: `You are a Tier 2 analyst. Sentinel has triaged this alert and escalated it to you.
Do not repeat the triage: test it. Look for what would prove it wrong as hard as for what would prove it right.
Follow the chain: what started this process, what did it reach, has this host, user, address or hash been seen in
other cases, and is there a sanctioned reason. Decode what is encoded.
escalate when an attacker may still have access or damage may go on; close only what is known to be harmless, or
was stopped with nothing left to do; needs_human_review when the record cannot settle it.`,
  refuse,
  emit: ({ answer, casefile, evidenceDropped }) => {
    const verdict = verdictFor(answer);
    const originalVerdict = casefile.triage?.verdict ?? "insufficient_data";
    const investigated = {
      type: "case.investigated",
      data: { ...answer, verdict, originalVerdict, evidenceDropped },
    } as const;
    if (answer.decision !== "escalate") return [investigated];
    const data = { toRole: "ir-lead", why: answer.summary, priority: casefile.triage?.priority ?? 7 };
    return [investigated, { type: "case.escalated", data } as const];
  },
  says: ["case.investigated", "case.escalated"],
  rules,
});
