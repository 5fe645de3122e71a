/**
 * The gate lane: cards that ask people, every copy of them, and what one person is told. It has a client of its
 * own and never waits for its turn, so that a storm of findings cannot hold a card up.
 */
import { says, skip, type Delivery, type Draft, type Handled, type Subscription } from "../../src/bus/bus.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { gateCard } from "../blocks/gate-card.ts";
import { infoAnswered, infoRequested, reminder } from "../blocks/notices.ts";
import { cardState } from "../card-state.ts";
import { proposalOf, requestOf, type CaseThread, type Request } from "../case-thread.ts";
import { stateNotice, stateTypes, type StateEvent } from "../blocks/state-notices.ts";
import { siblingsOf } from "../handoffs.ts";
import type { Message } from "../limits.ts";
import { stepsOf } from "../traces.ts";
import { eventSource, lanes } from "../ids.ts";
import { MessageGone, type Mark, type NewPost, type Outbox, type Place } from "../outbox.ts";
import { deliveredOf, orStop, type Desk } from "./desk.ts";
import type { DirectCards } from "./direct-cards.ts";
import { PostOnce } from "./post-once.ts";
import { KeyedQueue } from "./queue.ts";
import { tellRefusal } from "./refusals.ts";

const types = [
  "handoff.requested",
  "handoff.rerouted",
  "handoff.opened",
  "handoff.reminded",
  "handoff.snoozed",
  "approval.recorded",
  "action.decided",
  "action.executed",
  "action.abandoned",
  "action.lapsed",
  "action.overdue",
  "action.revoked",
  "action.rolled_back",
  "case.assigned",
  "info.requested",
  "info.answered",
  "decision.refused",
  "message.posted",
] as const satisfies readonly EventType[];
type GateDelivery = Delivery<(typeof types)[number]>;
type Asked = KnownEvent<"handoff.requested" | "handoff.rerouted">;

/**
 * Of the messages only cards and their copies concern this lane: once they are on the log, what has changed since
 * they were drawn is drawn, and a card's direct copies are sent.
 */
function wants(event: KnownEvent<(typeof types)[number]>): boolean {
  if (isEvent(event, "message.posted")) return event.data.kind === "gate" || event.data.kind === "direct";
  return !isEvent(event, "case.assigned") || event.data.proposalId !== undefined;
}

export function startGateLane(desk: Desk, lane: GateLane): Subscription {
  return desk.options.bus.subscribe(lanes.gate, types, (delivery) => orStop(() => lane.handle(delivery)), {
    source: eventSource,
    concurrency: 8,
    wants,
  });
}

export class GateLane {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  readonly #direct: DirectCards;
  readonly #once = new PostOnce();
  readonly #perCase = new KeyedQueue();

  constructor(desk: Desk, outbox: Outbox, direct: DirectCards) {
    this.#desk = desk;
    this.#outbox = outbox;
    this.#direct = direct;
  }

  /** @throws SlackDown */
  handle(delivery: GateDelivery): Promise<Handled> {
    return this.#perCase.run(delivery.event.subject, () => this.#route(delivery));
  }

  async #route(delivery: GateDelivery): Promise<Handled> {
    const { event } = delivery;
    if (isEvent(event, "decision.refused")) return tellRefusal(this.#desk, this.#outbox, event);
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) return this.#ask(delivery, event);
    if (isEvent(event, "handoff.reminded")) return this.#remind(delivery, event);
    if (isEvent(event, "message.posted")) return this.#spread(delivery, event);
    if (isEvent(event, "info.requested", "info.answered", ...stateTypes)) {
      return this.#change(delivery, event);
    }
    return says(...(await this.#redrawAll(event.subject, event.data.proposalId ?? "")));
  }

  /** Posts the card of one tier; earlier cards of the proposal lose their buttons. */
  async #ask(delivery: GateDelivery, event: Asked): Promise<Handled> {
    const thread = await this.#desk.read(event.subject);
    const request = requestOf(thread, event.id);
    if (request === undefined || cardState(thread, request) !== "open") {
      return says(...(await this.#redrawAll(event.subject, event.data.proposalId)));
    }
    const look = await this.#desk.look(thread);
    const root = await this.#desk.roots.ensure({
      ...{ thread, look, outbox: this.#outbox, eventId: event.id },
      delivered: deliveredOf(delivery),
    });
    const mark = markOf(thread, request);
    const message = gateCard(request, { thread, look });
    const post: NewPost = {
      ...{ channel: root.channel, threadTs: root.ts, broadcast: request.mentions },
      ...{ mark, message },
    };
    await this.#outbox.turn(root.channel);
    const place = await this.#once.post(this.#outbox, post, deliveredOf(delivery));
    this.#desk.drew(place, message);
    const others = await this.#redrawAll(event.subject, event.data.proposalId);
    return says(this.#desk.posted(mark, place, { threadTs: root.ts }), ...others);
  }

  /** The card is on the log: what changed meanwhile is drawn, and each member gets a copy. */
  async #spread(delivery: GateDelivery, event: KnownEvent<"message.posted">): Promise<Handled> {
    const { eventId, proposalId = "", kind } = event.data;
    const others = await this.#redrawAll(event.subject, proposalId);
    if (kind === "direct") return says(...others);
    const thread = await this.#desk.read(event.subject);
    const request = requestOf(thread, eventId);
    if (request === undefined || !request.mentions || cardState(thread, request) !== "open") {
      return says(...others);
    }
    const { channel, ts } = event.data;
    const copies = await this.#direct.send({ thread, request, card: { channel, ts } }, deliveredOf(delivery));
    return says(...others, ...copies);
  }

  /** The card is drawn again; what an edit would tell nobody is said in a message of its own. */
  async #change(
    delivery: GateDelivery,
    event: StateEvent | KnownEvent<"info.requested" | "info.answered">,
  ): Promise<Handled> {
    const { proposalId } = event.data;
    const redrawn = await this.#redrawAll(event.subject, proposalId);
    const thread = await this.#desk.read(event.subject);
    const message = await this.#told(event, thread);
    if (message === undefined) return says(...redrawn);
    const handled = await this.#say(delivery, message, proposalId);
    return "events" in handled ? says(...redrawn, ...handled.events) : says(...redrawn);
  }

