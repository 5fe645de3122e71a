/** Buttons of a gate card. What decides is published before the click is acknowledged; what needs words opens a form. */
import type { ModalView } from "@slack/types";
import { reasonOf } from "../src/errors.ts";
import { refName } from "../src/gate/card-ref.ts";
import { actionWords } from "./blocks/action-words.ts";
import { editForm } from "./blocks/edit-form.ts";
import {
  answerForm,
  authoriseForm,
  couldNotDoForm,
  handToForm,
  needInfoForm,
  rejectForm,
  requestEvidenceView,
  revokeForm,
  rolledBackForm,
  snoozeForm,
  type FormContext,
} from "./blocks/modals.ts";
import { mostTogether, planForm } from "./blocks/plan-form.ts";
import { cardState, type CardState } from "./card-state.ts";
import type { CardRef, FoundCard, Words } from "./decisions.ts";
import type { FrontDesk } from "./front-desk.ts";
import { authorisableWith } from "./handoffs.ts";
import { menuActions, slackActions } from "./ids.ts";
import type { Pressed } from "./payloads.ts";
import { formNotOpened, noLongerHandled, noLongerOpen, notOurCard, notRecorded } from "./words/shared.ts";

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

interface Opening {
  readonly view: (context: FormContext) => ModalView;
  /** Where the card must stand for it to make sense. */
  readonly while: readonly CardState[];
  /** Only for who can answer and where the whole action is shown: the press goes on the record either way. */
  readonly authorises?: boolean;
}

const open = ["open"] as const;
const anyState = ["open", "not_done", "ended", "handed_on", "replaced"] as const;
/** Needs words first. */
const opening: Readonly<Record<string, Opening>> = {
  [slackActions.authorise]: { view: authoriseForm, while: open, authorises: true },
  [slackActions.authoriseAll]: { view: planOf, while: open, authorises: true },
  [slackActions.reject]: { view: rejectForm, while: open },
  [slackActions.needInfo]: { view: needInfoForm, while: open },
  [slackActions.answer]: { view: answerForm, while: anyState },
  [menuActions.edit]: { view: editForm, while: open },
  [menuActions.snooze]: { view: snoozeForm, while: open },
  [menuActions.handTo]: { view: handToForm, while: ["open", "not_done"] },
  [slackActions.couldNotDo]: { view: couldNotDoForm, while: ["not_done"] },
  [menuActions.revoke]: { view: revokeForm, while: ["not_done"] },
  [menuActions.rolledBack]: { view: rolledBackForm, while: ["ended"] },
  [menuActions.proof]: {
    view: ({ request, thread }) => requestEvidenceView(request, thread),
    while: anyState,
  },
};

export async function pressGate(front: FrontDesk, press: Pressed, ack: Ack): Promise<void> {
  const pressed = await front.findPressed(press);
  if (pressed === undefined) {
    await ack();
    await front.tell(press, notOurCard);
    return;
  }
  const act: Act = { press, ack, ...pressed };
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
  const { thread, request, question } = found;
  const wanted = opening[press.actionId];
  if (wanted === undefined) {
    await ack();
    return front.tell(press, noLongerHandled);
  }
  const inPlace = wanted.while.includes(cardState(thread, request));
  if (wanted.authorises === true) {
    const whole = inPlace && actionWords(request.handoff.ask).whole;
    if (!whole || !(await front.mayAnswer(request, press.principal))) {
      return submit(front, act, { decision: "authorise", confirmed: false });
    }
  }
  await ack();
  if (!inPlace) return front.tell(press, noLongerOpen);
  const { clock, refs } = front.options.desk.options;
  await front
    .open(
      press,
      wanted.view({
        ...{ request, thread, question, origin: card, now: clock.now() },
        refOf: (one) => refs.of(thread, one),
      }),
    )
    .catch(() => front.tell(press, formNotOpened));
}

/** The proposals of this hand-off whose cards are in Slack; those posted later are authorised one by one. */
function planOf({ request, thread, origin, refOf }: FormContext): ModalView {
  const cards = authorisableWith(thread, request).flatMap((one) => {
    const posted = thread.messages.findLast(
      (m) => m.kind === "gate" && m.eventId === one.eventId && m.channel === origin.channel,
    );
    return posted === undefined ? [] : [{ one, ts: posted.ts }];
  });
  const listed = cards.slice(0, mostTogether());
  return planForm(
    listed.map(({ one }) => one),
    thread,
    {
      caseId: origin.caseId,
      channel: origin.channel,
      cards: listed.map(({ one, ts }) => [one.handoff.proposalId, ts, refName(refOf(one))]),
    },
  );
}
