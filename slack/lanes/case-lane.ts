/**
 * The case lane: the root and one reply a role. It waits its turn in each channel; the root is drawn again at most
 * once for all that happened while an earlier drawing was under way.
 */
import { says, skip, type Delivery, type Handled, type Subscription } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { findingMessage, findingTypes, roleOf, type Finding } from "../blocks/finding.ts";
import { caseActTypes, caseNotice } from "../blocks/case-notices.ts";
import { rootMessage, worthThread } from "../blocks/root.ts";
import { rootOf, type CaseThread } from "../case-thread.ts";
import { eventSource, lanes } from "../ids.ts";
import { MessageGone, type Mark, type NewPost, type Outbox, type Place } from "../outbox.ts";
import { deliveredOf, orStop, type Desk } from "./desk.ts";
import { PostOnce } from "./post-once.ts";
import { Coalescer, KeyedQueue } from "./queue.ts";

/** What roles wait for: a model, or that somebody lets them go on. */
const waitTypes = [
  ...(["model.unavailable", "model.recovered", "model.failed_over"] as const),
  ...(["role.paused", "role.resumed"] as const),
];
/** The cases that changed last; each is a call of Slack's, and the others say it when something else happens on them. */
const mostWaiting = 50;

/** What changes the root of its case. */
const drawing = [
  "alert.grouped",
  ...findingTypes,
  "case.escalated",
  "handoff.requested",
  "handoff.rerouted",
  "action.decided",
  "action.executed",
  "action.abandoned",
  "action.lapsed",
  "action.revoked",
  "finding.rated",
  ...caseActTypes,
] as const satisfies readonly EventType[];
const types = [...waitTypes, ...drawing] as const;
type CaseDelivery = Delivery<(typeof types)[number]>;

export function startCaseLane(desk: Desk, lane: CaseLane): Subscription {
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
    const { event } = delivery;
    if (isEvent(event, ...waitTypes)) return this.#redrawWaiting();
    if (isEvent(event, "alert.grouped") && !isShownCount(event.data.count))
      return skip("shown with a later one");
    const { subject: caseId } = event;
    const handled = await this.#perCase.run(caseId, () => this.#reply(delivery));
    if ("skip" in handled || (await this.#drawsLater(delivery))) return handled;
    await this.#rootUpdates.run(caseId, () => this.#drawRoot(caseId));
    return handled;
  }

  /** In a storm this lane is behind: the last entry of the case draws the root for all before it. */
  async #drawsLater({ event: { subject }, position: after }: CaseDelivery): Promise<boolean> {
    for await (const { event } of this.#desk.options.bus.read({ subject, types: drawing, after })) {
      if (!isEvent(event, "alert.grouped") || isShownCount(event.data.count)) return true;
    }
    return false;
  }

  /** That no model answers, or that a role is paused, stands at the head of each case that waits for it. */
  async #redrawWaiting(): Promise<Handled> {
    const { board } = this.#desk;
    await board.catchUp();
    const open = board.cases().filter((each) => !each.closed);
    for (const { caseId } of open.slice(-mostWaiting))
      await this.#rootUpdates.run(caseId, () => this.#drawRoot(caseId));
    return says();
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
    if (isEvent(event, ...findingTypes)) return this.#finding(delivery, { finding: event, thread, root });
    if (isEvent(event, "finding.rated")) return this.#rated(event.data.eventId, thread);
    if (!isEvent(event, ...caseActTypes) || isOnProposal(event)) return says();
    const mark: Mark = { event_id: event.id, kind: "notice", case_id: event.subject };
    const post: NewPost = { channel: root.channel, threadTs: root.ts, mark, message: caseNotice(event) };
    return this.#notice(delivery, post);
  }

  async #notice(delivery: CaseDelivery, post: NewPost): Promise<Handled> {
    await this.#outbox.turn(post.channel);
    const place = await this.#once.post(this.#outbox, post, deliveredOf(delivery));
    const thread = post.threadTs === undefined ? {} : { threadTs: post.threadTs };
    return says(this.#desk.posted(post.mark, place, thread));
  }

  /** The finding's own message shows what people say of it. */
  async #rated(eventId: string, thread: CaseThread): Promise<Handled> {
    const posted = thread.messages.findLast((m) => m.kind === "finding" && m.eventId === eventId);
    const finding = await this.#findingOf(thread.file.caseId, eventId);
    if (posted === undefined || finding === undefined) return says();
    const mark: Mark = { event_id: eventId, kind: "finding", case_id: thread.file.caseId };
    const place = { channel: posted.channel, ts: posted.ts };
    await this.#edited(place, mark, findingMessage(finding, thread));
    return says();
  }

  async #findingOf(caseId: string, eventId: string): Promise<Finding | undefined> {
    for await (const { event } of this.#desk.options.bus.read({ subject: caseId, types: findingTypes })) {
      if (isEvent(event, ...findingTypes) && event.id === eventId) return event;
    }
    return undefined;
  }

  /** One reply a role and case: a second answer of the role edits the first. */
  async #finding(
    delivery: CaseDelivery,
    { finding, thread, root }: { finding: Finding; thread: CaseThread; root: Place },
  ): Promise<Handled> {
    const role = roleOf(finding);
    const more = { ...(role === undefined ? {} : { role }), threadTs: root.ts };
    const message = findingMessage(finding, thread);
    const mark: Mark = { event_id: finding.id, kind: "finding", case_id: finding.subject };
    const before = thread.messages.findLast(
      (posted) =>
        posted.kind === "finding" &&
        (role === undefined ? posted.eventId === finding.id : posted.role === role),
    );
    if (before !== undefined) {
      const place = { channel: before.channel, ts: before.ts };
      if (before.eventId === finding.id) return says();
      if (await this.#edited(place, mark, message)) return says(this.#desk.posted(mark, place, more));
    }
    const post: NewPost = { channel: root.channel, threadTs: root.ts, mark, message };
    await this.#outbox.turn(root.channel);
    const place = await this.#once.post(this.#outbox, post, deliveredOf(delivery));
    return says(this.#desk.posted(mark, place, more));
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

  /** For a reconciler: the root is drawn anew, and posted again if it is gone. */
  async repairRoot(caseId: string): Promise<void> {
    await this.#rootUpdates.run(caseId, () => this.#drawRoot(caseId));
    const thread = await this.#desk.read(caseId);
    if (this.#desk.roots.of(thread) !== undefined) return;
    const eventId = rootOf(thread)?.eventId ?? caseId;
    const look = await this.#desk.look(thread);
    const delivered = { deliveries: 1, since: 0 };
    await this.#desk.roots.ensure({ thread, look, outbox: this.#outbox, eventId, delivered });
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

/** 2 to 10, 20, 30 … 100, 200 …: a storm must not spend Slack's calls on counting itself. */
function isShownCount(count: number): boolean {
  const step = 10 ** Math.floor(Math.log10(count));
  return count % step === 0;
}

/** Who takes on a proposal is shown on its card. */
function isOnProposal({ data }: { readonly data: object }): boolean {
  return "proposalId" in data && data.proposalId !== undefined;
}
