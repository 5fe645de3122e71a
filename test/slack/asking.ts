/** A case with what is asked of people, on a world's log, and how people meet it. */
import { reads } from "./reads.ts";
import { alert, proposed, publish, said, triage, type Proposal } from "./given.ts";
import type { ShownMessage, World } from "./world.ts";

export interface CardPlace {
  readonly channel: string;
  readonly ts: string;
  readonly proposalId: string;
}

/** The case is opened, triaged, and these actions are proposed: their cards stand in its thread. */
export async function cardsFor(world: World, ...over: Partial<Proposal>[]): Promise<CardPlace[]> {
  const at = Date.now();
  await publish(
    world.bus,
    said("alert.received", alert(), { at }),
    said("alert.triaged", triage(), { at, source: "/roles/sentinel" }),
  );
  const cards: CardPlace[] = [];
  for (const one of over) {
    const event = said("action.proposed", proposed(one), { at: Date.now(), source: "/roles/ir-lead" });
    await publish(world.bus, event);
    const isIts = ({ data }: { data: { proposalId?: string | undefined } }): boolean =>
      data.proposalId === event.id;
    const { data } = await world.event(
      "message.posted",
      (posted) => posted.data.kind === "gate" && isIts(posted),
    );
    await world.event("handoff.opened", isIts);
    cards.push({ channel: data.channel, ts: data.ts, proposalId: event.id });
  }
  return cards;
}

export const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error("expected one at least");
  return item;
};

/** Where somebody presses it. */
export const at = ({ channel, ts }: CardPlace): { channel: string; ts: string } => ({ channel, ts });

const kindOf = (message: ShownMessage): string => message.metadata?.event_payload.kind ?? "";

/** The message of a thread or channel that fits; waits for it. */
export function shownMessage(
  world: World,
  kind: string,
  fits: (words: string, message: ShownMessage) => boolean,
): Promise<ShownMessage> {
  return world.seen((state) =>
    state.channels
      .flatMap((channel) => channel.messages.flatMap((message) => [message, ...message.replies]))
      .find((message) => kindOf(message) === kind && fits(reads(message.blocks), message)),
  );
}

export function whispered(world: World, user: string, words: string): Promise<string> {
  return world.seen((state) =>
    state.ephemerals
      .filter((ephemeral) => ephemeral.only_visible_to === user)
      .map((ephemeral) => reads(ephemeral.blocks))
      .find((text) => text.includes(words)),
  );
}

/** What a person alone is shown for what they do; waits for it. */
export async function answered(
  world: World,
  path: string,
  body: { user: string } & Record<string, unknown>,
): Promise<{ channel: string; ts: string; blocks: unknown[] }> {
  const known = new Set((await world.state()).ephemerals.map(({ ts }) => ts));
  await world.does(path, body);
  return world.seen(({ ephemerals }) =>
    ephemerals.find(({ ts, only_visible_to: reader }) => reader === body.user && !known.has(ts)),
  );
}

/** The modal that opens for what a person does; waits for it. */
export async function opens(
  world: World,
  path: string,
  body: { user: string } & Record<string, unknown>,
): Promise<{ id: string; blocks: unknown[] }> {
  const known = new Set((await world.state()).views.map(({ id }) => id));
  await world.does(path, body);
  return world.seen(({ views }) =>
    views.find((view) => view.user === body.user && view["type"] === "modal" && !known.has(view.id)),
  );
}
