/**
 * Forms on one proposal. Each shows the whole action and its code again; `private_metadata` says which card it was
 * opened from, and the digest is looked up from that card again at submit (lesson 13).
 */
import type { KnownBlock, ModalView } from "@slack/types";
import { fields, forms } from "../ids.ts";
import { bold, bullets, dotted, richText, section, text } from "../rich.ts";
import { caseRef, configured, ours, plain, untrusted, type Ours } from "../text.ts";
import { stepsOf, type Steps } from "../traces.ts";
import { footer, rejectCategories, verbs } from "../wording.ts";
import { actionBlocks } from "./action-blocks.ts";
import { bounds } from "./bounds.ts";
import { evidenceItem, whole } from "./evidence.ts";
import type { CaseThread, Question, Request } from "../case-thread.ts";
import { evidenceOf, titleOf, type Finding } from "./finding.ts";
import { area, choice, form, FormOrigin, page, personPicker, type FormWords } from "./form.ts";

export interface FormContext {
  readonly request: Request;
  readonly thread: CaseThread;
  readonly origin: FormOrigin;
  readonly question?: Question | undefined;
  /** What stands behind a card's buttons now. */
  readonly refOf: (request: Request) => string;
}

export function authoriseForm(context: FormContext): ModalView {
  const { authorise } = verbs[context.request.handoff.ask.verb];
  return onCard({ callbackId: forms.authorise, title: authorise, submit: authorise }, context, [
    richText(section(...bounds(context.request, context.thread))),
    area({ field: fields.note, label: ours`Note for the record`, required: false }),
    { type: "context", elements: [plain(footer)] },
  ]);
}

export function rejectForm(context: FormContext): ModalView {
  return onCard({ callbackId: forms.reject, title: ours`Reject`, submit: ours`Reject` }, context, [
    choice({ field: fields.category, label: ours`Why`, required: true, options: rejectCategories }),
    area({ field: fields.reason, label: ours`Reason`, required: true }),
  ]);
}

export function needInfoForm(context: FormContext): ModalView {
  const hint = ours`The role answers in the thread, from the record or with its tools.`;
  return onCard({ callbackId: forms.needInfo, title: ours`Need info`, submit: ours`Ask` }, context, [
    area({ field: fields.question, label: ours`What do you need to know?`, required: true, hint }),
  ]);
}

export function answerForm(context: FormContext): ModalView {
  const asked = context.question?.text ?? "";
  const hint = ours`It goes on the record and into the thread, under your name.`;
  return onCard({ callbackId: forms.answer, title: ours`Answer`, submit: ours`Answer` }, context, [
    richText(section(bold(ours`Asked: `), text(untrusted(asked, { max: 2000, lines: true })))),
    area({ field: fields.answer, label: ours`What do you know?`, required: true, hint }),
  ]);
}

export function couldNotDoForm(context: FormContext): ModalView {
  return onCard(
    { callbackId: forms.couldNotDo, title: ours`Could not do it`, submit: ours`Record` },
    context,
    [area({ field: fields.reason, label: ours`What stopped you?`, required: true })],
  );
}

export function revokeForm(context: FormContext): ModalView {
  const words = { callbackId: forms.revoke, title: ours`Take back`, submit: ours`Take it back` };
  return onCard(words, context, [
    richText(section(text(ours`The authorisation will no longer hold, and nobody may carry it out.`))),
    area({ field: fields.reason, label: ours`Why?`, required: true }),
  ]);
}

export function rolledBackForm(context: FormContext): ModalView {
  return onCard({ callbackId: forms.rolledBack, title: ours`Rolled back`, submit: ours`Record` }, context, [
    area({ field: fields.reason, label: ours`Why was it undone?`, required: true }),
  ]);
}

export function handToForm(context: FormContext): ModalView {
  const { nextTiers, handTo = [] } = context.request.handoff.bar;
  const others = new Map([...nextTiers, ...handTo].map(({ role, title }) => [role, title]));
  const options = [...others].map(([role, title]) => ({ value: role, label: configured(title) }));
  const roles =
    options.length === 0
      ? []
      : [choice({ field: fields.role, label: ours`To a role`, required: false, options })];
  return onCard({ callbackId: forms.handTo, title: ours`Hand to`, submit: ours`Hand over` }, context, [
    personPicker({ field: fields.person, label: ours`To a person`, required: false }),
    ...roles,
    area({ field: fields.reason, label: ours`Why`, required: false }),
  ]);
}

const snoozes = [
  { value: "10", label: ours`10 minutes` },
  { value: "30", label: ours`30 minutes` },
  { value: "60", label: ours`1 hour` },
  { value: "240", label: ours`4 hours` },
] as const;

export function snoozeForm(context: FormContext): ModalView {
  const hint = ours`Only the reminder moves. The time to answer stays as it is.`;
  return onCard({ callbackId: forms.snooze, title: ours`Snooze`, submit: ours`Snooze` }, context, [
    choice({
      ...{ field: fields.minutes, label: ours`Remind again in`, required: true, hint },
      ...{ options: snoozes, initial: "30" },
    }),
  ]);
}

/** Everything a finding rests on, whole. */
export function evidenceView(finding: Finding, steps: Steps): ModalView {
  const head = dotted([[bold(titleOf(finding))], [text(caseRef(finding.subject))]], ours` · `);
  return page(ours`All evidence`, [
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
  return page(ours`Evidence`, [
    richText(section(text(caseRef(thread.file.caseId)), text(ours` · code `), bold(configured(code)))),
    ...actionBlocks(request),
    said(ours`Why`, ask.rationale),
    ...(ask.against === undefined || ask.against === "" ? [] : [said(ours`Against`, ask.against)]),
    ...ask.evidence.map((item) => richText(bullets([evidenceItem(item, steps, whole)]))),
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
    text(ours` · the card must carry the code `),
    bold(configured(request.handoff.code)),
  );
  return form(words, FormOrigin.parse(origin), [richText(head), ...actionBlocks(request), ...blocks]);
}