  async #told(
    event: StateEvent | KnownEvent<"info.requested" | "info.answered">,
    thread: CaseThread,
  ): Promise<Message | undefined> {
    const { subject } = event;
    if (isEvent(event, "info.requested")) return infoRequested(subject, event.data);
    if (isEvent(event, "info.answered")) {
      return infoAnswered(subject, event.data, stepsOf(thread.traces, event.id));
    }
    const next = isEvent(event, "action.overdue") ? event.data.nextTier : undefined;
    return stateNotice(event, thread, await this.#desk.look(thread, next === undefined ? [] : [next.role]));
  }

  /** For a reconciler: whatever stands in Slack, every card and copy of the case is drawn anew. */
  repair(caseId: string, proposalIds: readonly string[]): Promise<Draft[]> {
    return this.#perCase.run(caseId, async () => {
      const drafts: Draft[] = [];
      for (const proposalId of proposalIds) drafts.push(...(await this.#redrawAll(caseId, proposalId)));
      return drafts;
    });
  }

  /** Every copy of a proposal's cards, and of those asked with it, says what the log says now. */
  async #redrawAll(caseId: string, proposalId: string): Promise<Draft[]> {
    const thread = await this.#desk.read(caseId);
    const look = await this.#desk.look(thread);
    const reposted: Draft[] = [];
    const together = new Set(
      thread.requests
        .filter(({ handoff }) => handoff.proposalId === proposalId)
        .flatMap((request) => siblingsOf(thread, request).map(({ handoff }) => handoff.proposalId)),
    );
    for (const posted of thread.messages) {
      const request = posted.kind === "gate" ? requestOf(thread, posted.eventId) : undefined;
      if (request === undefined || !together.has(request.handoff.proposalId)) continue;
      const message = gateCard(request, { thread, look });
      const place = { channel: posted.channel, ts: posted.ts };
      const draft = await this.#redraw(thread, request, { place, message });
      if (draft !== undefined) reposted.push(draft);
    }
    await this.#direct.redraw(thread, proposalId);
    return reposted;
  }

  /** A card that somebody deleted while it was open is posted again. */
  async #redraw(
    thread: CaseThread,
    request: Request,
    { place, message }: { place: Place; message: Message },
  ): Promise<Draft | undefined> {
    const mark = markOf(thread, request);
    const last = thread.messages.findLast((m) => m.kind === "gate" && m.eventId === request.eventId);
    try {
      await this.#desk.redraw(this.#outbox, { place, mark, message });
      return undefined;
    } catch (error) {
      if (!(error instanceof MessageGone)) throw error;
    }
    const root = this.#desk.roots.of(thread);
    if (root === undefined || last?.ts !== place.ts || cardState(thread, request) !== "open")
      return undefined;
    const post = { channel: root.channel, threadTs: root.ts, broadcast: request.mentions, mark, message };
    this.#once.forget(post);
    const again = await this.#once.post(this.#outbox, post, { deliveries: 1, since: 0 });
    this.#desk.drew(again, message);
    return this.#desk.posted(mark, again, { threadTs: root.ts });
  }

  /** A reply in the thread that mentions the group: an edit would notify nobody. */
  async #remind(delivery: GateDelivery, event: KnownEvent<"handoff.reminded">): Promise<Handled> {
    const thread = await this.#desk.read(event.subject);
    const { proposalId } = event.data;
    const request = thread.requests.findLast((asked) => asked.handoff.proposalId === proposalId);
    if (request === undefined || proposalOf(thread, proposalId)?.status !== "pending") {
      return skip(`${proposalId} is not open any more`);
    }
    const look = await this.#desk.look(thread);
    const calls = firstOpen(thread, request) === request;
    const message = reminder(thread, request, calls ? look : { ...look, mentions: new Map() });
    return this.#say(delivery, message, proposalId);
  }

  async #say(delivery: GateDelivery, message: Message, proposalId?: string): Promise<Handled> {
    const { event } = delivery;
    const thread = await this.#desk.read(event.subject);
    const root = this.#desk.roots.of(thread);
    if (root === undefined) return skip(`${event.subject} has no thread`);
    const proposal = proposalId === undefined ? {} : { proposal_id: proposalId };
    const mark: Mark = { event_id: event.id, kind: "notice", case_id: event.subject, ...proposal };
    const post: NewPost = { channel: root.channel, threadTs: root.ts, mark, message };
    await this.#outbox.turn(root.channel);
    const place = await this.#once.post(this.#outbox, post, deliveredOf(delivery));
    return says(this.#desk.posted(mark, place, { threadTs: root.ts }));
  }
}

/** Of a hand-off's open requests the first calls the group: one mention, not one a proposal. */
function firstOpen(thread: CaseThread, request: Request): Request | undefined {
  const { role } = request.handoff.bar.addressed;
  return thread.requests.find(
    (other) =>
      other.tier === request.tier &&
      other.handoff.bar.addressed.role === role &&
      cardState(thread, other) === "open",
  );
}

function markOf(thread: CaseThread, request: Request): Mark {
  const { caseId } = thread.file;
  return {
    event_id: request.eventId,
    kind: "gate",
    case_id: caseId,
    proposal_id: request.handoff.proposalId,
  };
}
