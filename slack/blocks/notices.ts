/** Short messages: a direct message to who is on call, replies in the thread, words for one person. */
import type { KnownBlock, RichTextElement } from "@slack/types";
import type { EventData } from "../../src/events/catalogue.ts";
import type { Principal } from "../../src/events/vocabulary.ts";
import type { CaseThread, Request } from "../case-thread.ts";
import { proposalOf } from "../case-thread.ts";
import type { Look } from "../config.ts";
import { slackActions } from "../ids.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, code, date, dotted, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, fallback, Markup, mrkdwn, ours, plain, untrusted, type Ours } from "../text.ts";
import { buttons, endings, verbs } from "../wording.ts";
import { briefly } from "./action-words.ts";
import { cardState } from "./gate-card.ts";

const dot = ours` · `;

/** The requests one direct message stands for: those of its hand-off, in log order. */
export function handoffOf(thread: CaseThread, first: Request): Request[] {
  const { role } = first.handoff.bar.addressed;
  const from = thread.requests.indexOf(first);
  const later = thread.requests.slice(from);
  const next = later.findIndex((r, at) => at > 0 && r.mentions && r.handoff.bar.addressed.role === role);
  return later
    .slice(0, next === -1 ? undefined : next)
    .filter((r) => r.handoff.bar.addressed.role === role && r.tier === first.tier);
}

/** Sent to each member of the on-call group: what waits, and the way to the card. It decides nothing itself. */
export function directMessage(thread: CaseThread, first: Request, link: string | undefined): Message {
  const { addressed } = first.handoff.bar;
  const caseId = caseRef(thread.file.caseId);
  const title = configured(addressed.title);
  const requests = handoffOf(thread, first);
  const open = requests.some((request) => cardState(thread, request) === "open");
  const lines = requests.slice(0, 20).map((request) => section(...requestLine(thread, request)));
  const head = open ? mrkdwn`*Action required from: ${title}* · ${caseId}` : mrkdwn`*${title}* · ${caseId}`;
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
  return { text: fallback`${open ? ours`Action required` : ours`Answered`}: ${caseId}`, blocks };
}

function requestLine(thread: CaseThread, request: Request): RichTextElement[] {
  const { ask, code: gateCode, proposalId } = request.handoff;
  const groups: RichTextElement[][] = [[bold(briefly(ask, 200))], [text(stateWords(thread, request))]];
  const proposal = proposalOf(thread, proposalId);
  if (cardState(thread, request) === "open") {
    if (proposal?.expiresAt !== undefined) groups.push([text(ours`answer by `), date(proposal.expiresAt)]);
    groups.push([text(ours`code ${configured(gateCode)}`)]);
  }
  return dotted(groups, dot);
}

function stateWords(thread: CaseThread, request: Request): Ours {
  const state = cardState(thread, request);
  if (state === "open") return ours`waiting`;
  if (state === "handed_on") return ours`handed to the next tier`;
  if (state === "replaced") return ours`changed by a person`;
  const { ask, proposalId } = request.handoff;
  if (state === "not_done") return ours`${verbs[ask.verb].authorised}, not done`;
  const status = proposalOf(thread, proposalId)?.status ?? "cancelled";
  if (status === "executed") return verbs[ask.verb].done;
  return status === "pending" || status === "authorised" ? ours`closed` : endings[status];
}

/** Said into the thread because editing a card notifies nobody (lesson 29). */
export function reminder(thread: CaseThread, request: Request, look: Look): Message {
  const { addressed } = request.handoff.bar;
  const caseId = caseRef(thread.file.caseId);
  const title = configured(addressed.title);
  const called = look.mentions.get(addressed.role) ?? new Markup("");
  const blocks: KnownBlock[] = [
    { type: "section", text: mrkdwn`*Still waiting for: ${title}* ${called}` },
    richText(section(...requestLine(thread, request))),
  ];
  return { text: fallback`Still waiting for ${title}: ${caseId}`, blocks };
}

export function infoRequested(caseId: string, data: EventData<"info.requested">): Message {
  const line = [who(data.by), text(ours` needs to know: `), text(untrusted(data.question, { lines: true }))];
  return { text: fallback`Question on ${caseRef(caseId)}`, blocks: [richText(section(...line))] };
}

export function infoAnswered(caseId: string, data: EventData<"info.answered">): Message {
  const proof = data.evidence.slice(0, 4).map(({ cites, quote }) => {
    const place = bold(untrusted(cites, { max: 120 }));
    return section(place, text(ours` `), code(untrusted(quote, { max: 300 })));
  });
  const said = section(bold(ours`Answer: `), text(untrusted(data.answer, { lines: true })));
  const blocks = [richText(said, ...(proof.length === 0 ? [] : [bullets(proof)]))];
  return { text: fallback`Answer on ${caseRef(caseId)}`, blocks };
}

/** Only the person sees it: which rule refused, and who can answer instead. */
export function refusal(data: EventData<"decision.refused">): Message {
  const lines: RichTextElement[] = [bold(ours`Not done. `), text(untrusted(data.message, { max: 1200 }))];
  if (data.whoCan !== undefined)
    lines.push(text(ours` Who can answer: `), bold(untrusted(data.whoCan, { max: 200 })));
  return { text: fallback`Not done`, blocks: [richText(section(...lines))] };
}

/** As `refusal`, for words of ours. */
export function notice(words: Ours, mention?: Principal): Message {
  const line = mention === undefined ? [text(words)] : [who(mention), text(ours` `), text(words)];
  return { text: fallback`${words}`, blocks: [richText(section(...line))] };
}
