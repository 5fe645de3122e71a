/** Forms. The card is looked up again, the gate checks rights again; a form that was not recorded stays open. */
import type { App } from "@slack/bolt";
import { reasonOf } from "../src/errors.ts";
import { actForms, isActs } from "./act-words.ts";
import { CaseOrigin } from "./blocks/case-forms.ts";
import { FormOrigin } from "./blocks/form.ts";
import { boxOf, PlanOrigin } from "./blocks/plan-form.ts";
import type { CardRef, FoundCard } from "./decisions.ts";
import { isWords, noteOf, proposalForms, type Faults } from "./form-words.ts";
import type { FrontDesk } from "./front-desk.ts";
import { fields, forms } from "./ids.ts";
import { isKnown } from "./known-ids.ts";
import { formOf, type SubmittedForm } from "./payloads.ts";
import { submitTuning } from "./tuning-press.ts";
import { noLongerHandled, notOurCard, notRecorded, pickSome } from "./words/shared.ts";

type Submit = (front: FrontDesk, form: SubmittedForm) => Promise<Faults | undefined>;

export function registerViews(app: App, front: FrontDesk): void {
  const take = (callback: RegExp, submit: Submit): void => {
    app.view({ type: "view_submission", callback_id: callback }, async ({ ack, body }) => {
      const faults = await submit(front, formOf(body));
      await (faults === undefined ? ack() : ack({ response_action: "errors", errors: { ...faults } }));
    });
  };
  take(/^gate\./, (desk, form) =>
    form.callbackId === forms.authoriseAll ? submitPlan(desk, form) : submitProposal(desk, form),
  );
  take(/^case\./, submitAct);
  take(/^tuning\./, submitTuning);
  app.view({ type: "view_submission", callback_id: /.*/ }, async ({ ack, body, view }) => {
    if (isKnown(view.callback_id)) return;
    await ack({ response_action: "clear" });
    const { diagnostics } = front.options.desk.options;
    diagnostics.warn({ callbackId: view.callback_id, user: body.user.id }, noLongerHandled);
  });
  app.view({ type: "view_closed", callback_id: /.*/ }, async ({ ack }) => ack());
}

/** Undefined once it is on the log. */
const submitProposal: Submit = async (front, form) => {
  const { principal, callbackId, viewId } = form;
  const known = proposalForms[callbackId];
  if (known === undefined) return undefined;
  const card = originOf(FormOrigin, form);
  const found = card === undefined || !front.isOurs(form) ? undefined : await front.find(card);
  if (card === undefined || found === undefined) return { [known.lastField]: notOurCard };
  const words = known.words(form, found.request.handoff.ask, found.question?.requestId);
  if (!isWords(words)) return words;
  return recorded(front, known.lastField, () =>
    front.options.door.submit({ principal, card, found, words, act: [callbackId, viewId] }),
  );
};

/** Each ticked proposal is a decision of its own, bound to its own card and digest. */
const submitPlan: Submit = async (front, form) => {
  const { principal, callbackId, viewId } = form;
  const origin = originOf(PlanOrigin, form);
  if (origin === undefined || !front.isOurs(form)) return { [fields.note]: notOurCard };
  const { caseId, channel } = origin;
  const ticked = origin.cards.filter((_, at) => form.field(boxOf(at)) === "yes");
  if (ticked.length === 0) return { [boxOf(0)]: pickSome };
  const found: { card: CardRef; found: FoundCard }[] = [];
  for (const [proposalId, ts, ref] of ticked) {
    const card = { caseId, proposalId, channel, ts, ref };
    const one = await front.find(card);
    if (one === undefined) return { [fields.note]: notOurCard };
    found.push({ card, found: one });
  }
  return recorded(front, fields.note, async () => {
    for (const one of found) {
      const words = { decision: "authorise", ...noteOf(form) } as const;
      const act = [callbackId, viewId, one.card.proposalId];
      await front.options.door.submit({ principal, ...one, words, act });
    }
  });
};

const submitAct: Submit = async (front, form) => {
  const known = actForms[form.callbackId];
  if (known === undefined) return undefined;
  const origin = originOf(CaseOrigin, form);
  if (origin === undefined || !front.isOurs(form)) return { [known.lastField]: notOurCard };
  const words = known.words({ form, origin, now: front.options.desk.options.clock.now() });
  if (!isActs(words)) return words;
  const { channel = "", ts = "" } = origin;
  const card = channel === "" || ts === "" ? undefined : { channel, ts };
  return recorded(front, known.lastField, async () => {
    for (const said of words) {
      const act = [form.callbackId, form.viewId];
      await front.options.door.say({ principal: form.principal, words: said, card, act });
    }
  });
};

async function recorded(
  front: FrontDesk,
  field: string,
  publish: () => Promise<void>,
): Promise<Faults | undefined> {
  try {
    await publish();
    return undefined;
  } catch (error) {
    front.options.desk.options.diagnostics.error(
      { error: reasonOf(error) },
      "slack: a decision was not recorded",
    );
    return { [field]: notRecorded };
  }
}

interface Schema<T> {
  parse(value: unknown): T;
}

function originOf<T>(schema: Schema<T>, { privateMetadata }: SubmittedForm): T | undefined {
  try {
    return schema.parse(JSON.parse(privateMetadata));
  } catch {
    return undefined;
  }
}
