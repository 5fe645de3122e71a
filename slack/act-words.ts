/** What each form on a case, a rule or a role says, or which of its fields is wrong. */
import { isoTime } from "../src/clock.ts";
import { CaseId, Verdict } from "../src/events/vocabulary.ts";
import type { CaseOrigin } from "./blocks/case-forms.ts";
import { caseIdOf } from "./case-id.ts";
import type { Act } from "./decisions.ts";
import type { Faults } from "./form-words.ts";
import { fields, forms } from "./ids.ts";
import type { SubmittedForm } from "./payloads.ts";
import { sameCase } from "./words/case-forms.ts";
import { needed, notACase } from "./words/shared.ts";

export interface ActContext {
  readonly form: SubmittedForm;
  readonly origin: CaseOrigin;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ActForm {
  readonly words: (context: ActContext) => readonly Act[] | Faults;
  readonly lastField: string;
}

const reasoned =
  (say: (context: ActContext, reason: string) => readonly Act[] | Faults): ActForm["words"] =>
  (context) => {
    const reason = context.form.field(fields.reason);
    return reason === "" ? { [fields.reason]: needed } : say(context, reason);
  };

export const actForms: Readonly<Record<string, ActForm>> = {
  [forms.label]: {
    lastField: fields.reason,
    words: reasoned(({ form, origin: { caseId, eventId } }, reason) => {
      const verdict = Verdict.safeParse(form.field(fields.verdict));
      if (!verdict.success || caseId === undefined) return { [fields.verdict]: needed };
      const label: Act = { decision: "label", caseId, verdict: verdict.data, reason };
      return eventId === undefined ? [label] : [{ decision: "rate", caseId, eventId, right: false }, label];
    }),
  },
  [forms.close]: {
    lastField: fields.reason,
    words: reasoned(({ origin: { caseId } }, reason) =>
      caseId === undefined ? { [fields.reason]: notACase } : [{ decision: "close", caseId, reason }],
    ),
  },
  [forms.assign]: {
    lastField: fields.person,
    words: ({ form, origin: { caseId } }) => {
      const user = form.field(fields.person);
      if (user === "" || caseId === undefined) return { [fields.person]: needed };
      return [{ decision: "assign_case", caseId, to: { team: form.principal.team, user } }];
    },
  },
  [forms.attach]: {
    lastField: fields.reason,
    words: reasoned(({ form, origin }, reason) => {
      const caseId = origin.caseId ?? caseIdOf(form.field(fields.caseId));
      const to = CaseId.safeParse(caseIdOf(form.field(fields.to)));
      if (caseId === undefined) return { [fields.caseId]: notACase };
      if (!to.success) return { [fields.to]: notACase };
      if (to.data === caseId) return { [fields.to]: sameCase };
      return [{ decision: "link", caseId, to: to.data, reason }];
    }),
  },
  [forms.mute]: {
    lastField: fields.reason,
    words: reasoned(({ form, now }, reason) => {
      const [rule, host] = [form.field(fields.rule), form.field(fields.host)];
      const hours = Number(form.field(fields.hours));
      if (rule === "") return { [fields.rule]: needed };
      if (!(hours > 0)) return { [fields.hours]: needed };
      const until = isoTime(now + hours * 3_600_000);
      const critical = form.field(fields.severities) === "all" ? ({ critical: true } as const) : {};
      return [{ decision: "mute", rule, ...(host === "" ? {} : { host }), ...critical, until, reason }];
    }),
  },
  [forms.pause]: {
    lastField: fields.reason,
    words: reasoned(({ origin: { role } }, reason) =>
      role === undefined ? { [fields.reason]: needed } : [{ decision: "pause", role, reason }],
    ),
  },
};

export function isActs(words: readonly Act[] | Faults): words is readonly Act[] {
  return Array.isArray(words);
}
