/** Rules that were wrong too often, each with its proposed tuning and, until somebody has answered, its buttons. */
import type { KnownBlock, ModalView, RichTextElement } from "@slack/types";
import { z } from "zod";
import { TuningId } from "../../src/events/calendar-events.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Picture } from "../../src/seams/pictures.ts";
import { fields, forms, slackActions } from "../ids.ts";
import type { Message } from "../limits.ts";
import { bold, date, dotted, preformatted, richText, section, text, who } from "../rich.ts";
import { configured, ours, plain, untrusted, type Ours } from "../text.ts";
import { buttons } from "../words/shared.ts";
import {
  atMost,
  caseList,
  counted,
  dot,
  head,
  pictureBlock,
  small,
  windowLine,
  wording,
  type DigestLook,
} from "./digest-parts.ts";
import { area, form, page } from "./form.ts";
import * as say from "../words/tuning-digest.ts";

export type TuningEvent = KnownEvent<"tuning.reported">;
export type TuningRule = TuningEvent["data"]["rules"][number];
export type TuningAnswer = KnownEvent<"tuning.decided">;
/** Tuning → what a person answered. */
export type TuningAnswers = ReadonlyMap<string, TuningAnswer>;

/** Rules a message shows: of more the worst. */
export const namedRules = 8;

/** Where a button or form stands; all of it only says where to look. */
export const TuningOrigin = z.strictObject({
  eventId: z.string().min(1).max(64),
  tuningId: TuningId,
  channel: z.string().max(64),
  ts: z.string().max(64),
});
export type TuningOrigin = z.infer<typeof TuningOrigin>;

export function tuningMessage(event: TuningEvent, answers: TuningAnswers, look: DigestLook): Message {
  const { data } = event;
  const all = data.rules.length + (data.omitted ?? 0);
  const { shown } = atMost(data.rules, namedRules);
  const left = all - shown.length;
  return {
    text: say.reportSpoken(counted(all, "rule")),
    blocks: [
      head(say.tuningWrongTooOften(counted(all, "rule"))),
      richText(section(...windowLine(data.window))),
      ...wording(data),
      ...pictureBlock(look.picture, tuningAlt(data)),
      ...shown.flatMap((rule, at) => ruleBlocks(event.id, rule, { answers, look, at })),
      ...(left === 0 ? [] : [small(say.fewerCleared(counted(left, "rule")))]),
      small(say.changesNoRule),
    ],
  };
}

interface RulePlace {
  readonly answers: TuningAnswers;
  readonly look: DigestLook;
  readonly at: number;
}

function ruleBlocks(eventId: string, rule: TuningRule, { answers, look, at }: RulePlace): KnownBlock[] {
  const { tuningId } = rule;
  const answer = tuningId === undefined ? undefined : answers.get(tuningId);
  const lines = [
    ...[bold(untrusted(rule.rule, { brief: 120 })), text(ours`\n`), ...numbers(rule), text(ours`\n`)],
    text(untrusted(rule.proposal, { brief: 320 })),
    ...filterWords(rule),
    ...(answer === undefined ? [] : [text(ours`\n`), ...answered(answer)]),
    ...(rule.caseIds.length === 0 ? [] : [text(say.cleared), ...caseList(rule.caseIds, 3, look)]),
  ];
  const pressed = buttonsOf({ eventId, rule, at }, answer === undefined);
  return [{ type: "divider" }, richText(section(...lines)), ...pressed];
}

function numbers({ alerts, falsePositives, benign }: TuningRule): RichTextElement[] {
  return dotted(
    [
      [text(say.ofCleared(falsePositives + benign, counted(alerts, "alert")))],
      [text(counted(falsePositives, "false positive"))],
      [text(say.benign(benign))],
    ],
    dot,
  );
}

function filterWords({ filter, noFilter }: TuningRule): RichTextElement[] {
  if (filter !== undefined) {
    const covers = say.itKeepsQuietAndHidesNo(counted(filter.covers, "cleared alert"));
    return [text(say.asASigmaFilter(covers))];
  }
  if (noFilter === undefined) return [];
  return [text(say.noSigmaFilter), text(untrusted(noFilter, { brief: 160 }))];
}

