/** IR Lead: plans the response and proposes actions, one event each. A human decides every one of them. */
import { z } from "zod";
import type { Draft } from "../src/bus/bus.ts";
import { defineRole } from "../src/agent/define-role.ts";
import { ActionTarget, ActionVerb, Evidence, Sev } from "../src/events/vocabulary.ts";
import { rules } from "./rules/ir-lead.ts";

const Step = z.string().min(1).max(600);
const Steps = z.array(Step).max(12);

const ProposedAction = z.strictObject({
  verb: ActionVerb.exclude(["review_case"]),
  target: ActionTarget.describe("Exactly as the record names it."),
  rationale: z.string().min(1).max(1000).describe("Why this action, now."),
  against: z.string().max(600).optional().describe("What speaks against it; people are owed both sides."),
  reversible: z.boolean(),
  blastRadius: z.string().min(1).max(300).describe("What else stops working if this is done."),
  evidence: z.array(Evidence).min(1).max(10),
});

const Plan = z.strictObject({
  sev: Sev,
  summary: z.string().min(1).max(2000),
  containment: Steps,
  eradication: Steps,
  recovery: Steps,
  notifications: Steps,
  bridgeRequired: z.boolean().describe("Whether people should be called into one call now."),
  actions: z.array(ProposedAction).max(6),
  evidence: z.array(Evidence).max(20),
});

export default defineRole({
  name: "ir-lead",
  title: "IR Lead",
  on: { "case.escalated": (event) => event.data.toRole === "ir-lead" },
  tools: ["host_details", "user_details", "indicator_reputation", "related_alerts", "attack_technique"],
  recall: true,
  budget: { toolCalls: 15, seconds: 300 },
  answer: Plan,
  prompt: `You are the incident response lead. Tier 2 has confirmed that this case needs a response.
Set the severity: SEV-1 ransomware, domain compromise or data theft under way; SEV-2 an attacker with a foothold or
stolen credentials; SEV-3 contained or limited to one unprivileged host; SEV-4 no response needed beyond notes.
Propose the few actions that matter, each on one target that the record names. You propose; a human authorises; a
human carries it out. Say what speaks against each action as plainly as what speaks for it. How many people must
agree, and who, is not yours to say.`,
  emit: ({ answer: { actions, ...plan }, evidenceDropped }) => [
    { type: "response.planned", data: { ...plan, evidenceDropped } },
    ...actions.map(({ reversible, blastRadius, ...action }): Draft => ({
      type: "action.proposed",
      data: { ...action, parameters: {}, opinion: { reversible, blastRadius } },
    })),
  ],
  says: ["response.planned", "action.proposed"],
  rules,
});
