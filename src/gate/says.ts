/** Everything the gate may say; nothing else is a word of it. */
import type { EventType } from "../events/catalogue.ts";

export const gateSays = [
  "handoff.requested",
  "handoff.opened",
  "handoff.unposted",
  "card.used",
  "handoff.snoozed",
  "handoff.reminded",
  "handoff.rerouted",
  "approval.recorded",
  "action.decided",
  "action.executed",
  "action.abandoned",
  "action.rolled_back",
  "action.overdue",
  "action.lapsed",
  "action.revoked",
  "proposal.outdated",
  "decision.refused",
  "info.requested",
  "info.answered",
  "case.assigned",
  "case.labelled",
  "case.unlabelled",
  "case.closed",
  "case.reopened",
  "case.linked",
  "finding.rated",
  "suppression.set",
  "suppression.lifted",
  "role.paused",
  "role.resumed",
  "tuning.decided",
] as const satisfies readonly EventType[];

export type GateSaying = (typeof gateSays)[number];
