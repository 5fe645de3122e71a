/** Forms. The card is looked up again, the gate checks rights again; a form that was not recorded stays open. */
import type { App } from "@slack/bolt";
import { reasonOf } from "../src/errors.ts";
import { FormOrigin } from "./blocks/modals.ts";
import type { Words } from "./decisions.ts";
import type { FrontDesk } from "./front-desk.ts";
import { fields, forms } from "./ids.ts";
import { isKnown } from "./known-ids.ts";
import { formOf, type SubmittedForm } from "./payloads.ts";
import { needed, noLongerHandled, notOurCard, notRecorded } from "./wording.ts";

/** Field → what is wrong with it, as Slack shows it under the input. */
type Faults = Readonly<Record<string, string>>;

/** What each form says, or what is missing in it. */
const wordsOf: Readonly<Record<string, (form: SubmittedForm) => Words | Faults>> = {
  [forms.authorise]: (form) => {
    const note = form.field(fields.note);
    return { decision: "authorise", ...(note === "" ? {} : { note }) };
  },
  [forms.reject]: (form) => {
    const [reason, category] = [form.field(fields.reason), form.field(fields.category)];
    if (category === "") return { [fields.category]: needed };
    return reason === "" ? { [fields.reason]: needed } : { decision: "reject", reason, category };
  },
  [forms.needInfo]: (form) => {
    const question = form.field(fields.question);
    return question === "" ? { [fields.question]: needed } : { decision: "need_info", question };
  },
  [forms.couldNotDo]: (form) => {
    const reason = form.field(fields.reason);
    return reason === "" ? { [fields.reason]: needed } : { decision: "could_not_do", reason };
  },
};

/** The input under which a fault that belongs to none is shown. */
const lastField: Readonly<Record<string, string>> = {
  [forms.authorise]: fields.note,
  [forms.reject]: fields.reason,
  [forms.needInfo]: fields.question,
  [forms.couldNotDo]: fields.reason,
};

export function registerViews(app: App, front: FrontDesk): void {
  app.view({ type: "view_submission", callback_id: /^gate\./ }, async ({ ack, body }) => {
    const form = formOf(body);
    const faults = await submitForm(front, form);
    await (faults === undefined ? ack() : ack({ response_action: "errors", errors: { ...faults } }));
  });
  app.view({ type: "view_submission", callback_id: /.*/ }, async ({ ack, body, view }) => {
    if (isKnown(view.callback_id)) return;
    await ack({ response_action: "clear" });
    const { diagnostics } = front.options.desk.options;
    diagnostics.warn({ callbackId: view.callback_id, user: body.user.id }, noLongerHandled);
  });
  app.view({ type: "view_closed", callback_id: /.*/ }, async ({ ack }) => ack());
  app.shortcut(/.*/, async ({ ack }) => ack());
}

/** Undefined once it is on the log. */
async function submitForm(front: FrontDesk, form: SubmittedForm): Promise<Faults | undefined> {
  const { principal, callbackId, viewId } = form;
  const words = wordsOf[callbackId]?.(form);
  const field = lastField[callbackId];
  if (words === undefined || field === undefined) return undefined;
  if (!isWords(words)) return words;
  const card = originOf(form);
  const found = card === undefined ? undefined : await front.find(card);
  if (card === undefined || found === undefined) return { [field]: notOurCard };
  try {
    await front.options.door.submit({ principal, card, found, words, act: [callbackId, viewId] });
    return undefined;
  } catch (error) {
    front.options.desk.options.diagnostics.error(
      { error: reasonOf(error) },
      "slack: a decision was not recorded",
    );
    return { [field]: notRecorded };
  }
}

function isWords(words: Words | Faults): words is Words {
  return "decision" in words;
}

function originOf({ privateMetadata }: SubmittedForm): FormOrigin | undefined {
  try {
    return FormOrigin.parse(JSON.parse(privateMetadata));
  } catch {
    return undefined;
  }
}
