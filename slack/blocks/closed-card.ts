/** What is left of a card that asks nothing any more: how it ended, by whom, and why. No buttons (lesson 16). */
import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Proposal } from "../../src/memory/case-file.ts";
import type { CardState } from "../card-state.ts";
import { proposalOf, type CaseThread, type Request } from "../case-thread.ts";
import type { Progress } from "../progress.ts";
import type { Look } from "../config.ts";
import type { Message } from "../limits.ts";
import { dotted, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, fallback, mrkdwn, ours, untrusted, type Ours } from "../text.ts";
import { endings, rejectCategories, verbs } from "../words/shared.ts";
import { actionBlocks } from "./action-blocks.ts";
import { deciders } from "./bounds.ts";
import { doneMenu } from "./card-buttons.ts";
import * as say from "../words/closed-card.ts";

interface Drawn {
  readonly thread: CaseThread;
  readonly look: Look;
}

export function closedCard(request: Request, { thread, look }: Drawn, state: CardState): Message {
  const { ask, proposalId } = request.handoff;
  const caseId = caseRef(thread.file.caseId);
  const proposal = proposalOf(thread, proposalId);
  const head = headOf(request, thread, state);
  const undo =
    state === "ended" && proposal?.status === "executed" ? doneMenu(look.cardRef(thread, request)) : {};
  const blocks: KnownBlock[] = [
    { type: "section", text: mrkdwn`*${head}* · ${caseId}`, ...undo },
    ...actionBlocks(request),
    ...(state === "ended" ? outcome(proposal, thread) : []),
  ];
  return { text: fallback`${head}: ${verbs[ask.verb].headline}, ${caseId}`, blocks };
}

function headOf(request: Request, thread: CaseThread, state: CardState): Ours {
  const { ask, proposalId } = request.handoff;
  if (state === "replaced") return say.changedByAPersonANew;
  if (state === "handed_on") return say.nowAsked(askedNow(thread, proposalId));
  const status = proposalOf(thread, proposalId)?.status ?? "cancelled";
  if (status === "executed") return ours`${verbs[ask.verb].done}`;
  return status === "pending" || status === "authorised" ? say.closed : endings[status];
}

function askedNow(thread: CaseThread, proposalId: string): Ours {
  const last = thread.requests.findLast((other) => other.handoff.proposalId === proposalId);
  return last === undefined ? say.theNextTier : configured(last.handoff.bar.addressed.title);
}

/** By whom, and why; after an authorisation, also who gave it. */
function outcome(proposal: Proposal | undefined, thread: CaseThread): KnownBlock[] {
  if (proposal === undefined) return [];
  const ending = endingLines(thread.progress[proposal.proposalId], proposal.status);
  const lines = [...decidedLines(proposal, thread), ...ending];
  if (lines.length === 0) return [];
  const newline = text(ours`\n`);
  return [richText(section(...lines.flatMap((line, at) => (at === 0 ? line : [newline, ...line]))))];
}

function decidedLines(proposal: Proposal, thread: CaseThread): RichTextElement[][] {
  const { decided } = proposal;
  if (decided === undefined) return [];
  const verb = decided.outcome === "authorised" ? say.authorisedBy : say.by;
  const people = deciders(proposal, thread);
  const label = rejectCategories.find(({ value }) => value === decided.category)?.label;
  const named = label === undefined ? [] : [[text(label)]];
  const by = people.length === 0 ? [] : [[text(verb), ...people]];
  const head = [...by, ...named];
  const lines = head.length === 0 ? [] : [dotted(head, ours` · `)];
  return decided.outcome === "authorised" ? lines : [...lines, [text(untrusted(decided.why, { max: 600 }))]];
}

/** What the person at the end did; of other endings nobody is the author. */
const endedBy: Readonly<Partial<Record<Proposal["status"], Ours>>> = {
  executed: say.carriedOutBy,
  abandoned: say.couldNotBeDoneSays,
  rolled_back: say.rolledBackBy,
  revoked: say.takenBackBy,
};

function endingLines(progress: Progress | undefined, status: Proposal["status"]): RichTextElement[][] {
  const { by, why } = progress?.ending ?? {};
  const closed = by === undefined ? [] : [[text(endedBy[status] ?? say.by), who(by)]];
  const words = why === undefined || why === "" ? [] : [[text(untrusted(why, { max: 600 }))]];
  return [...closed, ...words];
}
