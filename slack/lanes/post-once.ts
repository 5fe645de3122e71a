/**
 * A post happens once. Slack has no idempotency key, so three things together see to it: what this process has
 * posted is remembered until the log has it; an entry that is delivered again after a crash, or a call whose
 * answer was lost, is looked up in Slack by its metadata before anything is posted; everything else posts at once.
 */
import { Recent } from "./recent.ts";
import { SlackDown, type NewPost, type Outbox, type Place } from "../outbox.ts";

export interface Delivered {
  /** More than 1: a process died with this entry in hand, maybe after Slack took the message. */
  readonly deliveries: number;
  /** When the event was said, milliseconds: nothing of it can be in Slack before. */
  readonly since: number;
}

/** Slack's clock and ours may differ by so much. */
const clockSkewMs = 120_000;

export class PostOnce {
  readonly #posted = new Recent<Place>(5_000);
  readonly #unsure = new Set<string>();

  async post(outbox: Outbox, post: NewPost, { deliveries, since }: Delivered): Promise<Place> {
    const key = keyOf(post);
    const known = this.#posted.get(key);
    if (known !== undefined) return known;
    if (deliveries > 1 || this.#unsure.has(key)) {
      const { channel, threadTs, mark } = post;
      const thread = threadTs === undefined ? {} : { threadTs };
      const found = await outbox.find({ channel, ...thread, mark, since: Math.max(0, since - clockSkewMs) });
      if (found !== undefined) return this.#remember(key, found);
    }
    try {
      return this.#remember(key, await outbox.post(post));
    } catch (error) {
      if (error instanceof SlackDown && error.unsure) this.#unsure.add(key);
      throw error;
    }
  }

  /** Where this process posted it last. */
  known(post: Pick<NewPost, "mark" | "channel">): Place | undefined {
    return this.#posted.get(keyOf(post));
  }

  /** Somebody deleted the message: the next post of it is a new one. */
  forget(post: Pick<NewPost, "mark" | "channel">): void {
    this.#posted.delete(keyOf(post));
  }

  #remember(key: string, place: Place): Place {
    this.#unsure.delete(key);
    this.#posted.set(key, place);
    return place;
  }
}

/** A direct message is one a person, a root one a case, everything else one an event. */
function keyOf({ mark, channel }: Pick<NewPost, "mark" | "channel">): string {
  if (mark.kind === "root") return `root ${mark.case_id}`;
  return `${mark.kind} ${mark.event_id}${mark.kind === "direct" ? ` ${channel}` : ""}`;
}
