/** What each form on a proposal says, or which of its fields is wrong, as Slack shows it under the input. */
import { RejectCategory } from "../src/events/decision.ts";
import { type Ask } from "../src/events/gate-events.ts";
import { editedBy } from "./blocks/edit-form.ts";
import type { Words } from "./decisions.ts";
import { fields, forms } from "./ids.ts";
import type { SubmittedForm } from "./payloads.ts";
import { needed, pickOne } from "./words/shared.ts";

export type Faults = Readonly<Record<string, string>>;

/** `question`: which one the form was opened under, if it was. */
type Reading = (form: SubmittedForm, ask: Ask, question?: string) => Words | Faults;

export interface ProposalForm {
  readonly words: Reading;
  /** The input under which a fault that belongs to none is shown. */
  readonly lastField: string;
}

export const proposalForms: Readonly<Record<string, ProposalForm>> = {
  [forms.authorise]: {
    lastField: fields.note,
    words: (form) => ({ decision: "authorise", ...noteOf(form) }),
  },
  [forms.reject]: {
    lastField: fields.reason,
    words: (form) => {
      const category = RejectCategory.safeParse(form.field(fields.category)).data;
      if (category === undefined) return { [fields.category]: needed };
      return withReason(form, (reason) => ({ decision: "reject", reason, category }));
    },
  },
  [forms.edit]: {
    lastField: fields.reason,
    words: (form, ask) => {
      const edited = editedBy(ask, (name) => form.field(name));
      if (edited.target.value === "") return { [fields.target]: needed };
      return withReason(form, (reason) => ({ decision: "edit", ...edited, reason }));
    },
  },
  [forms.needInfo]: {
    lastField: fields.question,
    words: (form) => {
      const question = form.field(fields.question);
      return question === "" ? { [fields.question]: needed } : { decision: "need_info", question };
    },
  },
  [forms.answer]: {
    lastField: fields.answer,
    words: (form, _, requestId = "") => {
      const answer = form.field(fields.answer);
      return answer === "" ? { [fields.answer]: needed } : { decision: "answer_info", requestId, answer };
    },
  },
  [forms.handTo]: {
    lastField: fields.reason,
    words: (form) => {
      const to = [form.field(fields.person), form.field(fields.role)].filter((given) => given !== "");
      const [one] = to;
      if (one === undefined || to.length > 1) return { [fields.person]: pickOne };
      const reason = form.field(fields.reason);
      return { decision: "delegate", to: one, ...(reason === "" ? {} : { reason }) };
    },
  },
  [forms.snooze]: {
    lastField: fields.minutes,
    words: (form) => {
      const minutes = Number(form.field(fields.minutes));
      return Number.isInteger(minutes) && minutes > 0
        ? { decision: "snooze", minutes }
        : { [fields.minutes]: needed };
    },
  },
  [forms.couldNotDo]: {
    lastField: fields.reason,
    words: (form) => withReason(form, (reason) => ({ decision: "could_not_do", reason })),
  },
  [forms.rolledBack]: {
    lastField: fields.reason,
    words: (form) => withReason(form, (reason) => ({ decision: "rolled_back", reason })),
  },
  [forms.revoke]: {
    lastField: fields.reason,
    words: (form) => withReason(form, (reason) => ({ decision: "revoke", reason })),
  },
};

export function isWords(words: Words | Faults): words is Words {
  return "decision" in words;
}

export function noteOf(form: SubmittedForm): { note?: string } {
  const note = form.field(fields.note);
  return note === "" ? {} : { note };
}

function withReason(form: SubmittedForm, say: (reason: string) => Words): Words | Faults {
  const reason = form.field(fields.reason);
  return reason === "" ? { [fields.reason]: needed } : say(reason);
}
