/** Buttons and the form of a tuning report. The gate judges who may answer; here is only found what was pressed. */
import { reasonOf } from "../src/errors.ts";
import { TuningId } from "../src/events/calendar-events.ts";
import { labelForm } from "./blocks/case-forms.ts";
import {
  declineTuningForm,
  filterView,
  TuningOrigin,
  type TuningEvent,
  type TuningRule,
} from "./blocks/tuning-digest.ts";
import { caseIdOf } from "./case-id.ts";
import type { Act } from "./decisions.ts";
import { readDigests } from "./digest-log.ts";
import type { Faults } from "./form-words.ts";
import type { FrontDesk } from "./front-desk.ts";
import { fields, slackActions } from "./ids.ts";
import type { Place } from "./outbox.ts";
import type { Pressed, SubmittedForm } from "./payloads.ts";
import { formNotOpened, needed, notOurCard, notRecorded } from "./words/shared.ts";

type Ack = () => Promise<void>;

export async function pressTuning(front: FrontDesk, press: Pressed, ack: Ack): Promise<void> {
  const origin = originOf(press);
  const rule = origin && (await found(front, press, origin));
  if (origin === undefined || rule === undefined) {
    await ack();
    return front.tell(press, notOurCard);
  }
  if (press.actionId === slackActions.acceptTuning) {
    const words: Act = { decision: "accept_tuning", tuningId: origin.tuningId };
    const said = await recorded(front, () => say(front, press, words));
    await ack();
    return said ? undefined : front.tell(press, notRecorded);
  }
  await ack();
  const view =
    press.actionId === slackActions.declineTuning ? declineTuningForm(origin, rule) : filterView(rule);
  await front.open(press, view).catch(() => front.tell(press, formNotOpened));
}

/** The form of a case that a label is asked for. */
export async function pressSample(front: FrontDesk, press: Pressed, ack: Ack): Promise<void> {
  await ack();
  const caseId = front.isOurs(press) ? caseIdOf(press.value) : undefined;
  if (caseId === undefined) return front.tell(press, notOurCard);
  const { file } = await front.options.desk.read(caseId);
  if (file.alert === undefined) return front.tell(press, notOurCard);
  const { channel, ts } = press;
  await front
    .open(press, labelForm({ caseId, channel, ts }, file))
    .catch(() => front.tell(press, formNotOpened));
}

/** Undefined once it is on the log. */
export async function submitTuning(front: FrontDesk, form: SubmittedForm): Promise<Faults | undefined> {
  const origin = parsedOrigin(form.privateMetadata);
  const rule = origin && front.isOurs(form) ? await ruleOf(front, origin) : undefined;
  if (origin === undefined || rule === undefined) return { [fields.reason]: notOurCard };
  const reason = form.field(fields.reason);
  if (reason === "") return { [fields.reason]: needed };
  const { tuningId, channel, ts } = origin;
  const said = await recorded(front, () =>
    front.options.door.say({
      principal: form.principal,
      words: { decision: "decline_tuning", tuningId, reason },
      card: { channel, ts },
      act: [form.callbackId, form.viewId],
    }),
  );
  return said ? undefined : { [fields.reason]: notRecorded };
}

function say(front: FrontDesk, press: Pressed, words: Act): Promise<void> {
  const { principal, channel, ts, actionId, actionTs, value } = press;
  return front.options.door.say({
    ...{ principal, words, card: { channel, ts } },
    act: [actionId, value, actionTs],
  });
}

async function recorded(front: FrontDesk, publish: () => Promise<void>): Promise<boolean> {
  try {
    await publish();
    return true;
  } catch (error) {
    const { diagnostics } = front.options.desk.options;
    diagnostics.error({ error: reasonOf(error) }, "slack: an answer to a tuning was not recorded");
    return false;
  }
}

function originOf({ value, channel, ts }: Pressed): TuningOrigin | undefined {
  const [eventId = "", id = ""] = value.split(":");
  const tuningId = TuningId.safeParse(id);
  return tuningId.success ? { eventId, tuningId: tuningId.data, channel, ts } : undefined;
}

function parsedOrigin(metadata: string): TuningOrigin | undefined {
  try {
    return TuningOrigin.parse(JSON.parse(metadata));
  } catch {
    return undefined;
  }
}

async function found(
  front: FrontDesk,
  press: Pressed,
  origin: TuningOrigin,
): Promise<TuningRule | undefined> {
  return front.isOurs(press) ? front.patiently(() => ruleOf(front, origin)) : undefined;
}

/** The button says where to look; that this very message shows the tuning, the log says. */
async function ruleOf(
  front: FrontDesk,
  { eventId, tuningId, ...place }: TuningOrigin,
): Promise<TuningRule | undefined> {
  const { bus, surface } = front.options.desk.options;
  const log = await readDigests(bus, "calendar:detection-engineer", surface);
  const isHere = (posted: Place): boolean => posted.ts === place.ts && posted.channel === place.channel;
  const shown = log.posted.some((posted) => posted.eventId === eventId && isHere(posted));
  const report = log.reports.find(
    (one): one is TuningEvent => one.type === "tuning.reported" && one.id === eventId,
  );
  return shown ? report?.data.rules.find((rule) => rule.tuningId === tuningId) : undefined;
}
