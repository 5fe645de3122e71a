/**
 * What stands behind a card's buttons: an opaque reference that only who holds the front end's key can make, and that
 * expires. It says which card was pressed, nothing of who presses; that comes from Slack's envelope alone.
 */
import type { Clock } from "../src/clock.ts";
import { makeCardRef, openCardRef, type CardSubject } from "../src/gate/card-ref.ts";
import type { CaseThread, Request } from "./case-thread.ts";

/** Longer than any request waits, and than what is done can be reported as rolled back. */
const lifetimeMs = 30 * 24 * 3_600_000;

export class CardRefs {
  readonly #key: Uint8Array;
  readonly #clock: Clock;

  /** @param key 32 bytes, the same in every front end and after each restart */
  constructor(key: Uint8Array, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  /** The same for the same request until it has served somebody, so that a card drawn again is not edited for it. */
  of({ file, progress }: CaseThread, { eventId, time, handoff: { proposalId } }: Request): string {
    const round = progress[proposalId]?.used ?? 0;
    const subject = { caseId: file.caseId, proposalId, eventId, round };
    return makeCardRef(this.#key, subject, Date.parse(time) + lifetimeMs);
  }

  /** Undefined for what was not made here, and for what has expired. */
  open(ref: string): CardSubject | undefined {
    const opened = openCardRef(this.#key, ref, this.#clock.now());
    return "subject" in opened ? opened.subject : undefined;
  }
}
