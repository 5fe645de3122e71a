/** Tells one person, and nobody else, that the gate refused what they did, and who can answer. At least once. */
import { says, skip, type Handled } from "../../src/bus/bus.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { refusal } from "../blocks/notices.ts";
import { isUserId } from "../text.ts";
import type { Outbox } from "../outbox.ts";
import type { Desk } from "./desk.ts";

export async function tellRefusal(
  desk: Desk,
  outbox: Outbox,
  event: KnownEvent<"decision.refused">,
): Promise<Handled> {
  const { data, subject } = event;
  const decision = await decisionOf(desk, event);
  if (decision?.data.surface !== desk.options.surface) return skip("said on another surface");
  const { user } = data.principal;
  if (!isUserId(user)) return skip(`${user} is nobody of this workspace`);
  const root = desk.roots.of(await desk.read(subject));
  const { card } = decision.data;
  const titles = Object.values(desk.options.config.onCall).map(({ title }) => title);
  const inThread = root !== undefined && card?.channel === root.channel ? { threadTs: root.ts } : {};
  const channel = card?.channel ?? (await outbox.directChannel(user));
  if (channel === undefined) return skip(`${user} cannot be written to`);
  await outbox.whisper({ channel, user, ...inThread, message: refusal(data, titles) });
  return says();
}

async function decisionOf(
  desk: Desk,
  { data, subject }: KnownEvent<"decision.refused">,
): Promise<KnownEvent<"decision.submitted"> | undefined> {
  for await (const { event } of desk.options.bus.read({ subject, types: ["decision.submitted"] })) {
    if (isEvent(event, "decision.submitted") && event.id === data.decisionId) return event;
  }
  return undefined;
}
