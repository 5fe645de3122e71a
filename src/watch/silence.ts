/**
 * Whether alerts come in and no verdict comes out, for longer than usual. The measure is how long somebody has waited
 * and nothing was said: since the last verdict, or since the oldest waiting alert came in, whichever is later. Usual is
 * what it was at the last 200 verdicts; too long is three times their 95th percentile, within 10 and 60 minutes. Pure.
 */
import { isEvent, type AnyEvent } from "../events/envelope.ts";

const minute = 60_000;
const remembered = 200;
/** With fewer verdicts there is no usual: the floor alone counts. */
const enough = 20;
const floorMs = 10 * minute;
const mostMs = 60 * minute;

export const silenceTypes = [
  ...(["alert.received", "alert.triaged", "case.labelled", "case.closed"] as const),
  ...(["role.failed", "entry.dead"] as const),
] as const;

export interface Silence {
  /** Milliseconds that alerts have waited while nothing was said; 0: none waits. */
  readonly silentMs: number;
  readonly limitMs: number;
  readonly waiting: number;
}

export class SilenceFold {
  readonly #waiting = new Map<string, number>();
  /** No verdict will come of these; they count until another verdict shows that verdicts come. */
  readonly #givenUp = new Set<string>();
  #last = 0;
  #gaps: number[] = [];

  /** @param at log time, milliseconds since the epoch */
  evolve(event: AnyEvent, at: number): void {
    const { subject } = event;
    if (isEvent(event, "alert.received")) this.#waiting.set(subject, this.#waiting.get(subject) ?? at);
    else if (isEvent(event, "alert.triaged")) this.#verdict(subject, at);
    else if (isEvent(event, "case.labelled", "case.closed")) this.#waiting.delete(subject);
    else if (isEvent(event, "role.failed") && event.data.role === "sentinel") this.#givenUp.add(subject);
    else if (isEvent(event, "entry.dead") && event.data.group === "sentinel") this.#givenUp.add(subject);
  }

  #verdict(caseId: string, at: number): void {
    if (this.#waiting.size > 0) this.#gaps = [...this.#gaps, this.#silentFor(at)].slice(-remembered);
    this.#waiting.delete(caseId);
    for (const given of this.#givenUp) this.#waiting.delete(given);
    this.#givenUp.clear();
    this.#last = Math.max(this.#last, at);
  }

  #silentFor(now: number): number {
    // The map is in order of arrival.
    const oldest = this.#waiting.values().next().value;
    return oldest === undefined ? 0 : Math.max(0, now - Math.max(oldest, this.#last));
  }

  at(now: number): Silence {
    return { silentMs: this.#silentFor(now), limitMs: this.#limit(), waiting: this.#waiting.size };
  }

  #limit(): number {
    if (this.#gaps.length < enough) return floorMs;
    const sorted = this.#gaps.toSorted((a, b) => a - b);
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
    return Math.min(mostMs, Math.max(floorMs, 3 * p95));
  }
}
