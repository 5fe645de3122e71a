/** The cards of a case that stand in Slack: drawn again when something changes, posted again when somebody deleted one. */
import type { Draft } from "../../src/bus/bus.ts";
import { gateCard } from "../blocks/gate-card.ts";
import { cardState } from "../card-state.ts";
import { requestOf, type CaseThread, type Request } from "../case-thread.ts";
import { siblingsOf } from "../handoffs.ts";
import type { Message } from "../limits.ts";
import { MessageGone, type NewPost, type Outbox, type Place } from "../outbox.ts";
import { markOf } from "./card-of.ts";
import type { Desk } from "./desk.ts";
import type { Delivered, PostOnce } from "./post-once.ts";

/** What a card is to say, and whether a process before this one may have posted it again already. */
interface Drawing {
  readonly place: Place;
  readonly message: Message;
  readonly delivered: Delivered;
}

export class StandingCards {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  /** The lane's own: what it has posted. */
  readonly #once: PostOnce;

  constructor(desk: Desk, outbox: Outbox, once: PostOnce) {
    this.#desk = desk;
    this.#outbox = outbox;
    this.#once = once;
  }

  /** Every copy of a proposal's cards, and of those asked with it, says what the log says now. @throws SlackDown */
  async redraw(caseId: string, proposalId: string, delivered: Delivered): Promise<Draft[]> {
    const thread = await this.#desk.read(caseId);
    const look = await this.#desk.look(thread);
    const reposted: Draft[] = [];
    const together = new Set(
      thread.requests
        .filter(({ handoff }) => handoff.proposalId === proposalId)
        .flatMap((request) => siblingsOf(thread, request).map(({ handoff }) => handoff.proposalId)),
    );
    for (const { kind, eventId, channel, ts } of thread.messages) {
      const request = kind === "gate" ? requestOf(thread, eventId) : undefined;
      if (request === undefined || !together.has(request.handoff.proposalId)) continue;
      const message = gateCard(request, { thread, look });
      const draft = await this.#one(thread, request, { place: { channel, ts }, message, delivered });
      if (draft !== undefined) reposted.push(draft);
    }
    return reposted;
  }

  /**
   * A card that somebody deleted while it was open is posted again, once: until the log has its new place, every
   * event of the case finds the old one there.
   */
  async #one(thread: CaseThread, request: Request, drawing: Drawing): Promise<Draft | undefined> {
    const { place, message } = drawing;
    const mark = markOf(thread, request);
    const last = thread.messages.findLast((m) => m.kind === "gate" && m.eventId === request.eventId);
    const isLast = last?.ts === place.ts;
    const known = isLast ? this.#once.known({ mark, channel: place.channel }) : undefined;
    const stands = known ?? place;
    try {
      await this.#desk.redraw(this.#outbox, { place: stands, mark, message });
      // Said again until the log has it: the entry that said it first may not have come through.
      return stands.ts === place.ts ? undefined : this.#said(thread, request, stands);
    } catch (error) {
      if (!(error instanceof MessageGone)) throw error;
    }
    if (!isLast || cardState(thread, request) !== "open") return undefined;
    return this.#again(thread, request, { ...drawing, place: stands });
  }

  async #again(
    thread: CaseThread,
    request: Request,
    { place, message, delivered }: Drawing,
  ): Promise<Draft | undefined> {
    const root = this.#desk.roots.of(thread);
    if (root === undefined) return undefined;
    const post: NewPost = {
      ...{ channel: root.channel, threadTs: root.ts, broadcast: request.mentions },
      ...{ mark: markOf(thread, request), message },
    };
    this.#once.forget(post);
    const stands = await this.#once.post(this.#outbox, post, delivered);
    // Found where it was: Slack does not take an edit of it any more.
    if (stands.ts === place.ts) return undefined;
    this.#desk.drew(stands, message);
    return this.#said(thread, request, stands);
  }

  #said(thread: CaseThread, request: Request, place: Place): Draft {
    const root = this.#desk.roots.of(thread);
    const more = root === undefined ? {} : { threadTs: root.ts };
    return this.#desk.posted(markOf(thread, request), place, more);
  }
}
