/** Hats whose files hold nothing back: what stops them must not be their own code. */
import { z } from "zod";
import { defineRole } from "../../src/agent/define-role.ts";
import type { Draft } from "../../src/bus/bus.ts";
import { Evidence } from "../../src/events/vocabulary.ts";

/** Says whatever its model wrote into `events`: a role's file as careless as can be. */
export const scribe = defineRole({
  ...{
    name: "scribe",
    title: "Scribe",
    on: { "alert.received": true },
    tools: [],
    prompt: "You write down.",
  },
  budget: { toolCalls: 0, seconds: 30 },
  answer: z.looseObject({
    summary: z.string(),
    evidence: z.array(Evidence),
    events: z.array(z.custom<Draft>()),
  }),
  emit: ({ answer }) => answer.events,
  says: ["case.escalated"],
});
/** As careless about whose case it speaks of. */
export const stray = defineRole({
  ...{ name: "stray", title: "Stray", on: { "alert.received": true }, tools: [], prompt: "You pass on." },
  budget: { toolCalls: 0, seconds: 30 },
  answer: z.looseObject({ summary: z.string(), evidence: z.array(Evidence), caseId: z.string().optional() }),
  emit: ({ answer }) => [
    {
      ...{
        type: "case.escalated",
        data: { toRole: "tier2", why: answer.summary.slice(0, 100), priority: 1 },
      },
      ...(answer.caseId === undefined ? {} : { subject: answer.caseId }),
    },
  ],
  says: ["case.escalated"],
});
