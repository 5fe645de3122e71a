/** Which card is meant: the first of a proposal, the one that calls people, and how each is marked in Slack. */
import { cardState } from "../card-state.ts";
import type { CaseThread, Request } from "../case-thread.ts";
import type { Mark } from "../outbox.ts";

/** Of a hand-off's open requests the first calls the group: one mention, not one a proposal. */
export function firstOpen(thread: CaseThread, request: Request): Request | undefined {
  const { role } = request.handoff.bar.addressed;
  return thread.requests.find(
    (other) =>
      other.tier === request.tier &&
      other.handoff.bar.addressed.role === role &&
      cardState(thread, other) === "open",
  );
}

/** What was asked of the first tier at first. */
export function firstRequest(thread: CaseThread, proposalId: string): Request | undefined {
  return thread.requests.find(({ handoff }) => handoff.proposalId === proposalId);
}

export function markOf(thread: CaseThread, request: Request): Mark {
  const { caseId } = thread.file;
  return {
    event_id: request.eventId,
    kind: "gate",
    case_id: caseId,
    proposal_id: request.handoff.proposalId,
  };
}
