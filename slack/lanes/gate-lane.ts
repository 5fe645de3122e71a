/**
 * The gate lane: cards that ask people, every copy of them, and what one person is told. It has a client of its
 * own and never waits for its turn, so that a storm of findings cannot hold a card up.
 */
import { says, skip, type Delivery, type Draft, type Handled, type Subscription } from "../../src/bus/bus.ts";
import { reasonOf } from "../../src/errors.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { gateCard } from "../blocks/gate-card.ts";
import { infoAnswered, infoRequested, reminder } from "../blocks/notices.ts";
import { cardState } from "../card-state.ts";
import { proposalOf, questionOf, requestOf, type CaseThread, type Request } from "../case-thread.ts";
import { stateNotice, stateTypes, type StateEvent } from "../blocks/state-notices.ts";
import type { Message } from "../limits.ts";
import { stepsOf } from "../traces.ts";
import { eventSource, lanes } from "../ids.ts";
import { waitingFor, waitsFor } from "../plan-order.ts";
import type { Mark, NewPost, Outbox } from "../outbox.ts";
import { deliveredOf, orStop, type Desk } from "./desk.ts";
import { redrawSame } from "./same-cards.ts";
import { firstOpen, firstRequest, markOf } from "./card-of.ts";
import { PostOnce, type Delivered } from "./post-once.ts";
import { KeyedQueue } from "./queue.ts";
import { tellRefusal } from "./refusals.ts";
import { StandingCards } from "./standing-cards.ts";

