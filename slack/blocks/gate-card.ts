/**
 * The card that asks one on-call role, and what becomes of it. A card is drawn from the request it was posted for
 * and from what the log says now; live buttons stand only on a request that is still open (lesson 16).
 */
import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Proposal } from "../../src/memory/case-file.ts";
import { proposalOf, type CaseThread, type Progress, type Request } from "../case-thread.ts";
import type { Look } from "../config.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, code, date, dotted, preformatted, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, fallback, mrkdwn, ours, plain, untrusted, Markup } from "../text.ts";
import { endings, footer, tooLong, verbs } from "../wording.ts";
import { actionWords, carriedOut } from "./action-words.ts";
import { carryOutButtons, decideButtons } from "./card-buttons.ts";
import { evidenceItem } from "./evidence.ts";

export interface CardContext {
  readonly thread: CaseThread;
  readonly look: Look;
}

/** Where a card stands: its request may have been handed on or replaced while the proposal is still open. */
export type CardState = "open" | "handed_on" | "replaced" | "not_done" | "ended";

export function cardState(thread: CaseThread, request: Request): CardState {
  const proposal = proposalOf(thread, request.handoff.proposalId);
  const last = thread.requests.findLast((other) => other.handoff.proposalId === request.handoff.proposalId);
  if (proposal === undefined || last === undefined) return "ended";
  if (last.eventId !== request.eventId) return last.tier > request.tier ? "handed_on" : "replaced";
  if (proposal.status === "pending") return "open";
  return proposal.status === "authorised" ? "not_done" : "ended";
}

export function gateCard(request: Request, context: CardContext): Message {
  const state = cardState(context.thread, request);
  if (state === "open") return openCard(request, context);
  if (state === "not_done") return notDoneCard(request, context);
  return closedCard(request, context, state);
}

const newline = text(ours`\n`);
const dot = ours` · `;
/** A card also stands in the channel, away from its thread: it names its case. */
function closing(caseId: string): KnownBlock {
  return { type: "context", elements: [plain(footer), plain(caseRef(caseId))] };
}

function openCard(request: Request, { thread, look }: CardContext): Message {
  const { ask, bar, proposalId } = request.handoff;
  const words = actionWords(ask);
  const title = configured(bar.addressed.title);
  const mention = request.mentions ? look.mentions.get(bar.addressed.role) : undefined;
  const called = mention ?? new Markup("");
  const caseId = caseRef(thread.file.caseId);
  const ref = `${caseId}:${proposalId}`;
  const blocks: KnownBlock[] = [
    { type: "section", text: mrkdwn`*Action required from: ${title}* ${called}` },
    ...actionBlocks(request),
    richText(section(...reasons(request)), ...proof(request), section(...bounds(request, thread))),
    ...(words.whole ? [] : [note(tooLong)]),
    { type: "actions", elements: decideButtons(ask.verb, ref, words.whole) },
    closing(thread.file.caseId),
  ];
  return { text: fallback`Action required from ${title}: ${verbs[ask.verb].headline}, ${caseId}`, blocks };
}

/** Headline, and the target and parameters where a headline cannot hold them. */
export function actionBlocks(request: Request): KnownBlock[] {
  const words = actionWords(request.handoff.ask);
  const parts = [
    ...(words.target === undefined ? [] : [preformatted(words.target)]),
    ...(words.parameters.length === 0
      ? []
      : [
          bullets(words.parameters.map(({ name, value }) => section(bold(name), text(ours` `), code(value)))),
        ]),
  ];
  const header: KnownBlock = { type: "header", text: plain(words.headline) };
  return parts.length === 0 ? [header] : [header, richText(...parts)];
}

function reasons({ handoff: { ask } }: Request): RichTextElement[] {
  const why = [bold(ours`Why `), text(untrusted(ask.rationale, { max: 700 }))];
  if (ask.against === undefined || ask.against === "") return why;
  return [...why, newline, bold(ours`Against `), text(untrusted(ask.against, { max: 400 }))];
}

/** One line: what it reaches, whether it can be undone, by when, who is next, how many, the code. */
export function bounds({ handoff, tier }: Request, thread: CaseThread): RichTextElement[] {
  const { bar } = handoff;
  const undo = bar.reversible ? ours`reversible` : ours`not reversible`;
  const groups: RichTextElement[][] = [[text(ours`${configured(bar.blastRadius)}, ${undo}`)]];
  const proposal = proposalOf(thread, handoff.proposalId);
  const by = proposal?.tier === tier ? proposal.expiresAt : undefined;
  if (by === undefined) groups.push([text(ours`answer within ${bar.expiresMinutes} minutes`)]);
  else groups.push([text(ours`answer by `), date(by)]);
  const next = bar.nextTiers[0];
  const silence = next === undefined ? ours`it expires, nothing is done` : configured(next.title);
  groups.push([text(ours`if nobody answers: ${silence}`)]);
  if (bar.quorum > 1) groups.push(quorum(thread.progress[handoff.proposalId], bar.quorum));
  groups.push([text(ours`code ${configured(handoff.code)}`)]);
  const onIt = thread.progress[handoff.proposalId]?.onIt;
  if (onIt !== undefined) groups.push([who(onIt), text(ours` is on it`)]);
  return dotted(groups, dot);
}

