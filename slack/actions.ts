/** Buttons. What decides is published before the click is acknowledged; what needs words opens a form. */
import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { reasonOf } from "../src/errors.ts";
import { isEvent, type AnyEvent } from "../src/events/envelope.ts";
import { actionWords } from "./blocks/action-words.ts";
import { findingTypes, type Finding } from "./blocks/finding.ts";
import { cardState, type CardState } from "./blocks/gate-card.ts";
import {
  authoriseForm,
  couldNotDoForm,
  evidenceView,
  needInfoForm,
  rejectForm,
  type FormContext,
} from "./blocks/modals.ts";
import type { CardRef, FoundCard, Words } from "./decisions.ts";
import type { FrontDesk } from "./front-desk.ts";
import { slackActions } from "./ids.ts";
import { cardRefOf, pressOf, type Pressed } from "./payloads.ts";
import { isKnown } from "./known-ids.ts";
import { formNotOpened, noLongerHandled, noLongerOpen, notOurCard, notRecorded } from "./wording.ts";

type Ack = () => Promise<void>;

interface Act {
  readonly press: Pressed;
  readonly ack: Ack;
  readonly card: CardRef;
  readonly found: FoundCard;
}

/** Said at once, without a form. */
const direct: Readonly<Record<string, Words>> = {
  [slackActions.onIt]: { decision: "assign" },
  [slackActions.markDone]: { decision: "mark_done" },
};

/** Needs words first: the form, and where the card must stand for it to make sense. */
const opening: Readonly<
  Record<string, { readonly form: (context: FormContext) => ModalView; readonly while: CardState }>
> = {
  [slackActions.authorise]: { form: authoriseForm, while: "open" },
  [slackActions.reject]: { form: rejectForm, while: "open" },
  [slackActions.needInfo]: { form: needInfoForm, while: "open" },
  [slackActions.couldNotDo]: { form: couldNotDoForm, while: "not_done" },
};

export function registerActions(app: App, front: FrontDesk): void {
  app.action({ type: "block_actions", action_id: /^gate\./ }, async ({ ack, body }) => {
    await onGateButton(front, pressOf(body), () => ack());
  });
  app.action({ type: "block_actions", action_id: slackActions.evidence }, async ({ ack, body }) => {
    await ack();
    await openEvidence(front, pressOf(body));
  });
  // Links open by themselves and still send a click that must be acknowledged.
  app.action({ type: "block_actions", action_id: /^open\./ }, async ({ ack }) => ack());
  app.action({ type: "block_actions", action_id: /.*/ }, async ({ ack, body, action }) => {
    if ("action_id" in action && isKnown(action.action_id)) return;
    await ack();
    await front.tell(pressOf(body), noLongerHandled);
  });
}

async function onGateButton(front: FrontDesk, press: Pressed, ack: Ack): Promise<void> {
  const card = cardRefOf(press);
  const found = card === undefined ? undefined : await front.find(card);
  if (card === undefined || found === undefined) {
    await ack();
    await front.tell(press, notOurCard);
    return;
  }
  const act: Act = { press, ack, card, found };
  const words = direct[press.actionId];
  if (words !== undefined) await submit(front, act, words);
  else await openForm(front, act);
}

/** Published, then acknowledged. If it could not be published the person is told that nothing happened. */
async function submit(front: FrontDesk, { press, ack, card, found }: Act, words: Words): Promise<void> {
  const { principal, actionId, actionTs, channel, ts } = press;
  try {
    const act = [actionId, channel, ts, actionTs];
    await front.options.door.submit({ principal, card, found, words, act });
  } catch (error) {
    front.options.desk.options.diagnostics.error(
      { error: reasonOf(error) },
      "slack: a decision was not recorded",
    );
    await ack();
    await front.tell(press, notRecorded);
    return;
  }
  await ack();
}

/**
 * Whoever the directory does not list, and whoever presses a card that is no longer open, gets no form: the press
 * goes on the record unconfirmed, so that the gate refuses it, says why and names who can answer.
 */
async function openForm(front: FrontDesk, act: Act): Promise<void> {
  const { press, ack, card, found } = act;
  const { thread, request } = found;
  const wanted = opening[press.actionId];
  if (wanted === undefined) {
    await ack();
    return front.tell(press, noLongerHandled);
  }
  const inPlace = cardState(thread, request) === wanted.while;
  if (press.actionId === slackActions.authorise) {
    const worthIt =
      inPlace && actionWords(request.handoff.ask).whole && (await front.mayAnswer(request, press.principal));
    if (!worthIt) return submit(front, act, { decision: "authorise", confirmed: false });
  }
  await ack();
  if (!inPlace) return front.tell(press, noLongerOpen);
  await front
    .open(press, wanted.form({ request, thread, origin: card }))
    .catch(() => front.tell(press, formNotOpened));
}

async function openEvidence(front: FrontDesk, press: Pressed): Promise<void> {
  const [caseId = "", eventId = ""] = press.value.split(":");
  let finding: Finding | undefined;
  for await (const { event } of front.options.desk.options.bus.read({ subject: caseId })) {
    if (isFinding(event) && event.id === eventId) finding = event;
  }
  if (finding === undefined) return front.tell(press, notOurCard);
  await front.open(press, evidenceView(finding)).catch(() => front.tell(press, formNotOpened));
}

function isFinding(event: AnyEvent): event is Finding {
  return isEvent(event, ...findingTypes);
}
