/** App Home: what waits for me, my tier's cases, the last decisions, whether all runs. The trusted list of what is open. */
import type { HomeView, KnownBlock, RichTextElement, RichTextSection } from "@slack/types";
import { verdictOf } from "../../src/memory/case-file.ts";
import type { Handoff } from "../../src/gate/state.ts";
import type { Decided } from "../board.ts";
import type { CaseThread } from "../case-thread.ts";
import { slackActions } from "../ids.ts";
import { viewWithinLimits } from "../limits.ts";
import { bold, bullets, date, dotted, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, ours, plain, untrusted, type Ours } from "../text.ts";
import { buttons, endings, mayNotAsk, verbs, verdicts } from "../words/shared.ts";
import { briefly } from "./action-words.ts";
import { healthLines, isWell, type Health } from "./status-answer.ts";
import * as say from "../words/home.ts";

export interface Waiting {
  readonly handoff: Handoff;
  /** Leads to its card. */
  readonly link: string | undefined;
}

export interface HomeContent {
  /** Asked of a role I am in, or authorised and mine to carry out; the soonest due first. */
  readonly waiting: readonly Waiting[];
  readonly left: number;
  /** Open cases of my tier, the newest first. */
  readonly cases: readonly CaseThread[];
  readonly decisions: readonly Decided[];
  readonly health: Health;
}

const dot = ours` · `;

export function homeView(content: HomeContent): HomeView {
  const { waiting, left, cases, decisions, health } = content;
  return viewWithinLimits({
    type: "home",
    blocks: [
      heading(waiting.length === 0 ? say.nothingWaitsForYou : say.waitingForYou(waiting.length + left)),
      ...waiting.flatMap(waitingBlocks),
      ...(left > 0 ? [richText(section(text(say.andMore(left))))] : []),
      heading(say.yourTiersCases),
      listOf(cases.map(caseLine), say.noneIsOpen),
      heading(say.lastDecisions),
      listOf(decisions.map(decisionLine), say.noneYet),
      heading(isWell(health) ? say.everythingRuns : say.somethingNeedsALook),
      richText(bullets(healthLines(health))),
    ],
  });
}

export function closedHome(): HomeView {
  return { type: "home", blocks: [richText(section(text(mayNotAsk)))] };
}

function heading(words: Ours): KnownBlock {
  return { type: "header", text: plain(words) };
}

function listOf(lines: readonly RichTextSection[], none: Ours): KnownBlock {
  return lines.length === 0 ? richText(section(text(none))) : richText(bullets(lines));
}

function waitingBlocks({ handoff, link }: Waiting): KnownBlock[] {
  const { ask, caseId, code } = handoff;
  const head = dotted(
    [
      [bold(briefly(ask, 200))],
      // A review names its case.
      ...(ask.target.value === caseId ? [] : [[text(caseRef(caseId))]]),
      [text(say.code), bold(configured(code))],
    ],
    dot,
  );
  const what = richText(section(...head, text(ours`\n`), ...dotted(stateGroups(handoff), dot)));
  if (link === undefined) return [what];
  const open = {
    type: "button",
    action_id: slackActions.openCard,
    text: plain(buttons.openCard),
    url: link,
  } as const;
  return [what, { type: "actions", elements: [open] }];
}

function stateGroups(handoff: Handoff): RichTextElement[][] {
  const { bar, status, approvals, opened, assignee, carryOutBy } = handoff;
  const onIt = assignee === undefined ? [] : [[who(assignee), text(say.isOnIt)]];
  if (status === "authorised") {
    const until = carryOutBy === undefined ? [] : [[text(say.carryOutBy), date(carryOutBy)]];
    return [[bold(say.authorisedNotDone)], ...until, ...onIt];
  }
  const title = configured(bar.addressed.title);
  const count = bar.quorum > 1 ? [[text(say.ofPeople(approvals.length, bar.quorum))]] : [];
  const by = opened === undefined ? [] : [[text(say.answerBy), date(opened.expiresAt)]];
  return [[text(say.askedOf(title))], ...count, ...by, ...onIt];
}

function caseLine({ file, openedAt }: CaseThread): RichTextSection {
  const title = file.alert === undefined ? say.noAlert : untrusted(file.alert.title, { brief: 120 });
  const counted = verdictOf(file);
  const verdict = counted === undefined ? say.noVerdictYet : verdicts[counted.verdict];
  const opened = openedAt === undefined ? [] : [[text(say.opened), date(openedAt)]];
  return section(...dotted([[bold(caseRef(file.caseId))], [text(title)], [text(verdict)], ...opened], dot));
}

function decisionLine({ handoff, at }: Decided): RichTextSection {
  const { ask, status, settled, caseId } = handoff;
  const people = dotted(
    (settled?.by ?? []).map((person) => [who(person)]),
    ours`, `,
  );
  const by = people.length === 0 ? [] : [[text(say.by), ...people]];
  const groups = [
    [bold(outcomeOf(handoff))],
    [text(briefly(ask, 160))],
    [text(caseRef(caseId))],
    ...by,
    [date(at)],
  ];
  return section(...dotted(status === "pending" ? groups.slice(1) : groups, dot));
}

function outcomeOf({ ask, status }: Handoff): Ours {
  if (status === "pending") return say.waiting;
  if (status === "authorised") return verbs[ask.verb].authorised;
  return status === "executed" ? verbs[ask.verb].done : endings[status];
}
