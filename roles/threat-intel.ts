/** Threat Intel: who is likely behind it, what else they do, and whether the severity should be looked at again. */
import { z } from "zod";
import { defineRole } from "../src/agent/define-role.ts";
import { Confidence, Evidence, Indicator, Technique } from "../src/events/vocabulary.ts";
import { rules } from "./rules/threat-intel.ts";

const Report = z.strictObject({
  summary: z.string().min(1).max(2000),
  actor: z
    .strictObject({ name: z.string().min(1).max(200), confidence: Confidence })
    .optional()
    .describe("Only when a source names one; leave it out otherwise."),
  campaigns: z.array(z.string().min(1).max(200)).max(10),
  techniques: z.array(Technique).max(40),
  indicators: z.array(Indicator.extend({ reputation: z.string().min(1).max(200) })).max(50),
  severityAdvice: z.enum(["raise", "keep", "lower"]),
  evidence: z.array(Evidence).max(20),
});

export default defineRole({
  name: "threat-intel",
  title: "Threat Intel",
  on: { "response.planned": true },
  tools: ["indicator_reputation", "attack_technique", "known_exploited", "related_alerts"],
  budget: { toolCalls: 12, seconds: 300 },
  answer: Report,
  prompt: `You are the threat intelligence analyst. A response is planned for this case.
Look up the indicators and techniques. Name an actor only when a source does, with the source's own words as
evidence; a shared technique is not an attribution. Say which other cases share infrastructure with this one.
Your severity advice is advice: the IR Lead's severity stands until a person changes it.`,
  emit: ({ answer, evidenceDropped }) => [{ type: "intel.reported", data: { ...answer, evidenceDropped } }],
  says: ["intel.reported"],
  rules,
});
