import { z } from "zod";
import {
  ActionTarget,
  ActionVerb,
  Confidence,
  Evidence,
  Indicator,
  Intent,
  Outcome,
  Priority,
  RoleName,
  Sev,
  Technique,
  Text,
  Verdict,
} from "./vocabulary.ts";
import { event } from "./define-event.ts";

const Factors = z.array(z.string().min(1).max(600)).max(12);
const Steps = z.array(z.string().min(1).max(600)).max(20);
const EvidenceList = z.array(Evidence).max(20);

/** Claims that code could not tie to the record and removed; the card says so. */
const Dropped = z.int().min(0).default(0);

export const caseEvents = {
  "alert.triaged": event({
    saidBy: ["role:sentinel"],
    data: z.strictObject({
      intent: Intent,
      outcome: Outcome,
      verdict: Verdict,
      confidence: Confidence,
      priority: Priority,
      summary: Text,
      riskFactors: Factors,
      mitigatingFactors: Factors,
      questions: Factors,
      evidence: EvidenceList,
      evidenceDropped: Dropped,
    }),
  }),
  "case.escalated": event({
    saidBy: ["role:sentinel", "role:tier2"],
    data: z.strictObject({ toRole: RoleName, why: Text, priority: Priority }),
  }),
  "case.investigated": event({
    saidBy: ["role:tier2"],
    data: z.strictObject({
      originalVerdict: Verdict,
      intent: Intent,
      outcome: Outcome,
      verdict: Verdict,
      confidence: Confidence,
      decision: z.enum(["escalate", "close", "needs_human_review"]),
      summary: Text,
      nextSteps: Steps,
      evidence: EvidenceList,
      evidenceDropped: Dropped,
    }),
  }),
  "response.planned": event({
    saidBy: ["role:ir-lead"],
    data: z.strictObject({
      sev: Sev,
      summary: Text,
      containment: Steps,
      eradication: Steps,
      recovery: Steps,
      notifications: Steps,
      bridgeRequired: z.boolean(),
      evidence: EvidenceList,
      evidenceDropped: Dropped,
    }),
  }),
  "action.proposed": event({
    saidBy: ["role:ir-lead"],
    data: z.strictObject({
      verb: ActionVerb,
      target: ActionTarget,
      parameters: z.record(z.string().max(64), z.string().max(512)),
      rationale: Text,
      against: z.string().max(1000).optional(),
      evidence: EvidenceList,
      /** The role's own view, shown as one; policy decides by verb and target class alone (lesson 31). */
      opinion: z.strictObject({ reversible: z.boolean(), blastRadius: z.string().min(1).max(300) }),
    }),
  }),
  "intel.reported": event({
    saidBy: ["role:threat-intel"],
    data: z.strictObject({
      summary: Text,
      actor: z.strictObject({ name: z.string().min(1).max(200), confidence: Confidence }).optional(),
      campaigns: z.array(z.string().min(1).max(200)).max(10),
      techniques: z.array(Technique).max(40),
      indicators: z.array(Indicator.extend({ reputation: z.string().min(1).max(200) })).max(50),
      /** Advice; never rewrites the SEV. */
      severityAdvice: z.enum(["raise", "keep", "lower"]),
      evidence: EvidenceList,
      evidenceDropped: Dropped,
    }),
  }),
};
