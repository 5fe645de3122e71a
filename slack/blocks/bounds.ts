/** What bounds a request, in a few short lines: what it reaches, by when and who is next, how many people, who is at it. */
import type { RichTextElement } from "@slack/types";
import { proposalOf, type CaseThread, type Progress, type Request } from "../case-thread.ts";
import { bold, date, dotted, text, who } from "../rich.ts";
import { configured, ours, untrusted, type Ours } from "../text.ts";

const newline = text(ours`\n`);

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

function reach({ handoff: { bar } }: Request): Ours {
  const undo = bar.reversible ? ours`Reversible` : ours`Not reversible`;
  return ours`${sentence(bar.blastRadius)} ${undo}.`;
}

/** Policy's words, ended as a sentence. */
function sentence(words: string): Ours {
  return configured(/[.!?]$/.test(words) ? words : `${words}.`);
}

function time({ handoff, tier }: Request, thread: CaseThread): RichTextElement[] {
  const { bar, proposalId } = handoff;
  const proposal = proposalOf(thread, proposalId);
  const by = proposal?.tier === tier ? proposal.expiresAt : undefined;
  const next = bar.nextTiers[0];
  const then =
    next === undefined
      ? ours`; then it expires and nothing is done.`
      : ours`; then ${configured(next.title)} is asked.`;
  if (by === undefined) return [text(ours`Answer within ${bar.expiresMinutes} minutes${then}`)];
  return [text(ours`Answer by `), date(by), text(then)];
}

function quorum(progress: Progress | undefined, need: number): RichTextElement[][] {
  if (need <= 1) return [];
  const have = progress?.approvals ?? [];
  const count = [bold(ours`${need} people`), text(ours` must authorise it; ${have.length} so far`)];
  return [have.length === 0 ? count : [...count, text(ours`: `), ...named(have)]];
}

function named(people: readonly Parameters<typeof who>[0][]): RichTextElement[] {
  return dotted(
    people.map((person) => [who(person)]),
    ours`, `,
  );
}

/** Who has taken it on, and what somebody wants to know first. */
function people(progress: Progress | undefined): RichTextElement[][] {
  const { onIt, question, snoozed } = progress ?? {};
  return [
    ...(onIt === undefined ? [] : [[who(onIt), text(ours` is on it.`)]]),
    ...(snoozed === undefined
      ? []
      : [[text(ours`Reminder moved by `), who(snoozed.by), text(ours` to `), date(snoozed.until)]]),
    ...(question === undefined ? [] : [asked(question)]),
  ];
}

function asked({ by, question, answer, clockStopped }: NonNullable<Progress["question"]>): RichTextElement[] {
  const line = [who(by), text(ours` asks: `), text(untrusted(question, { brief: 160 })), newline];
  const clock = clockStopped === true ? ours` The clock stands still until then.` : ours``;
  if (answer === undefined) {
    return [...line, text(ours`… being looked into; the answer comes in the thread.${clock}`)];
  }
  return [...line, bold(ours`Answer `), text(untrusted(answer, { brief: 240 }))];
}