function answered({ data, time }: TuningAnswer): RichTextElement[] {
  const outcome = data.outcome === "accepted" ? say.accepted : say.declined;
  const because =
    data.reason === undefined ? [] : [text(ours`: `), text(untrusted(data.reason, { brief: 160 }))];
  return [bold(outcome), text(say.by), who(data.by), text(ours` `), date(time), ...because];
}

function buttonsOf(
  { eventId, rule, at }: { eventId: string; rule: TuningRule; at: number },
  isOpen: boolean,
): KnownBlock[] {
  const { tuningId, filter } = rule;
  if (tuningId === undefined) return [];
  const value = `${eventId}:${tuningId}`;
  const button = (actionId: string, label: Ours) =>
    ({ type: "button", action_id: actionId, text: plain(label), value }) as const;
  const elements = [
    ...(isOpen
      ? [
          { ...button(slackActions.acceptTuning, buttons.acceptTuning), style: "primary" as const },
          button(slackActions.declineTuning, buttons.declineTuning),
        ]
      : []),
    ...(filter === undefined ? [] : [button(slackActions.tuningFilter, buttons.tuningFilter)]),
  ];
  // A block keeps its id while its buttons are the same, so that Slack does not draw it anew.
  const blockId = `tuning.${at}.${tuningId}${isOpen ? "" : ".answered"}`;
  return elements.length === 0 ? [] : [{ type: "actions", block_id: blockId, elements }];
}

export function declineTuningForm(origin: TuningOrigin, { rule, proposal }: TuningRule): ModalView {
  return form(
    { callbackId: forms.declineTuning, title: say.declineTheTuning, submit: say.decline },
    TuningOrigin.parse(origin),
    [
      richText(
        section(
          bold(untrusted(rule, { max: 300 })),
          text(ours`\n`),
          text(untrusted(proposal, { max: 2000 })),
        ),
      ),
      area({ field: fields.reason, label: say.whyNot, required: true }),
    ],
  );
}

/** The filter as it would be handed to whoever keeps the rules; shown inert, so not to be copied from here. */
export function filterView({ rule, filter, tuningId }: TuningRule): ModalView {
  const yaml = filter?.yaml ?? "";
  return page(say.sigmaFilter, [
    richText(section(bold(untrusted(rule, { max: 300 })), text(ours` ${configured(tuningId ?? "")}`))),
    ...pieces(yaml).map((piece) => richText(preformatted(untrusted(piece, { max: 3500, lines: true })))),
    small(say.addressesAreInert),
  ]);
}

/** At line ends, so that no line is torn. */
function pieces(yaml: string): string[] {
  const found: string[] = [];
  let piece = "";
  for (const line of yaml.trimEnd().split("\n")) {
    if (piece !== "" && piece.length + line.length > 2500) {
      found.push(piece);
      piece = "";
    }
    piece += `${piece === "" ? "" : "\n"}${line}`;
  }
  return piece === "" ? found : [...found, piece];
}

export function tuningAlt({ rules }: Pick<TuningEvent["data"], "rules">): string {
  const shown = Math.min(rules.length, namedRules);
  return say.howManyCleared(counted(shown, "rule"));
}

/** Undefined where there is nothing to compare. */
export function tuningPicture({ data }: TuningEvent): Picture | undefined {
  const { shown } = atMost(data.rules, namedRules);
  if (shown.length < 2) return undefined;
  const parts = [
    { name: say.drawn.falsePositive, colour: "accent" },
    { name: say.drawn.benign, colour: "blue" },
    { name: say.drawn.notCleared, colour: "quiet" },
  ] as const;
  const rows = shown.map(({ rule, alerts, falsePositives, benign }) => ({
    name: rule,
    counts: [falsePositives, benign, Math.max(0, alerts - falsePositives - benign)],
    note: say.drawn.note(falsePositives + benign, alerts),
  }));
  return { kind: "bars", alt: tuningAlt(data), bars: { parts, rows } };
}
