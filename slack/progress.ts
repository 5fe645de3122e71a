/** What people have said of each proposal since it was asked, as its card shows it: folded from the log. */
import { isEvent, type AnyEvent, type KnownEvent } from "../src/events/envelope.ts";
import type { Principal } from "../src/events/vocabulary.ts";

/** How an authorised proposal ended, or why an open one did. */
export interface Ending {
  readonly by?: Principal;
  readonly why?: string;
}

/** What somebody needs to know before they decide; without an answer it is being worked on. */
export interface Question {
  /** The id of its `info.requested`. */
  readonly requestId: string;
  readonly by: Principal;
  readonly question: string;
  /** Policy stops the clock until it is answered. */
  readonly clockStopped?: boolean;
  /** The role that looks into it. */
  readonly looks?: string;
  /** The last there is; a person's, a role's, by its title, or else the record's. */
  readonly answer?: { readonly text: string; readonly by?: Principal; readonly role?: string };
}

export interface Approval {
  readonly by: Principal;
  /** When the card was posted, if they joined the group after that. */
  readonly joinedAfter?: string;
}

export interface Progress {
  /** Approvals that count for the digest asked last. */
  readonly approvals: readonly Approval[];
  readonly onIt?: Principal;
  readonly question?: Question;
  /** Who moved the reminder, and until when. */
  readonly snoozed?: { readonly by: Principal; readonly until: string };
  readonly ending?: Ending;
  /** How often a reference of its cards has served somebody. */
  readonly used?: number;
}

/** By proposal. */
export type AllProgress = Readonly<Record<string, Progress>>;

/** It is asked anew: approvals are void, what else was said of it stays. */
export function askedAnew(all: AllProgress, proposalId: string): AllProgress {
  return changed(all, proposalId, { approvals: [] });
}

export function evolveProgress(all: AllProgress, event: AnyEvent): AllProgress {
  if (isEvent(event, "approval.recorded")) {
    const { proposalId, by, joinedAfter } = event.data;
    const approval = { by, ...(joinedAfter === undefined ? {} : { joinedAfter }) };
    return changed(all, proposalId, { approvals: [...(all[proposalId]?.approvals ?? []), approval] });
  }
  if (isEvent(event, "info.requested", "info.answered")) return evolveQuestion(all, event);
  if (isEvent(event, "card.used")) {
    const { proposalId } = event.data;
    return changed(all, proposalId, { used: (all[proposalId]?.used ?? 0) + 1 });
  }
  return evolveOwner(all, event);
}

function evolveOwner(all: AllProgress, event: AnyEvent): AllProgress {
  if (isEvent(event, "case.assigned") && event.data.proposalId !== undefined) {
    return changed(all, event.data.proposalId, { onIt: event.data.to });
  }
  if (isEvent(event, "handoff.snoozed")) {
    const { proposalId, by, until } = event.data;
    return changed(all, proposalId, { snoozed: { by, until } });
  }
  return evolveEnding(all, event);
}

function evolveQuestion(
  all: AllProgress,
  event: KnownEvent<"info.requested" | "info.answered">,
): AllProgress {
  const { proposalId } = event.data;
  if (isEvent(event, "info.requested")) {
    const { by, question, clockStopped = false, asks } = event.data;
    const looks = asks === undefined ? {} : { looks: asks };
    const asked = { requestId: event.id, by, question, clockStopped, ...looks };
    return changed(all, proposalId, { question: asked });
  }
  const asked = all[proposalId]?.question;
  const { requestId, answer, by, role } = event.data;
  if (asked === undefined || (requestId !== undefined && requestId !== asked.requestId)) return all;
  const said = { text: answer, ...whose(by, role?.title) };
  return changed(all, proposalId, { question: { ...asked, answer: said } });
}

function whose(by: Principal | undefined, role: string | undefined) {
  return { ...(by === undefined ? {} : { by }), ...(role === undefined ? {} : { role }) };
}

function evolveEnding(all: AllProgress, event: AnyEvent): AllProgress {
  if (isEvent(event, "action.executed")) {
    const { proposalId, by, note } = event.data;
    return changed(all, proposalId, { ending: { by, ...(note === undefined ? {} : { why: note }) } });
  }
  if (isEvent(event, "action.abandoned", "action.revoked", "action.lapsed", "action.rolled_back")) {
    const { proposalId, why } = event.data;
    const by = "by" in event.data && event.data.by !== undefined ? { by: event.data.by } : {};
    return changed(all, proposalId, { ending: { why, ...by } });
  }
  return all;
}

function changed(all: AllProgress, proposalId: string, change: Partial<Progress>): AllProgress {
  const before = all[proposalId] ?? { approvals: [] };
  return { ...all, [proposalId]: { ...before, ...change } };
}
