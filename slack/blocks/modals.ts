/**
 * The forms. Each shows the whole action and its code again; `private_metadata` says which card it was opened
 * from, and the digest is looked up from that card again at submit (lesson 13).
 */
import type { KnownBlock, ModalView, RichTextElement } from "@slack/types";
import { z } from "zod";
import { CaseId } from "../../src/events/vocabulary.ts";
import type { CaseThread, Request } from "../case-thread.ts";
import { fields, forms } from "../ids.ts";
import { viewWithinLimits } from "../limits.ts";
import { bold, bullets, dotted, richText, section, text } from "../rich.ts";
import { caseRef, configured, ours, plain, type Ours } from "../text.ts";
import { footer, rejectCategories, verbs } from "../wording.ts";
import { evidenceItem } from "./evidence.ts";
import { actionBlocks, bounds } from "./gate-card.ts";
import { evidenceOf, titleOf, type Finding } from "./finding.ts";

/** Which card a form was opened from. */
export const FormOrigin = z.strictObject({
  caseId: CaseId,
  proposalId: z.string().min(1).max(64),
  channel: z.string().min(1).max(64),
  ts: z.string().min(1).max(64),
});
export type FormOrigin = z.infer<typeof FormOrigin>;

export interface FormContext {
  readonly request: Request;
  readonly thread: CaseThread;
  readonly origin: FormOrigin;
}

interface Words {
  readonly callbackId: string;
  readonly title: Ours;
  readonly submit: Ours;
}

export function authoriseForm(context: FormContext): ModalView {
  const { verb } = context.request.handoff.ask;
  const { authorise } = verbs[verb];
  const facts: RichTextElement[] = [
    text(ours`The card you pressed must carry the code `),
    bold(configured(context.request.handoff.code)),
  ];
  return form({ callbackId: forms.authorise, title: authorise, submit: authorise }, context, [
    ...actionBlocks(context.request),
    richText(section(...bounds(context.request, context.thread)), section(...facts)),
    area({ field: fields.note, label: ours`Note for the record`, required: false }),
    { type: "context", elements: [plain(footer)] },
  ]);
}

export function rejectForm(context: FormContext): ModalView {
  const options = rejectCategories.map(({ value, label }) => ({ value, text: plain(label) }));
  return form({ callbackId: forms.reject, title: ours`Reject`, submit: ours`Reject` }, context, [
    ...actionBlocks(context.request),
    {
      type: "input",
      block_id: fields.category,
      label: plain(ours`Why`),
      element: { type: "static_select", action_id: fields.category, options },
    },
    area({ field: fields.reason, label: ours`Reason`, required: true }),
  ]);
}

export function needInfoForm(context: FormContext): ModalView {
  return form({ callbackId: forms.needInfo, title: ours`Need info`, submit: ours`Ask` }, context, [
    ...actionBlocks(context.request),
    area({ field: fields.question, label: ours`What do you need to know?`, required: true }),
  ]);
}

export function couldNotDoForm(context: FormContext): ModalView {
  return form({ callbackId: forms.couldNotDo, title: ours`Could not do it`, submit: ours`Record` }, context, [
    ...actionBlocks(context.request),
    area({ field: fields.reason, label: ours`What stopped you?`, required: true }),
  ]);
}

/** Everything a finding rests on, whole. */
export function evidenceView(finding: Finding): ModalView {
  const items = evidenceOf(finding).map((item) => evidenceItem(item, { quote: 700, claim: 700 }));
  const head = dotted([[bold(titleOf(finding))], [text(caseRef(finding.subject))]], ours` · `);
  return viewWithinLimits({
    type: "modal",
    title: plain(ours`All evidence`),
    close: plain(ours`Close`),
    blocks: [richText(section(...head)), ...items.map((item) => richText(bullets([item])))],
  });
}

function form(words: Words, { origin }: FormContext, blocks: KnownBlock[]): ModalView {
  return viewWithinLimits({
    type: "modal",
    callback_id: words.callbackId,
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(ours`Cancel`),
    private_metadata: JSON.stringify(FormOrigin.parse(origin)),
    blocks: [richText(section(bold(caseRef(origin.caseId)))), ...blocks],
  });
}

function area(what: { field: string; label: Ours; required: boolean }): KnownBlock {
  return {
    type: "input",
    block_id: what.field,
    label: plain(what.label),
    optional: !what.required,
    element: { type: "plain_text_input", action_id: what.field, multiline: true, max_length: 2000 },
  };
}
