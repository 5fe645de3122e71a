/**
 * The card that asks one on-call role, and what becomes of it. A card is drawn from the request it was posted for
 * and from what the log says now; live buttons stand only on a request that is still open (lesson 16).
 */
import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Proposal } from "../../src/memory/case-file.ts";
import { cardState } from "../card-state.ts";
import { proposalOf, type CaseThread, type Request } from "../case-thread.ts";
import type { Look } from "../config.ts";
import { authorisableWith } from "../handoffs.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, date, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, ours, plain, untrusted, type Ours, nobody } from "../text.ts";
import { stepsOf } from "../traces.ts";
import { footer, tooLong, verbs } from "../words/shared.ts";
import { actionBlocks } from "./action-blocks.ts";
import { actionWords, carriedOut } from "./action-words.ts";
import { bounds, deciders } from "./bounds.ts";
import { carryOutButtons, decideButtons } from "./card-buttons.ts";
import { closedCard } from "./closed-card.ts";
import { elsewhere } from "./elsewhere.ts";
import { evidenceItem, glance } from "./evidence.ts";
import * as say from "../words/gate-card.ts";

export interface CardContext {
  readonly thread: CaseThread;
  readonly look: Look;
}

export function gateCard(request: Request, context: CardContext): Message {
  const state = cardState(context.thread, request);
  if (state === "open") return openCard(request, context);
  if (state === "not_done") return notDoneCard(request, context);
  return closedCard(request, context, state);
}

const newline = text(ours`\n`);
/** Bullets on a card: the rest stands under Evidence. */
const shownEvidence = 3;

function openCard(request: Request, { thread, look }: CardContext): Message {
  const { ask, bar } = request.handoff;
  const { whole } = actionWords(ask);
  const title = configured(bar.addressed.title);
  const mention = request.mentions ? look.mentions.get(bar.addressed.role) : undefined;
  const called = mention ?? nobody;
  const caseId = caseRef(thread.file.caseId);
  const together = authorisableWith(thread, request);
  const buttons = decideButtons(ask.verb, {
    ref: look.cardRef(thread, request),
    whole,
    together: together[0]?.eventId === request.eventId ? together.length : 1,
  });
  const blocks: KnownBlock[] = [
    { type: "section", text: say.actionRequiredHead(title, called) },
    ...actionBlocks(request),
    richText(why(request), ...proof(request, thread), ...against(request)),
    richText(section(...bounds(request, thread)), ...elsewhere(look.sameAs(request))),
    ...(whole ? [] : [note(tooLong)]),
    { type: "actions", ...buttons },
    closing(request, thread.file.caseId),
  ];
  return { text: say.actionRequiredSpoken(title, verbs[ask.verb].headline, caseId), blocks };
}

/** A card also stands in the channel, away from its thread: it names its case. The code is compared by eye. */
function closing({ handoff }: Request, caseId: string): KnownBlock {
  const facts = say.codeMarked(caseRef(caseId), configured(handoff.code));
  return { type: "context", elements: [facts, plain(footer)] };
}

function why({ handoff: { ask } }: Request): ReturnType<typeof section> {
  return section(bold(say.why), text(untrusted(ask.rationale, { brief: 240 })));
}

function against({ handoff: { ask } }: Request): ReturnType<typeof section>[] {
  if (ask.against === undefined || ask.against === "") return [];
  return [section(bold(say.against), text(untrusted(ask.against, { brief: 140 })))];
}

function proof({ handoff: { ask, proposalId } }: Request, thread: CaseThread): ReturnType<typeof bullets>[] {
  const steps = stepsOf(thread.traces, proposalId);
  const shown = ask.evidence.slice(0, shownEvidence).map((item) => evidenceItem(item, steps, glance));
  return shown.length === 0 ? [] : [bullets(shown)];
}

function note(words: Ours): KnownBlock {
  return { type: "context", elements: [plain(words)] };
}

function notDoneCard(request: Request, { thread, look }: CardContext): Message {
  const { ask, proposalId } = request.handoff;
  const { authorised } = verbs[ask.verb];
  const task = carriedOut(ask, thread.file.alert?.source);
  const line = [bold(say.nowToDo), text(task)];
  const caseId = caseRef(thread.file.caseId);
  const blocks: KnownBlock[] = [
    { type: "section", text: say.notDoneMarked(authorised, caseId) },
    ...actionBlocks(request),
    richText(section(...line, ...owners(proposalOf(thread, proposalId), thread))),
    { type: "actions", ...carryOutButtons(look.cardRef(thread, request), thread.file, look) },
    closing(request, thread.file.caseId),
  ];
  return { text: say.notDoneSpoken(authorised, verbs[ask.verb].headline, caseId), blocks };
}

/** Who authorised it, who carries it out, and until when. */
function owners(proposal: Proposal | undefined, thread: CaseThread): RichTextElement[] {
  const decided = proposal?.decided;
  const names = deciders(proposal, thread);
  const onIt = proposal === undefined ? undefined : thread.progress[proposal.proposalId]?.onIt;
  const owner = onIt === undefined ? [text(say.nobodyIsOnItYet)] : [who(onIt), text(say.isOnIt)];
  const due = decided?.carryOutBy;
  const until = due === undefined ? [] : [text(say.carryOutBy), date(due)];
  return [newline, text(say.authorisedBy), ...names, newline, ...owner, ...until];
}
