/** Buttons under a finding: a thumb, what is right instead, and everything it rests on. */
import { reasonOf } from "../src/errors.ts";
import { samePrincipal } from "../src/gate/authority.ts";
import { isEvent, type AnyEvent } from "../src/events/envelope.ts";
import { labelForm } from "./blocks/case-forms.ts";
import { findingTypes, type Finding } from "./blocks/finding.ts";
import { evidenceView } from "./blocks/modals.ts";
import type { CaseThread } from "./case-thread.ts";
import type { FrontDesk } from "./front-desk.ts";
import { slackActions } from "./ids.ts";
import type { Pressed } from "./payloads.ts";
import { stepsOf } from "./traces.ts";
import { formNotOpened, notOurCard, notRecorded } from "./words/shared.ts";

interface Found {
  readonly finding: Finding;
  readonly thread: CaseThread;
}

export async function pressFinding(
  front: FrontDesk,
  press: Pressed,
  ack: () => Promise<void>,
): Promise<void> {
  const found = front.isOurs(press) ? await front.patiently(() => findingOf(front, press)) : undefined;
  if (found === undefined) {
    await ack();
    return front.tell(press, notOurCard);
  }
  if (press.actionId === slackActions.right) {
    const said = isSaid(found, press) || (await rate(front, press, found.finding));
    await ack();
    return said ? undefined : front.tell(press, notRecorded);
  }
  await ack();
  const { finding, thread } = found;
  const origin = { caseId: finding.subject, eventId: finding.id, channel: press.channel, ts: press.ts };
  const view =
    press.actionId === slackActions.wrong
      ? labelForm(origin, thread.file)
      : evidenceView(finding, stepsOf(thread.traces, finding.id));
  await front.open(press, view).catch(() => front.tell(press, formNotOpened));
}

/** That it is right is this person's last word on it already: a second press says nothing new. */
function isSaid({ finding, thread }: Found, { principal }: Pressed): boolean {
  const ratings = thread.ratings[finding.id] ?? [];
  return ratings.some(({ by, right }) => right && samePrincipal(by, principal));
}

async function rate(front: FrontDesk, press: Pressed, finding: Finding): Promise<boolean> {
  const { principal, channel, ts, actionTs } = press;
  const words = { decision: "rate", caseId: finding.subject, eventId: finding.id, right: true } as const;
  try {
    await front.options.door.say({
      ...{ principal, words, card: { channel, ts } },
      act: [press.actionId, finding.id, actionTs],
    });
    return true;
  } catch (error) {
    front.options.desk.options.diagnostics.error(
      { error: reasonOf(error) },
      "slack: a thumb was not recorded",
    );
    return false;
  }
}

/** The button says where to look; that this very message shows the finding, the log says. */
async function findingOf(front: FrontDesk, press: Pressed): Promise<Found | undefined> {
  const [caseId = "", eventId = ""] = press.value.split(":");
  const { desk } = front.options;
  let finding: Finding | undefined;
  for await (const { event } of desk.options.bus.read({ subject: caseId })) {
    if (isFinding(event) && event.id === eventId) finding = event;
  }
  if (finding === undefined) return undefined;
  const thread = await desk.read(caseId);
  const shown = thread.messages.some((posted) => posted.ts === press.ts && posted.channel === press.channel);
  return shown ? { finding, thread } : undefined;
}

function isFinding(event: AnyEvent): event is Finding {
  return isEvent(event, ...findingTypes);
}
