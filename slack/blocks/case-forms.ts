/** Forms on a case, a rule or a role. The gate judges what they say; nothing in them is a right. */
import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { CaseId, RoleName } from "../../src/events/vocabulary.ts";
import { verdictOf, type CaseFile } from "../../src/memory/case-file.ts";
import { fields, forms } from "../ids.ts";
import { bold, dotted, richText, section, text } from "../rich.ts";
import { caseRef, configured, ours, untrusted, type Ours } from "../text.ts";
import { verdictBy, verdicts } from "../wording.ts";
import { area, choice, form, line, personPicker } from "./form.ts";

/** Where a form was opened; all of it only says where to look. */
export const CaseOrigin = z.strictObject({
  caseId: CaseId.optional(),
  /** The finding that is said to be wrong. */
  eventId: z.string().min(1).max(64).optional(),
  role: RoleName.optional(),
  channel: z.string().max(64).optional(),
  ts: z.string().max(64).optional(),
});
export type CaseOrigin = z.infer<typeof CaseOrigin>;

const reason = (label: Ours): KnownBlock => area({ field: fields.reason, label, required: true });

export function labelForm(origin: CaseOrigin, file: CaseFile): ModalView {
  const options = Object.entries(verdicts).map(([value, label]) => ({ value, label }));
  const hint = ours`A label counts before every role's verdict, and roles are measured by it.`;
  return form(
    { callbackId: forms.label, title: ours`What is right?`, submit: ours`Label` },
    CaseOrigin.parse(origin),
    [
      about(file),
      choice({ field: fields.verdict, label: ours`Verdict`, required: true, options, hint }),
      reason(ours`How do you know?`),
    ],
  );
}

export function closeForm(origin: CaseOrigin, file: CaseFile): ModalView {
  return form(
    { callbackId: forms.close, title: ours`Close the case`, submit: ours`Close it` },
    CaseOrigin.parse(origin),
    [about(file), reason(ours`Why can it be closed?`)],
  );
}

export function assignForm(origin: CaseOrigin, file: CaseFile): ModalView {
  return form(
    { callbackId: forms.assign, title: ours`Assign the case`, submit: ours`Assign` },
    CaseOrigin.parse(origin),
    [about(file), personPicker({ field: fields.person, label: ours`To whom`, required: true })],
  );
}

/** Links two cases; from a message of a case's thread, that case stands in it already. */
export function attachForm(origin: CaseOrigin, suggested: string | undefined): ModalView {
  const known = origin.caseId;
  const hint = ours`Its id, as on its card: CASE-7K3F9QWM2T`;
  const from =
    known === undefined
      ? [line({ field: fields.caseId, label: ours`This case`, required: true, hint, longest: 40 })]
      : [richText(section(text(ours`This message is of `), bold(caseRef(known))))];
  return form(
    { callbackId: forms.attach, title: ours`Attach to case`, submit: ours`Link` },
    CaseOrigin.parse(origin),
    [
      ...from,
      line({
        ...{ field: fields.to, label: ours`belongs to`, required: true, hint, longest: 40 },
        ...(suggested === undefined ? {} : { initial: suggested }),
      }),
      reason(ours`Why do they belong together?`),
    ],
  );
}

const mutes = [
  { value: "4", label: ours`4 hours` },
  { value: "24", label: ours`a day` },
  { value: "168", label: ours`a week` },
  { value: "720", label: ours`30 days` },
] as const;

export function muteForm(origin: CaseOrigin, given: { rule?: string; host?: string }): ModalView {
  const { rule, host } = given;
  return form(
    { callbackId: forms.mute, title: ours`Mute a rule`, submit: ours`Mute` },
    CaseOrigin.parse(origin),
    [
      line({
        ...{ field: fields.rule, label: ours`Rule`, required: true, longest: 512 },
        ...(rule === undefined ? {} : { initial: rule }),
      }),
      line({
        ...{ field: fields.host, label: ours`Only on this host`, required: false, longest: 255 },
        ...(host === undefined ? {} : { initial: host }),
      }),
      choice({
        ...{ field: fields.severities, label: ours`Which alerts`, required: true, initial: "usual" },
        options: [
          { value: "usual", label: ours`all but critical ones` },
          { value: "all", label: ours`critical ones too` },
        ],
      }),
      choice({ field: fields.hours, label: ours`For`, required: true, options: mutes, initial: "24" }),
      reason(ours`Why is it noise?`),
    ],
  );
}

export function pauseForm(origin: CaseOrigin, role: string): ModalView {
  return form(
    { callbackId: forms.pause, title: ours`Pause a role`, submit: ours`Pause` },
    CaseOrigin.parse(origin),
    [
      richText(section(bold(configured(role)), text(ours` takes nothing new until somebody resumes it.`))),
      reason(ours`Why?`),
    ],
  );
}

function about(file: CaseFile): KnownBlock {
  const title = file.alert === undefined ? ours`(no alert)` : untrusted(file.alert.title, { max: 300 });
  const counted = verdictOf(file);
  const by = counted === undefined ? undefined : verdictBy[counted.by];
  const now =
    counted === undefined
      ? [text(ours`no verdict yet`)]
      : [
          text(ours`now: `),
          bold(verdicts[counted.verdict]),
          ...(by === undefined ? [] : [text(ours`, ${by}`)]),
        ];
  return richText(
    section(bold(title), text(ours`\n`), ...dotted([[text(caseRef(file.caseId))], now], ours` · `)),
  );
}
