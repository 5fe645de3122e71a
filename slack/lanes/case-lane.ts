/**
 * The case lane: the root and one reply a role. It waits its turn in each channel; the root is drawn again at most
 * once for all that happened while an earlier drawing was under way.
 */
import { says, skip, type Delivery, type Handled, type Subscription } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { findingMessage, findingTypes, roleOf, type Finding } from "../blocks/finding.ts";
import { rootMessage, worthThread } from "../blocks/root.ts";
import type { CaseThread } from "../case-thread.ts";
import { eventSource, lanes } from "../ids.ts";
import { MessageGone, type Mark, type NewPost, type Outbox, type Place } from "../outbox.ts";
import { deliveredOf, orStop, type Desk } from "./desk.ts";
import { PostOnce } from "./post-once.ts";
import { Coalescer, KeyedQueue } from "./queue.ts";

const types = [
  ...findingTypes,
  "case.escalated",
  "handoff.requested",
  "handoff.rerouted",
  "action.decided",
  "action.executed",
  "action.abandoned",
  "action.lapsed",
  "action.revoked",
  "case.labelled",
  "case.closed",
  "case.reopened",
] as const satisfies readonly EventType[];
type CaseDelivery = Delivery<(typeof types)[number]>;

export function startCaseLane(desk: Desk, outbox: Outbox): Subscription {
  const lane = new CaseLane(desk, outbox);
  return desk.options.bus.subscribe(lanes.case, types, (delivery) => orStop(() => lane.handle(delivery)), {
    source: eventSource,
    concurrency: 8,
  });
}

export class CaseLane {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  readonly #once = new PostOnce();
  readonly #perCase = new KeyedQueue();
  readonly #rootUpdates = new Coalescer();

  constructor(desk: Desk, outbox: Outbox) {
    this.#desk = desk;
    this.#outbox = outbox;
  }

  /** @throws SlackDown */
  async handle(delivery: CaseDelivery): Promise<Handled> {
    const { subject: caseId } = delivery.event;
    const handled = await this.#perCase.run(caseId, () => this.#reply(delivery));
    if (!("skip" in handled)) await this.#rootUpdates.run(caseId, () => this.#drawRoot(caseId));
    return handled;
  }

  async #reply(delivery: CaseDelivery): Promise<Handled> {
    const { event } = delivery;
    const thread = await this.#desk.read(event.subject);
    const { threadPriority } = this.#desk.options.config;
    if (!worthThread(thread, threadPriority)) return skip(`${event.subject} needs no thread`);
    const look = await this.#desk.look(thread);
    const root = await this.#desk.roots.ensure({
      ...{ thread, look, outbox: this.#outbox, eventId: event.id },
      delivered: deliveredOf(delivery),
    });
    return isEvent(event, ...findingTypes)
      ? this.#finding(delivery, { finding: event, thread, root })
      : says();
  }

  /** One reply a role and case: a second answer of the role edits the first. */
  async #finding(
    delivery: CaseDelivery,
    { finding, thread, root }: { finding: Finding; thread: CaseThread; root: Place },
  ): Promise<Handled> {
    const role = roleOf(finding);
    const message = findingMessage(finding);
    const mark: Mark = { event_id: finding.id, kind: "finding", case_id: finding.subject };
    const before = thread.messages.findLast((posted) => posted.kind === "finding" && posted.role === role);
    if (before !== undefined) {
      const place = { channel: before.channel, ts: before.ts };
      if (before.eventId === finding.id) return says();
      if (await this.#edited(place, mark, message))
        return says(this.#desk.posted(mark, place, { role, threadTs: root.ts }));
    }
    const post: NewPost = { channel: root.channel, threadTs: root.ts, mark, message };
    await this.#outbox.turn(root.channel);
    const place = await this.#once.post(this.#outbox, post, deliveredOf(delivery));
    return says(this.#desk.posted(mark, place, { role, threadTs: root.ts }));
  }

  async #edited(place: Place, mark: Mark, message: NewPost["message"]): Promise<boolean> {
    try {
      await this.#desk.redraw(this.#outbox, { place, mark, message });
      return true;
    } catch (error) {
      if (error instanceof MessageGone) return false;
      throw error;
    }
  }

  async #drawRoot(caseId: string): Promise<void> {
    const thread = await this.#desk.read(caseId);
    const place = this.#desk.roots.of(thread);
    if (place === undefined) return;
    const logged = thread.messages.find((posted) => posted.ts === place.ts);
    const mark: Mark = { event_id: logged?.eventId ?? caseId, kind: "root", case_id: caseId };
    const message = rootMessage(thread, await this.#desk.look(thread));
    if (!(await this.#edited(place, mark, message))) this.#desk.roots.gone(thread, place);
  }
}
