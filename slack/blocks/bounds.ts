/** What bounds a request, in a few short lines: what it reaches, by when and who is next, how many people, who is at it. */
import type { RichTextElement } from "@slack/types";
import type { Principal } from "../../src/events/vocabulary.ts";
import { samePrincipal } from "../../src/gate/authority.ts";
import type { Proposal } from "../../src/memory/case-file.ts";
import { proposalOf, type CaseThread, type Request } from "../case-thread.ts";
import type { Approval, Progress } from "../progress.ts";
import { bold, date, dotted, text, who } from "../rich.ts";
import { configured, ours, untrusted, type Ours } from "../text.ts";
import { hats } from "../words/shared.ts";
import * as say from "../words/bounds.ts";

export const newline = text(ours`\n`);

/** One line each: reach, time, then what there is to say of people. */
export function bounds(request: Request, thread: CaseThread): RichTextElement[] {
  const progress = thread.progress[request.handoff.proposalId];
  const lines = [
    [text(reach(request))],
    time(request, thread),
    ...quorum(progress, request.handoff.bar.quorum),
    ...people(progress),
  ];
  return lines.flatMap((line, at) => (at === 0 ? line : [newline, ...line]));
}

function reach({ handoff: { ask, bar } }: Request): Ours {
  // Reading a case is nothing to be undone.
  if (ask.verb === "review_case") return sentence(bar.blastRadius);
  const undo = bar.reversible ? say.reversible : say.notReversible;
  return ours`${sentence(bar.blastRadius)} ${undo}.`;
}

/** Policy's words, ended as a sentence. */
function sentence(words: string): Ours {
  return configured(/[.!?]$/.test(words) ? words : `${words}.`);
}

/** Until when this tier can answer; undefined while its card is not posted. */
export function answerableUntil({ handoff, tier }: Request, thread: CaseThread): string | undefined {
  const proposal = proposalOf(thread, handoff.proposalId);
  return proposal?.tier === tier ? proposal.expiresAt : undefined;
}

function time(request: Request, thread: CaseThread): RichTextElement[] {
  const { bar } = request.handoff;
  const by = answerableUntil(request, thread);
  const next = bar.nextTiers[0];
  const then = next === undefined ? say.thenItExpires : say.thenIsAsked(configured(next.title));
  if (by === undefined) return [text(say.answerWithinMinutes(bar.expiresMinutes, then))];
  return [text(say.answerBy), date(by), text(then)];
}

function quorum(progress: Progress | undefined, need: number): RichTextElement[][] {
  if (need <= 1) return [];
  const have = progress?.approvals ?? [];
  const count = [bold(say.people(need)), text(say.mustAuthorise(have.length))];
  return [have.length === 0 ? count : [...count, text(ours`: `), ...approvers(have)]];
}

/** Who decided it, with the flag of whoever approved and had only just joined. */
export function deciders(proposal: Proposal | undefined, thread: CaseThread): RichTextElement[] {
  const approvals = proposal === undefined ? [] : (thread.progress[proposal.proposalId]?.approvals ?? []);
  const flagged = (by: Principal): Approval =>
    approvals.find((approval) => samePrincipal(approval.by, by)) ?? { by };
  return approvers((proposal?.decided?.by ?? []).map(flagged));
}

/** Who approved; whoever joined the group after the card was posted is flagged. */
export function approvers(approvals: readonly Approval[]): RichTextElement[] {
  return dotted(
    approvals.map(({ by, joinedAfter }) => {
      if (joinedAfter === undefined) return [who(by)];
      return [who(by), text(ours` (`), bold(say.joinedAfterThisWasAsked), text(ours`)`)];
    }),
    ours`, `,
  );
}

/** Who has taken it on, and what somebody wants to know first. */
function people(progress: Progress | undefined): RichTextElement[][] {
  const { onIt, question, snoozed } = progress ?? {};
  return [
    ...(onIt === undefined ? [] : [[who(onIt), text(say.isOnIt)]]),
    ...(snoozed === undefined
      ? []
      : [[text(say.reminderMovedBy), who(snoozed.by), text(say.to), date(snoozed.until)]]),
    ...(question === undefined ? [] : [asked(question)]),
  ];
}

type Asked = NonNullable<Progress["question"]>;

function asked({ by, question, answer, clockStopped, looks }: Asked): RichTextElement[] {
  const line = [who(by), text(say.asks), text(untrusted(question, { brief: 160 })), newline];
  const clock = clockStopped === true ? say.theClockStandsStill : ours``;
  if (answer === undefined) {
    return [...line, ...lookingInto(looks), text(say.theAnswerComes(clock))];
  }
  return [...line, ...answerOf(answer), text(ours` `), text(untrusted(answer.text, { brief: 240 }))];
}

/** Who is at work on a question. */
export function lookingInto(role: string | undefined): RichTextElement[] {
  if (role === undefined) return [text(say.beingLookedInto)];
  const title = hats.find((hat) => hat.role === role)?.title ?? role;
  return [text(ours`… `), bold(untrusted(title, { max: 100 })), text(say.isLookingIntoIt)];
}

/** Whose answer it is. */
export function answerOf({ by, role }: Omit<NonNullable<Asked["answer"]>, "text">): RichTextElement[] {
  if (by !== undefined) return [bold(say.answerOf), who(by)];
  if (role === undefined) return [bold(say.answerFromTheRecord)];
  return [bold(say.answerOf), bold(untrusted(role, { max: 100 }))];
}