const types = [
  "handoff.requested",
  "handoff.rerouted",
  "handoff.opened",
  "handoff.unposted",
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
/** What cards of other cases that ask for the same say too. */
const changing = [
  "handoff.requested",
  "action.decided",
  "action.executed",
  "action.rolled_back",
] as const satisfies readonly EventType[];
type GateDelivery = Delivery<(typeof types)[number]>;
type Asked = KnownEvent<"handoff.requested" | "handoff.rerouted">;

/**
 * Of the messages only cards concern this lane: once one is on the log, what has changed since it was drawn is drawn.
 */
function wants(event: KnownEvent<(typeof types)[number]>): boolean {
  if (isEvent(event, "message.posted")) return event.data.kind === "gate";
  return !isEvent(event, "case.assigned") || event.data.proposalId !== undefined;
}

/** A reconciler has no entry in hand: what a process before this one left is looked for whenever a card is gone. */
const sought: Delivered = { deliveries: 2, since: 0 };

export function startGateLane(desk: Desk, lane: GateLane): Subscription {
  return desk.options.bus.subscribe(lanes.gate, types, (delivery) => orStop(() => lane.handle(delivery)), {
    source: eventSource,
    concurrency: 8,
    confirmed: true,
    wants,
  });
}

export class GateLane {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  readonly #once = new PostOnce();
  readonly #standing: StandingCards;
  readonly #perCase = new KeyedQueue();
  /** A root and its card stand before the next case has its turn: of many, the first are not kept waiting for all. */
  readonly #perChannel = new KeyedQueue();

  constructor(desk: Desk, outbox: Outbox) {
    this.#desk = desk;
    this.#outbox = outbox;
    this.#standing = new StandingCards(desk, outbox, this.#once);
  }

  /** @throws SlackDown */
  async handle(delivery: GateDelivery): Promise<Handled> {
    const { event } = delivery;
    const handled = await this.#perCase.run(event.subject, () => this.#route(delivery));
    if (isEvent(event, ...changing)) {
      const others = { desk: this.#desk, outbox: this.#outbox, perCase: this.#perCase };
      // Nothing waits for it: the entry that is in hand may be the card itself.
      redrawSame(others, { caseId: event.subject, proposalId: event.data.proposalId }).catch(
        (error: unknown) => {
          const { diagnostics } = this.#desk.options;
          diagnostics.warn({ error: reasonOf(error) }, "slack: cards of the same action");
        },
      );
    }
    return handled;
  }

  async #route(delivery: GateDelivery): Promise<Handled> {
    const { event } = delivery;
    if (isEvent(event, "decision.refused")) return tellRefusal(this.#desk, this.#outbox, event);
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) return this.#ask(delivery, event);
    if (isEvent(event, "handoff.unposted")) return this.#postNow(delivery, event);
    if (isEvent(event, "handoff.reminded")) return this.#remind(delivery, event);
    if (isEvent(event, "info.requested", "info.answered", ...stateTypes)) {
      return this.#change(delivery, event);
    }
    return says(...(await this.#redrawAll(delivery, event.data.proposalId ?? "")));
  }

  /** Posts the card of one tier, in its place in the plan; earlier cards of the proposal lose their buttons. */
  async #ask(delivery: GateDelivery, event: Asked): Promise<Handled> {
    const thread = await this.#desk.read(event.subject);
    const { proposalId } = event.data;
    const isFirst = firstRequest(thread, proposalId)?.eventId === event.id;
    const before = isFirst ? waitsFor(thread.plans, proposalId) : undefined;
    if (before !== undefined) return skip(`its card is posted after that of ${before}, as the plan has it`);
    const request = requestOf(thread, event.id);
    const posted = request === undefined ? [] : await this.#post(delivery, thread, request);
    const after = isFirst ? await this.#postWaiting(delivery, thread, proposalId) : [];
    return says(...posted, ...after, ...(await this.#redrawAll(delivery, proposalId)));
  }

  /** The cards that could not be posted before this proposal's was. */
  async #postWaiting(delivery: GateDelivery, thread: CaseThread, proposalId: string): Promise<Draft[]> {
    const drafts: Draft[] = [];
    for (const id of waitingFor(thread.plans, proposalId)) {
      const request = firstRequest(thread, id);
      if (request !== undefined) drafts.push(...(await this.#post(delivery, thread, request)));
    }
    return drafts;
  }

  /** Nobody has seen it: whatever it waited for, it waits no longer. */
  async #postNow(delivery: GateDelivery, event: KnownEvent<"handoff.unposted">): Promise<Handled> {
    const thread = await this.#desk.read(event.subject);
    const { proposalId, tier } = event.data;
    const request = thread.requests.findLast(
      (one) => one.handoff.proposalId === proposalId && one.tier === tier,
    );
    const stands = thread.messages.some((m) => m.kind === "gate" && m.eventId === request?.eventId);
    if (request === undefined || stands) return skip(`${proposalId} has its card`);
    return says(...(await this.#post(delivery, thread, request)));
  }

  /** Nothing for what is not open any more. */
  #post(delivery: GateDelivery, thread: CaseThread, request: Request): Promise<Draft[]> {
    const channel = this.#desk.roots.channelOf(thread);
    return this.#perChannel.run(channel, () => this.#postNext(delivery, request));
  }

  /** Read again: it may have waited. */
  async #postNext(delivery: GateDelivery, { eventId }: Request): Promise<Draft[]> {
    const thread = await this.#desk.read(delivery.event.subject);
    const request = requestOf(thread, eventId);
    if (request === undefined || cardState(thread, request) !== "open") return [];
    const look = await this.#desk.look(thread);
    const root = await this.#desk.roots.ensure({
      ...{ thread, look, outbox: this.#outbox, eventId: request.eventId },
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
    return [this.#desk.posted(mark, place, { threadTs: root.ts })];
  }

  /** The card is drawn again; what an edit would tell nobody is said in a message of its own. */
  async #change(
    delivery: GateDelivery,
    event: StateEvent | KnownEvent<"info.requested" | "info.answered">,
  ): Promise<Handled> {
    const { proposalId } = event.data;
    const redrawn = await this.#redrawAll(delivery, proposalId);
    const thread = await this.#desk.read(event.subject);
    const message = await this.#told(event, thread);
    // One that nobody was asked about may still be what a later card of its plan waits for.
    const unasked = event.type === "action.decided" && firstRequest(thread, proposalId) === undefined;
    const after = unasked ? await this.#postWaiting(delivery, thread, proposalId) : [];
    if (message === undefined) return says(...redrawn, ...after);
    const handled = await this.#say(delivery, message, proposalId);
    return says(...redrawn, ...after, ...("events" in handled ? handled.events : []));
  }

  async #told(
    event: StateEvent | KnownEvent<"info.requested" | "info.answered">,
    thread: CaseThread,
  ): Promise<Message | undefined> {
    const { subject } = event;
    if (isEvent(event, "info.requested")) return this.#question(event, thread);
    if (isEvent(event, "info.answered")) {
      return infoAnswered(subject, event.data, stepsOf(thread.traces, event.id));
    }
    const next = isEvent(event, "action.overdue") ? event.data.nextTier : undefined;
    return stateNotice(event, thread, await this.#desk.look(thread, next === undefined ? [] : [next.role]));
  }

  /** With a button of its own: whoever knows the answer need not find the card. */
  async #question(event: KnownEvent<"info.requested">, thread: CaseThread): Promise<Message | undefined> {
    const request = requestOf(thread, questionOf(thread, event.id)?.askedOf ?? "");
    if (request === undefined) return undefined;
    const { cardRef } = await this.#desk.look(thread);
    return infoRequested(event.subject, event.data, cardRef(thread, request));
  }

  /** For a reconciler: whatever stands in Slack, every card of these proposals is drawn anew. */
  repair(caseId: string, proposalIds: readonly string[]): Promise<Draft[]> {
    return this.#perCase.run(caseId, async () => {
      const drafts: Draft[] = [];
      for (const proposalId of proposalIds) {
        drafts.push(...(await this.#standing.redraw(caseId, proposalId, sought)));
      }
      return drafts;
    });
  }

  #redrawAll(delivery: GateDelivery, proposalId: string): Promise<Draft[]> {
    return this.#standing.redraw(delivery.event.subject, proposalId, deliveredOf(delivery));
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
