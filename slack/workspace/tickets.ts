/** Short-lived bearer capabilities: trigger ids (3 s, once) and response URLs (30 minutes, five uses). */
import type { Clock, NewId } from "./clock.ts";
import { LIMITS } from "./limits.ts";
import { SlackError } from "./slack-error.ts";

interface Trigger {
  user: string;
  at: number;
  used: boolean;
  /** The modal the person was in, if any: only from there can another be pushed. */
  viewId: string | undefined;
}

/** Where a response URL leads. `source` is the message whose button was pressed, if one was. */
export interface Reply {
  user: string;
  channel: string;
  source: { ts: string; onlyFor: string | undefined } | undefined;
}

export class Tickets {
  readonly #clock: Clock;
  readonly #newId: NewId;
  readonly #triggers = new Map<string, Trigger>();
  readonly #replies = new Map<string, Reply & { at: number; uses: number }>();

  constructor(clock: Clock, newId: NewId) {
    this.#clock = clock;
    this.#newId = newId;
  }

  trigger(user: string, viewId?: string): string {
    const now = this.#clock.now();
    for (const [id, trigger] of this.#triggers)
      if (now - trigger.at > LIMITS.responseUrlMs) this.#triggers.delete(id);
    const id = `${now}.${this.#newId("").toLowerCase()}.${this.#newId("").toLowerCase()}`;
    this.#triggers.set(id, { user, at: now, used: false, viewId });
    return id;
  }

  /** Spends a trigger. Throws Slack's codes for one that is unknown, spent or more than three seconds old. */
  spend(id: string): { user: string; viewId: string | undefined } {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) throw new SlackError("invalid_trigger_id");
    if (trigger.used) throw new SlackError("exchanged_trigger_id");
    if (this.#clock.now() - trigger.at > LIMITS.triggerMs) throw new SlackError("expired_trigger_id");
    trigger.used = true;
    return { user: trigger.user, viewId: trigger.viewId };
  }

  /** Path of a new response URL. */
  replyPath(reply: Reply): string {
    const now = this.#clock.now();
    for (const [id, old] of this.#replies) if (now - old.at > LIMITS.responseUrlMs) this.#replies.delete(id);
    const id = `${this.#newId("")}${this.#newId("")}`.toLowerCase();
    this.#replies.set(id, { ...reply, at: now, uses: 0 });
    return `/actions/${id}`;
  }

  /** Spends one use. Throws `expired_url` or `used_url`. */
  reply(id: string): Reply {
    const reply = this.#replies.get(id);
    if (reply === undefined || this.#clock.now() - reply.at > LIMITS.responseUrlMs)
      throw new SlackError("expired_url");
    if (reply.uses >= LIMITS.responseUrlUses) throw new SlackError("used_url");
    reply.uses += 1;
    return reply;
  }
}
