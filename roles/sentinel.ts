/** Sentinel: first look at every alert. Triage in seconds, with evidence, and a decision who looks next. */
import { z } from "zod";
import { defineRole } from "../src/agent/define-role.ts";
import { contradiction, deriveVerdict, needsALook, verdictFor } from "../src/agent/verdict.ts";
import { Confidence, Evidence, Intent, Outcome, Priority } from "../src/events/vocabulary.ts";
import { rules } from "./rules/sentinel.ts";

const Line = z.string().min(1).max(600);

const Triage = z.strictObject({
  intent: Intent.describe("What whoever did this meant. unknown if the record does not say."),
  outcome: Outcome.describe(
    "What came of it: blocked if a control stopped it, false_alarm if it did not happen.",
  ),
  confidence: Confidence,
  priority: Priority.describe("How soon a person should look; 10 is now."),
  summary: z
    .string()
    .min(1)
    .max(1500)
    .describe("What happened, to whom, and why it matters, in two sentences."),
  riskFactors: z.array(Line).max(12),
  mitigatingFactors: z.array(Line).max(12),
  questions: z.array(Line).max(12).describe("Questions only a human can answer."),
  evidence: z.array(Evidence).max(20),
});

export default defineRole({
  name: "sentinel",
  title: "Sentinel",
  on: { "alert.received": true },
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
  budget: { toolCalls: 12, seconds: 120 },
  answer: Triage,
  prompt: `You are Sentinel, the first analyst to see an alert in a security operations centre.
Decide two things apart from each other: what whoever did this meant (intent), and what came of it (outcome).
Look up the host and the user before you judge: a sanctioned test, a deployment account or a backup agent explains
much that looks bad. Decode encoded command lines. Look up domains, addresses and hashes.
A control that blocked an attack does not make the attack benign. Benign activity that a rule mistook for something
else is a false alarm. If the record does not let you say, say unknown; do not guess.
Priority weighs what is at stake: a domain controller, a privileged account or ransomware is 9 or 10; a blocked
unwanted program on one workstation is 2 or 3.`,
  refuse: ({ intent, outcome }) => (deriveVerdict(intent, outcome) === undefined ? contradiction : undefined),
  emit: ({ answer, evidenceDropped }) => {
    const verdict = verdictFor(answer);
    const triaged = { type: "alert.triaged", data: { ...answer, verdict, evidenceDropped } } as const;
    if (!needsALook(verdict) && answer.priority < 7) return [triaged];
    const why = `${verdict.replaceAll("_", " ")}, priority ${answer.priority}: ${answer.summary}`;
    return [
      triaged,
      { type: "case.escalated", data: { toRole: "tier2", why, priority: answer.priority } } as const,
    ];
  },
  says: ["alert.triaged", "case.escalated"],
  rules,
});