function quorum(progress: Progress | undefined, need: number): RichTextElement[] {
  const people = progress?.approvals ?? [];
  const count = [text(ours`${people.length} of ${need} have authorised`)];
  return people.length === 0
    ? count
    : [
        ...count,
        text(ours`: `),
        ...dotted(
          people.map((p) => [who(p)]),
          ours`, `,
        ),
      ];
}

function proof({ handoff: { ask } }: Request): ReturnType<typeof bullets>[] {
  const shown = ask.evidence.slice(0, 3).map((item) => evidenceItem(item, { quote: 160, claim: 0 }));
  return shown.length === 0 ? [] : [bullets(shown)];
}

function note(words: typeof tooLong): KnownBlock {
  return { type: "context", elements: [plain(words)] };
}

function notDoneCard(request: Request, { thread, look }: CardContext): Message {
  const { ask, proposalId } = request.handoff;
  const proposal = proposalOf(thread, proposalId);
  const { authorised } = verbs[ask.verb];
  const task = carriedOut(ask, thread.file.alert?.source);
  const line = [bold(ours`${authorised}, not done: `), text(task)];
  const caseId = caseRef(thread.file.caseId);
  const blocks: KnownBlock[] = [
    { type: "section", text: mrkdwn`${authorised}, *not done* · ${caseId}` },
    ...actionBlocks(request),
    richText(section(...line, newline, ...dotted(authorisedBy(proposal, thread, proposalId), dot))),
    { type: "actions", elements: carryOutButtons(`${caseId}:${proposalId}`, thread.file, look) },
    closing(thread.file.caseId),
  ];
  return { text: fallback`${authorised}, not done: ${verbs[ask.verb].headline}, ${caseId}`, blocks };
}

function authorisedBy(
  proposal: Proposal | undefined,
  thread: CaseThread,
  proposalId: string,
): RichTextElement[][] {
  const people = proposal?.decided?.by ?? [];
  const names = dotted(
    people.map((person) => [who(person)]),
    ours`, `,
  );
  const groups: RichTextElement[][] = [[text(ours`authorised by `), ...names]];
  const onIt = thread.progress[proposalId]?.onIt;
  if (onIt !== undefined) groups.push([who(onIt), text(ours` is on it`)]);
  const due = proposal?.decided?.carryOutBy;
  if (due !== undefined) groups.push([text(ours`carry out by `), date(due)]);
  return groups;
}

function closedCard(request: Request, { thread }: CardContext, state: CardState): Message {
  const { ask, proposalId } = request.handoff;
  const caseId = caseRef(thread.file.caseId);
  const proposal = proposalOf(thread, proposalId);
  const head = headOf(request, thread, state);
  const blocks: KnownBlock[] = [
    { type: "section", text: mrkdwn`*${head}* · ${caseId}` },
    ...actionBlocks(request),
    ...outcome(proposal, thread.progress[proposalId], state),
  ];
  return { text: fallback`${head}: ${verbs[ask.verb].headline}, ${caseId}`, blocks };
}

function headOf(request: Request, thread: CaseThread, state: CardState): ReturnType<typeof configured> {
  const { ask, proposalId } = request.handoff;
  if (state === "replaced") return ours`Changed by a person: a new card asks again`;
  if (state === "handed_on") {
    const next = thread.requests.findLast((other) => other.handoff.proposalId === proposalId);
    return ours`Nobody answered in time. Now asked: ${configured(next?.handoff.bar.addressed.title ?? "the next tier")}`;
  }
  const status = proposalOf(thread, proposalId)?.status ?? "cancelled";
  if (status === "executed") return ours`${verbs[ask.verb].done}`;
  return status === "pending" || status === "authorised" ? ours`Closed` : endings[status];
}

/** By whom, and why; after an authorisation, also who gave it. */
function outcome(
  proposal: Proposal | undefined,
  progress: Progress | undefined,
  state: CardState,
): KnownBlock[] {
  if (state !== "ended") return [];
  const lines = [...decidedLines(proposal), ...endingLines(progress)];
  return lines.length === 0 ? [] : [richText(section(...dotted(lines, dot)))];
}

function decidedLines(proposal: Proposal | undefined): RichTextElement[][] {
  const decided = proposal?.decided;
  if (decided === undefined) return [];
  const verb = decided.outcome === "authorised" ? ours`authorised by ` : ours`by `;
  const people = dotted(
    decided.by.map((person) => [who(person)]),
    ours`, `,
  );
  const names = people.length === 0 ? [] : [[text(verb), ...people]];
  if (decided.outcome === "authorised") return names;
  return [...names, [text(untrusted(decided.why, { max: 600 }))]];
}

function endingLines(progress: Progress | undefined): RichTextElement[][] {
  const { by, why } = progress?.ending ?? {};
  return [
    ...(by === undefined ? [] : [[text(ours`closed by `), who(by)]]),
    ...(why === undefined ? [] : [[text(untrusted(why, { max: 600 }))]]),
  ];
}
