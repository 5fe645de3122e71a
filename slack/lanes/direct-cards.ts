/**
 * A direct message to each member of the on-call group: what waits and the way to the card. One a person, case
 * and hand-off; it holds no decision buttons, so that there is one place where something is decided.
 */
import type { Draft } from "../../src/bus/bus.ts";
import type { Directory } from "../../src/gate/directory.ts";
import { directMessage } from "../blocks/notices.ts";
import { requestOf, type CaseThread, type Request } from "../case-thread.ts";
import { handoffOf } from "../handoffs.ts";
import type { Links } from "../links.ts";
import { MessageGone, type Mark, type Outbox, type Place } from "../outbox.ts";
import { isUserId } from "../text.ts";
import type { Desk } from "./desk.ts";
import { PostOnce, type Delivered } from "./post-once.ts";

/** More than so many are not written to one by one: the mention reaches them. */
const mostMembers = 30;

export interface ToSend {
  readonly thread: CaseThread;
  readonly request: Request;
  readonly card: Place;
}

export class DirectCards {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  readonly #directory: Pick<Directory, "onCall">;
  readonly #links: Links;
  readonly #once = new PostOnce();

  constructor(desk: Desk, outbox: Outbox, options: { directory: Pick<Directory, "onCall">; links: Links }) {
    this.#desk = desk;
    this.#outbox = outbox;
    this.#directory = options.directory;
    this.#links = options.links;
  }

  /** @throws SlackDown */
  async send({ thread, request, card }: ToSend, delivered: Delivered): Promise<Draft[]> {
    const link = await this.#links.to(card);
    const message = directMessage(thread, request, link);
    const mark = directMark(thread, request);
    const drafts: Draft[] = [];
    for (const user of await this.#members(request)) {
      const channel = await this.#outbox.directChannel(user);
      if (channel === undefined || isSent(thread, request, channel)) continue;
      await this.#outbox.turn(channel);
      const place = await this.#once.post(this.#outbox, { channel, mark, message }, delivered);
      this.#desk.drew(place, message);
      drafts.push(this.#desk.posted(mark, place));
    }
    return drafts;
  }

  /** Every copy that lists this proposal. @throws SlackDown */
  async redraw(thread: CaseThread, proposalId: string): Promise<void> {
    for (const posted of thread.messages) {
      const first = posted.kind === "direct" ? requestOf(thread, posted.eventId) : undefined;
      if (first === undefined) continue;
      if (!handoffOf(thread, first).some(({ handoff }) => handoff.proposalId === proposalId)) continue;
      const card = thread.messages.findLast((m) => m.kind === "gate" && m.eventId === first.eventId);
      const link = card === undefined ? undefined : await this.#links.to(card);
      const place = { channel: posted.channel, ts: posted.ts };
      const message = directMessage(thread, first, link);
      try {
        await this.#desk.redraw(this.#outbox, { place, mark: directMark(thread, first), message });
      } catch (error) {
        if (!(error instanceof MessageGone)) throw error;
      }
    }
  }

  async #members(request: Request): Promise<string[]> {
    const { role } = request.handoff.bar.addressed;
    const answer = await this.#directory.onCall(role);
    if (answer.kind === "unavailable") {
      this.#desk.options.diagnostics.warn({ role, why: answer.why }, "slack: no direct copies of a card");
      return [];
    }
    const people = answer.members.filter((member) => !member.bot && !member.deactivated);
    return people
      .map((member) => member.principal.user)
      .filter(isUserId)
      .slice(0, mostMembers);
  }
}

function directMark(thread: CaseThread, { eventId, handoff }: Request): Mark {
  return {
    ...{ event_id: eventId, kind: "direct", case_id: thread.file.caseId },
    proposal_id: handoff.proposalId,
  };
}

function isSent(thread: CaseThread, request: Request, channel: string): boolean {
  return thread.messages.some(
    (m) => m.kind === "direct" && m.eventId === request.eventId && m.channel === channel,
  );
}
