/** Where a card stands: its request may have been handed on or replaced while the proposal is still open. */
import { proposalOf, type CaseThread, type Request } from "./case-thread.ts";

export type CardState = "open" | "handed_on" | "replaced" | "not_done" | "ended";

export function cardState(thread: CaseThread, request: Request): CardState {
  const proposal = proposalOf(thread, request.handoff.proposalId);
  const last = thread.requests.findLast((other) => other.handoff.proposalId === request.handoff.proposalId);
  if (proposal === undefined || last === undefined) return "ended";
  if (last.eventId !== request.eventId) return last.tier > request.tier ? "handed_on" : "replaced";
  if (proposal.status === "pending") return "open";
  return proposal.status === "authorised" ? "not_done" : "ended";
}
