/** Tells one person, and nobody else, that the gate refused what they did, and who can answer. At least once. */
import { says, skip, type Handled } from "../../src/bus/bus.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { Principal } from "../../src/events/vocabulary.ts";
import { refusal } from "../blocks/notices.ts";
import { proposalOf, type CaseThread } from "../case-thread.ts";
import { isUserId } from "../text.ts";
import type { Outbox, Place } from "../outbox.ts";
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
  const thread = await desk.read(subject);
  const root = desk.roots.of(thread);
  const people = decidersOf(thread, data.proposalId);
  const { card } = decision.data;
  const titles = Object.values(desk.options.config.onCall).map(({ title }) => title);
  const inThread = threadOf(root, card?.channel);
  const channel = card?.channel ?? (await outbox.directChannel(user));
  if (channel === undefined) return skip(`${user} cannot be written to`);
  await outbox.whisper({ channel, user, ...inThread, message: refusal(data, { titles, people }) });
  return says();
}

function threadOf(root: Place | undefined, channel: string | undefined): { threadTs?: string } {
  return root !== undefined && channel === root.channel ? { threadTs: root.ts } : {};
}

function decidersOf(thread: CaseThread, proposalId: string | undefined): readonly Principal[] {
  return (proposalId === undefined ? undefined : proposalOf(thread, proposalId))?.decided?.by ?? [];
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
