/** Short messages: a direct message to who is on call, replies in the thread, words for one person. */
import type { Button, KnownBlock, RichTextElement } from "@slack/types";
import type { EventData } from "../../src/events/catalogue.ts";
import type { Principal } from "../../src/events/vocabulary.ts";
import type { CaseThread, Request } from "../case-thread.ts";
import { proposalOf } from "../case-thread.ts";
import { cardState } from "../card-state.ts";
import type { Look } from "../config.ts";
import { handoffOf } from "../handoffs.ts";
import { slackActions } from "../ids.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, date, dotted, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, fallback, mrkdwn, ours, plain, untrusted, type Ours, nobody } from "../text.ts";
import { buttons, endings, verbs } from "../words/shared.ts";
import type { Steps } from "../traces.ts";
import { briefly } from "./action-words.ts";
import { answerOf, lookingInto, newline } from "./bounds.ts";
import { brief, evidenceItem } from "./evidence.ts";
import { inTheirWords } from "./spoken.ts";
import * as say from "../words/notices.ts";

const dot = ours` · `;

/** Sent to each member of the on-call group: what waits, and the way to the card. It decides nothing itself. */
export function directMessage(thread: CaseThread, first: Request, link: string | undefined): Message {
  const { addressed } = first.handoff.bar;
  const caseId = caseRef(thread.file.caseId);
  const title = configured(addressed.title);
  const requests = handoffOf(thread, first);
  const open = requests.some((request) => cardState(thread, request) === "open");
  const lines = requests.slice(0, 20).map((request) => section(...requestLine(thread, request)));
  const head = open ? say.actionRequiredHead(title, caseId) : mrkdwn`*${title}* · ${caseId}`;
  const blocks: KnownBlock[] = [{ type: "section", text: head }, richText(bullets(lines))];
  if (link !== undefined) {
    const button = {
      type: "button",
      action_id: slackActions.openCard,
      text: plain(buttons.openCard),
      url: link,
    };
    blocks.push({ type: "actions", elements: [{ ...button, type: "button" }] });
  }
  return { text: fallback`${open ? say.actionRequired : say.answered}: ${caseId}`, blocks };
}

function requestLine(thread: CaseThread, request: Request): RichTextElement[] {
  const { ask, code: gateCode, proposalId } = request.handoff;
  const groups: RichTextElement[][] = [[bold(briefly(ask, 200))], [text(stateWords(thread, request))]];
  const proposal = proposalOf(thread, proposalId);
  if (cardState(thread, request) === "open") {
    if (proposal?.expiresAt !== undefined) groups.push([text(say.answerBy), date(proposal.expiresAt)]);
    groups.push([text(say.code(configured(gateCode)))]);
  }
  return dotted(groups, dot);
}

function stateWords(thread: CaseThread, request: Request): Ours {
  const state = cardState(thread, request);
  if (state === "open") return say.waiting;
  if (state === "handed_on") return say.handedToTheNextTier;
  if (state === "replaced") return say.changedByAPerson;
  const { ask, proposalId } = request.handoff;
  if (state === "not_done") return say.notDone(verbs[ask.verb].authorised);
  const status = proposalOf(thread, proposalId)?.status ?? "cancelled";
  if (status === "executed") return verbs[ask.verb].done;
  return status === "pending" || status === "authorised" ? say.closed : endings[status];
}

/** Said into the thread because editing a card notifies nobody (lesson 29). */
export function reminder(thread: CaseThread, request: Request, look: Look): Message {
  const { addressed } = request.handoff.bar;
  const caseId = caseRef(thread.file.caseId);
  const title = configured(addressed.title);
  const called = look.mentions.get(addressed.role) ?? nobody;
  const blocks: KnownBlock[] = [
    { type: "section", text: say.stillWaitingForMarked(title, called) },
    richText(section(...requestLine(thread, request))),
  ];
  return { text: say.stillWaitingForSpoken(title, caseId), blocks };
}

/** @param ref what stands behind "Answer…": whoever knows can say so */
export function infoRequested(caseId: string, data: EventData<"info.requested">, ref: string): Message {
  const line = [
    ...[who(data.by), text(say.needsToKnow), text(untrusted(data.question, { lines: true }))],
    newline,
    ...lookingInto(data.asks),
    text(say.theAnswerComesHere),
  ];
  const answer: Button = {
    type: "button",
    action_id: slackActions.answer,
    text: plain(buttons.answer),
    value: ref,
  };
  const blocks: KnownBlock[] = [richText(section(...line)), { type: "actions", elements: [answer] }];
  return { text: say.questionOnSpoken(caseRef(caseId)), blocks };
}

export function infoAnswered(caseId: string, data: EventData<"info.answered">, steps: Steps): Message {
  const { by, role, answer } = data;
  const proof = data.evidence.slice(0, 6).map((item) => evidenceItem(item, steps, brief));
  const whose = { ...(by === undefined ? {} : { by }), ...(role === undefined ? {} : { role: role.title }) };
  // What a role says is its claims, each with its quote: they stand below.
  const words =
    role === undefined ? [text(untrusted(answer.replace(/^From the record:\n/, ""), { lines: true }))] : [];
  const said = section(...answerOf(whose), bold(ours`: `), ...words);
  const blocks = [richText(said, ...(proof.length === 0 ? [] : [bullets(proof)]))];
  return { text: say.answerOnSpoken(caseRef(caseId)), blocks };
}

interface Told {
  /** Those of soc.yaml. */
  readonly titles: readonly string[];
  /** Whom the refusal may name: who decided it. */
  readonly people: readonly Principal[];
}

/**
 * Only the person sees it: which rule refused, and who can answer instead. The fallback text, which a notification
 * reads out, names nobody who does not stand in soc.yaml.
 */
export function refusal(data: EventData<"decision.refused">, { titles, people }: Told): Message {
  const lines: RichTextElement[] = [bold(say.notDoneHead), ...inTheirWords(data.message, people)];
  const { whoCan } = data;
  if (whoCan !== undefined) lines.push(text(say.whoCanAnswer), bold(untrusted(whoCan, { max: 200 })));
  const named = titles.filter((title) => whoCan?.includes(title) === true).map(configured);
  const [first, ...others] = named;
  const who_ = others.reduce((all, title) => say.or(all, title), first ?? ours``);
  const spoken = first === undefined ? say.notDoneSpoken : say.whoCanAnswerSpoken(who_);
  return { text: spoken, blocks: [richText(section(...lines))] };
}

/** As `refusal`, for words of ours. */
export function notice(words: Ours, mention?: Principal): Message {
  const line = mention === undefined ? [text(words)] : [who(mention), text(ours` `), text(words)];
  return { text: fallback`${words}`, blocks: [richText(section(...line))] };
}
