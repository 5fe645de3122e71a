/** Forms on a case, a rule or a role. The gate judges what they say; nothing in them is a right. */
import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { CaseId, RoleName } from "../../src/events/vocabulary.ts";
import { verdictOf, type CaseFile } from "../../src/memory/case-file.ts";
import { fields, forms } from "../ids.ts";
import { bold, dotted, richText, section, text } from "../rich.ts";
import { caseRef, ours, untrusted, type Ours } from "../text.ts";
import { hatOf, verdictBy, verdicts } from "../words/shared.ts";
import { area, choice, form, line, personPicker } from "./form.ts";
import * as say from "../words/case-forms.ts";

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
  const hint = say.howALabelCounts;
  return form(
    { callbackId: forms.label, title: say.whatIsRight, submit: say.label },
    CaseOrigin.parse(origin),
    [
      about(file),
      choice({ field: fields.verdict, label: say.verdict, required: true, options, hint }),
      reason(say.howDoYouKnow),
    ],
  );
}

/** @param waiting requests of the case that people have yet to answer or to carry out */
export function closeForm(origin: CaseOrigin, file: CaseFile, waiting: number): ModalView {
  const warned = waiting === 0 ? [] : [richText(section(text(say.stillWaiting(waiting))))];
  return form(
    { callbackId: forms.close, title: say.closeTheCase, submit: say.closeIt },
    CaseOrigin.parse(origin),
    [about(file), ...warned, reason(say.whyCanItBeClosed)],
  );
}

export function assignForm(origin: CaseOrigin, file: CaseFile): ModalView {
  return form(
    { callbackId: forms.assign, title: say.assignTheCase, submit: say.assign },
    CaseOrigin.parse(origin),
    [about(file), personPicker({ field: fields.person, label: say.toWhom, required: true })],
  );
}

/** Links two cases; from a message of a case's thread, that case stands in it already. */
export function attachForm(origin: CaseOrigin, suggested: string | undefined): ModalView {
  const known = origin.caseId;
  const hint = say.itsIdAsOnItsCard;
  const from =
    known === undefined
      ? [
          richText(section(text(say.inNoCasesThread))),
          line({ field: fields.caseId, label: say.oneCase, required: true, hint, longest: 40 }),
        ]
      : [richText(section(text(say.thisMessageIsOf), bold(caseRef(known))))];
  return form(
    { callbackId: forms.attach, title: say.attachToCase, submit: say.link },
    CaseOrigin.parse(origin),
    [
      ...from,
      line({
        ...{ field: fields.to, label: say.linkItTo, required: true, hint, longest: 40 },
        ...(suggested === undefined ? {} : { initial: suggested }),
      }),
      reason(say.whyDoTheyBelongTogether),
    ],
  );
}

const mutes = [
  { value: "4", label: say.fourHours },
  { value: "24", label: say.aDay },
  { value: "168", label: say.aWeek },
  { value: "720", label: say.thirtyDays },
] as const;

export function muteForm(origin: CaseOrigin, given: { rule?: string; host?: string }): ModalView {
  const { rule, host } = given;
  return form({ callbackId: forms.mute, title: say.muteARule, submit: say.mute }, CaseOrigin.parse(origin), [
    line({
      ...{ field: fields.rule, label: say.rule, required: true, longest: 512 },
      ...(rule === undefined ? {} : { initial: rule }),
    }),
    line({
      ...{ field: fields.host, label: say.onlyOnThisHost, required: false, longest: 255 },
      ...(host === undefined ? {} : { initial: host }),
    }),
    choice({
      ...{ field: fields.severities, label: say.whichAlerts, required: true, initial: "usual" },
      options: [
        { value: "usual", label: say.allButCriticalOnes },
        { value: "all", label: say.criticalOnesToo },
      ],
    }),
    choice({ field: fields.hours, label: say.forHowLong, required: true, options: mutes, initial: "24" }),
    reason(say.whyIsItNoise),
  ]);
}

export function pauseForm(origin: CaseOrigin, role: string): ModalView {
  return form(
    { callbackId: forms.pause, title: say.pauseARole, submit: say.pause },
    CaseOrigin.parse(origin),
    [richText(section(bold(hatOf(role)), text(say.takesNothingNew))), reason(say.why)],
  );
}

function about(file: CaseFile): KnownBlock {
  const title = file.alert === undefined ? say.noAlert : untrusted(file.alert.title, { max: 300 });
  const counted = verdictOf(file);
  const by = counted === undefined ? undefined : verdictBy[counted.by];
  const now =
    counted === undefined
      ? [text(say.noVerdictYet)]
      : [text(say.now), bold(verdicts[counted.verdict]), ...(by === undefined ? [] : [text(ours`, ${by}`)])];
  return richText(
    section(bold(title), text(ours`\n`), ...dotted([[text(caseRef(file.caseId))], now], ours` · `)),
  );
}
