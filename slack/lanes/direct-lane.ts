/**
 * The lane of the copies that each member of the on-call group gets. It is none of the gate's: a copy that Slack does
 * not take now (it counts messages to each person) must not hold up the card that everybody sees.
 */
import { says, type Delivery, type Handled, type Subscription } from "../../src/bus/bus.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { isCanary } from "../../src/events/ids.ts";
import { cardState } from "../card-state.ts";
import { requestOf } from "../case-thread.ts";
import { eventSource, lanes } from "../ids.ts";
import { deliveredOf, orStop, type Desk } from "./desk.ts";
import type { DirectCards } from "./direct-cards.ts";
import { KeyedQueue } from "./queue.ts";

/** Cards and copies that are on the log, and what changes what a copy says. */
const types = [
  "message.posted",
  "handoff.requested",
  "handoff.rerouted",
  "handoff.opened",
  "info.answered",
  "action.decided",
  "action.executed",
  "action.abandoned",
  "action.lapsed",
  "action.revoked",
  "action.rolled_back",
] as const satisfies readonly EventType[];
type Told = Delivery<(typeof types)[number]>;

function wants(event: KnownEvent<(typeof types)[number]>): boolean {
  // A canary is for nobody.
  if (isCanary(event.subject)) return false;
  return !isEvent(event, "message.posted") || event.data.kind === "gate" || event.data.kind === "direct";
}

export function startDirectLane(desk: Desk, lane: DirectLane): Subscription {
  return desk.options.bus.subscribe(lanes.direct, types, (told) => orStop(() => lane.handle(told)), {
    source: eventSource,
    concurrency: 8,
    confirmed: true,
    wants,
  });
}

export class DirectLane {
  readonly #desk: Desk;
  readonly #direct: DirectCards;
  readonly #perCase = new KeyedQueue();

  constructor(desk: Desk, direct: DirectCards) {
    this.#desk = desk;
    this.#direct = direct;
  }

  /** @throws SlackDown */
  handle(told: Told): Promise<Handled> {
    const { event } = told;
    return this.#perCase.run(event.subject, async () => {
      if (isEvent(event, "message.posted") && event.data.kind === "gate") return this.#spread(told, event);
      await this.#direct.redraw(await this.#desk.read(event.subject), event.data.proposalId ?? "");
      return says();
    });
  }

  /** For a reconciler: every copy that lists these proposals is drawn anew. @throws SlackDown */
  repair(caseId: string, proposalIds: readonly string[]): Promise<void> {
    return this.#perCase.run(caseId, async () => {
      const thread = await this.#desk.read(caseId);
      for (const proposalId of proposalIds) await this.#direct.redraw(thread, proposalId);
    });
  }

  /** The card is on the log: each member gets a copy that leads to it. */
  async #spread(told: Told, { subject, data }: KnownEvent<"message.posted">): Promise<Handled> {
    const thread = await this.#desk.read(subject);
    const request = requestOf(thread, data.eventId);
    if (request === undefined || !request.mentions || cardState(thread, request) !== "open") return says();
    const { channel, ts } = data;
    return says(...(await this.#direct.send({ thread, request, card: { channel, ts } }, deliveredOf(told))));
  }
}
