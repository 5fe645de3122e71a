/** Answers to `/soc`: seen by who asked alone. */
import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Handoff } from "../../src/gate/state.ts";
import type { Mute } from "../../src/gate/suppress.ts";
import { whoCan } from "../../src/gate/refusals.ts";
import type { Person } from "../../src/gate/directory.ts";
import type { CaseThread, Request } from "../case-thread.ts";
import { cardState } from "../card-state.ts";
import { usages } from "../command-line.ts";
import type { Look } from "../config.ts";
import { slackActions, slashCommand } from "../ids.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, code, date, dotted, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, fallback, ours, plain, untrusted, type Ours } from "../text.ts";
import { buttons } from "../words/shared.ts";
import { briefly } from "./action-words.ts";
import { rootMessage } from "./root.ts";
import * as say from "../words/answers.ts";

const dot = ours` · `;

export function helpAnswer(): Message {
  const lines = Object.values(usages).map(({ usage, tells }) =>
    section(code(configured(`${slashCommand} ${usage}`)), text(ours` `), text(tells)),
  );
  return {
    text: say.commandsOfHatrackSpoken,
    blocks: [
      richText(section(bold(say.youCanAsk)), bullets(lines)),
      richText(section(text(say.inACasesThreadTheSame))),
    ],
  };
}

/** What was typed comes back as text of its own, never as markup. */
export function unclearAnswer(problem: string, hint: string): Message {
  const line = [
    text(untrusted(problem, { max: 200 })),
    text(say.tryThis),
    code(untrusted(hint, { max: 200 })),
  ];
  return { text: say.thatWasNotClearSpoken, blocks: [richText(section(...line))] };
}

export function wordsAnswer(words: Ours): Message {
  return { text: fallback`${words}`, blocks: [richText(section(text(words)))] };
}

/** What is muted; with a rule that was asked for, that it is not among it. */
export function mutedAnswer(
  mutes: readonly Pick<Mute, "rule" | "host" | "until" | "by">[],
  asked?: string,
): Message {
  const lines = mutes.slice(0, mostMutes).map(({ rule, host, until, by }) => {
    const on = host === undefined ? [] : [text(say.on), code(untrusted(host, { max: 255 }))];
    const scope = [code(untrusted(rule, { max: 300 })), ...on];
    return section(...scope, text(say.until), date(until), text(say.by), who(by));
  });
  const left = mutes.length - lines.length;
  const more = left > 0 ? [section(text(say.andMore(left)))] : [];
  const head = asked === undefined ? [] : [code(untrusted(asked, { max: 300 })), text(say.isNotMuted)];
  const said = mutes.length === 0 ? say.nothingIsMuted : say.muted;
  return {
    text: fallback`${said}`,
    blocks: [
      richText(section(...head, text(said)), ...(lines.length === 0 ? [] : [bullets(lines)]), ...more),
    ],
  };
}

const mostMutes = 20;

export function caseAnswer(thread: CaseThread, look: Look): Message {
  const root = rootMessage(thread, { ...look, mentions: new Map() });
  const lines = thread.requests.slice(-10).map((request) => {
    const state = requestState(thread, request);
    return section(...dotted([[bold(briefly(request.handoff.ask, 200))], [text(state)]], dot));
  });
  const blocks: KnownBlock[] = [...root.blocks];
  if (lines.length > 0) blocks.push(richText(bullets(lines)));
  const summary = thread.file.investigation?.summary ?? thread.file.triage?.summary;
  if (summary !== undefined) {
    blocks.push(richText(section(text(untrusted(summary, { max: 1500, lines: true })))));
  }
  return { text: root.text, blocks };
}

function requestState(thread: CaseThread, request: Request): Ours {
  const state = cardState(thread, request);
  if (state === "open") return say.waitsFor(configured(request.handoff.bar.addressed.title));
  return state === "not_done" ? say.authorisedNotDone : say.closed;
}

/** Rows a message shows; the rest is counted. */
const mostRows = 20;

export function pendingAnswer(open: readonly Handoff[]): Message {
  if (open.length === 0) return wordsAnswer(say.nothingWaitsForAnybody);
  const lines = open.slice(0, mostRows).map((handoff) => section(...dotted(rowGroups(handoff), dot)));
  const left = open.length - lines.length;
  const more = left > 0 ? [section(text(say.andMore(left)))] : [];
  return {
    text: say.waitingSpoken(open.length),
    blocks: [richText(section(bold(say.waiting(open.length))), bullets(lines), ...more)],
  };
}

function rowGroups(handoff: Handoff): RichTextElement[][] {
  const { ask, caseId, status, bar, approvals, opened, code: gateCode } = handoff;
  const whose = status === "authorised" ? say.authorisedNotDoneOf : say.waitsForWhom;
  const groups: RichTextElement[][] = [
    [bold(briefly(ask, 200))],
    // A review names its case.
    ...(ask.target.value === caseId ? [] : [[text(caseRef(caseId))]]),
    [text(whose), text(untrusted(whoCan(handoff), { max: 200 }))],
  ];
  if (bar.quorum > 1) groups.push([text(say.of(approvals.length, bar.quorum))]);
  if (status === "pending" && opened !== undefined) {
    groups.push([text(say.answerBy), date(opened.expiresAt)]);
  }
  groups.push([text(say.code(configured(gateCode)))]);
  return groups;
}

export interface UnderAnswer {
  readonly action: typeof slackActions.share | typeof slackActions.openForm;
  /** The line that asks it again. */
  readonly value: string;
}

/** The answer with one button under it; without an answer, the words for a form that needs a press to open. */
export function withButton(answer: Message | undefined, { action, value }: UnderAnswer): Message {
  const label = action === slackActions.share ? buttons.share : buttons.openForm;
  const button = { type: "button", action_id: action, text: plain(label), value } as const;
  const asked = say.thisNeedsAForm;
  const { text: spoken, blocks } = answer ?? wordsAnswer(asked);
  return { text: spoken, blocks: [...blocks, { type: "actions", elements: [button] }] };
}

export function whoAnswer(title: string, members: readonly Person[]): Message {
  const able = members.filter((member) => !member.bot && !member.deactivated && !member.guest);
  const names = able.slice(0, 50).map((member) => section(who(member.principal)));
  const head = section(bold(configured(title)));
  const blocks = [
    richText(head, ...(names.length === 0 ? [section(text(say.nobodyWhoCanAnswer))] : [bullets(names)])),
  ];
  return { text: say.onCallSpoken(configured(title)), blocks };
}

/** `why` is the directory's own word. */
export function whoUnknownAnswer(title: string, why: string): Message {
  const head = say.cannotBeLookedUp(configured(title));
  const line = section(text(head), text(ours` `), text(untrusted(why, { max: 300 })));
  return { text: fallback`${head}`, blocks: [richText(line)] };
}
