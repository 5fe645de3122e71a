/**
 * Forms on one proposal. Each shows the whole action and its code again; `private_metadata` says which card it was
 * opened from, and the digest is looked up from that card again at submit (lesson 13).
 */
import type { KnownBlock, ModalView } from "@slack/types";
import { fields, forms } from "../ids.ts";
import { bold, bullets, dotted, richText, section, text } from "../rich.ts";
import { caseRef, configured, ours, plain, untrusted, type Ours } from "../text.ts";
import { stepsOf, type Steps } from "../traces.ts";
import { footer, rejectCategories, verbs } from "../words/shared.ts";
import { actionBlocks } from "./action-blocks.ts";
import { answerableUntil, bounds } from "./bounds.ts";
import { evidenceItem, whole } from "./evidence.ts";
import type { CaseThread, Question, Request } from "../case-thread.ts";
import { evidenceOf, titleOf, type Finding } from "./finding.ts";
import { area, choice, form, FormOrigin, page, personPicker, type FormWords } from "./form.ts";
import * as say from "../words/modals.ts";

export interface FormContext {
  readonly request: Request;
  readonly thread: CaseThread;
  readonly origin: FormOrigin;
  readonly question?: Question | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What stands behind a card's buttons now. */
  readonly refOf: (request: Request) => string;
}

export function authoriseForm(context: FormContext): ModalView {
  const { authorise } = verbs[context.request.handoff.ask.verb];
  return onCard({ callbackId: forms.authorise, title: authorise, submit: authorise }, context, [
    richText(section(...bounds(context.request, context.thread))),
    area({ field: fields.note, label: say.noteForTheRecord, required: false }),
    { type: "context", elements: [plain(footer)] },
  ]);
}

export function rejectForm(context: FormContext): ModalView {
  return onCard({ callbackId: forms.reject, title: say.reject, submit: say.reject }, context, [
    choice({ field: fields.category, label: say.whyRejected, required: true, options: rejectCategories }),
    area({ field: fields.reason, label: say.inYourOwnWords, required: true }),
  ]);
}

export function needInfoForm(context: FormContext): ModalView {
  const hint = say.whereTheRoleAnswers;
  return onCard({ callbackId: forms.needInfo, title: say.needInfo, submit: say.ask }, context, [
    area({ field: fields.question, label: say.whatDoYouNeedToKnow, required: true, hint }),
  ]);
}

export function answerForm(context: FormContext): ModalView {
  const asked = context.question?.text ?? "";
  const hint = say.itGoesOnTheRecordAnd;
  return onCard({ callbackId: forms.answer, title: say.answer, submit: say.answer }, context, [
    richText(section(bold(say.asked), text(untrusted(asked, { max: 2000, lines: true })))),
    area({ field: fields.answer, label: say.whatDoYouKnow, required: true, hint }),
  ]);
}

export function couldNotDoForm(context: FormContext): ModalView {
  return onCard({ callbackId: forms.couldNotDo, title: say.couldNotDoIt, submit: say.record }, context, [
    area({ field: fields.reason, label: say.whatStoppedYou, required: true }),
  ]);
}

export function revokeForm(context: FormContext): ModalView {
  const words = { callbackId: forms.revoke, title: say.takeBack, submit: say.takeItBack };
  return onCard(words, context, [
    richText(section(text(say.whatTakingBackDoes))),
    area({ field: fields.reason, label: say.whyTakeBack, required: true }),
  ]);
}

export function rolledBackForm(context: FormContext): ModalView {
  return onCard({ callbackId: forms.rolledBack, title: say.rolledBack, submit: say.record }, context, [
    area({ field: fields.reason, label: say.whyWasItUndone, required: true }),
  ]);
}

export function handToForm(context: FormContext): ModalView {
  const { nextTiers, handTo = [] } = context.request.handoff.bar;
  const others = new Map([...nextTiers, ...handTo].map(({ role, title }) => [role, title]));
  const options = [...others].map(([role, title]) => ({ value: role, label: configured(title) }));
  const roles =
    options.length === 0
      ? []
      : [choice({ field: fields.role, label: say.toARole, required: false, options })];
  return onCard({ callbackId: forms.handTo, title: say.handTo, submit: say.handOver }, context, [
    personPicker({ field: fields.person, label: say.toAPerson, required: false }),
    ...roles,
    area({ field: fields.reason, label: say.why, required: false }),
  ]);
}

const snoozes = [
  { minutes: 10, label: say.tenMinutes },
  { minutes: 30, label: say.thirtyMinutes },
  { minutes: 60, label: say.oneHour },
  { minutes: 240, label: say.fourHours },
] as const;

/** Those that come before the time to answer is over, for the gate refuses the others; one at least. */
function snoozesOf({ request, thread, now }: FormContext): { value: string; label: Ours }[] {
  const end = answerableUntil(request, thread);
  const left = end === undefined ? Infinity : Date.parse(end) - now;
  return snoozes
    .filter(({ minutes }, at) => at === 0 || minutes * 60_000 < left)
    .map(({ minutes, label }) => ({ value: String(minutes), label }));
}

export function snoozeForm(context: FormContext): ModalView {
  const hint = say.onlyTheReminderMoves;
  const options = snoozesOf(context);
  const initial = options.some(({ value }) => value === "30") ? "30" : "10";
  return onCard({ callbackId: forms.snooze, title: say.snooze, submit: say.snooze }, context, [
    choice({
      ...{ field: fields.minutes, label: say.remindAgainIn, required: true, hint },
      ...{ options, initial },
    }),
  ]);
}

/** Everything a finding rests on, whole. */
export function evidenceView(finding: Finding, steps: Steps): ModalView {
  const head = dotted([[bold(titleOf(finding))], [text(caseRef(finding.subject))]], ours` · `);
  return page(say.allEvidence, [
    richText(section(...head)),
    ...evidenceOf(finding).map((item) => richText(bullets([evidenceItem(item, steps, whole)]))),
  ]);
}

/** What a card had no room for: the reasons and the evidence, whole. */
export function requestEvidenceView(request: Request, thread: CaseThread): ModalView {
  const { ask, proposalId, code } = request.handoff;
  const steps = stepsOf(thread.traces, proposalId);
  const said = (name: Ours, words: string): KnownBlock =>
    richText(section(bold(name)), section(text(untrusted(words, { max: 2900, lines: true }))));
  return page(say.evidence, [
    richText(section(text(caseRef(thread.file.caseId)), text(say.code), bold(configured(code)))),
    ...actionBlocks(request),
    said(say.why, ask.rationale),
    ...ask.evidence.map((item) => richText(bullets([evidenceItem(item, steps, whole)]))),
    ...(ask.against === undefined || ask.against === "" ? [] : [said(say.against, ask.against)]),
  ]);
}

/** Names the case and the code that the card must carry, then the whole action. */
export function onCard(
  words: FormWords,
  { origin, request }: Pick<FormContext, "origin" | "request">,
  blocks: KnownBlock[],
): ModalView {
  const head = section(
    text(caseRef(origin.caseId)),
    text(say.theCardMustCarryTheCode),
    bold(configured(request.handoff.code)),
  );
  return form(words, FormOrigin.parse(origin), [richText(head), ...actionBlocks(request), ...blocks]);
}
