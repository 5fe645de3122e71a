/** Whether this process gets on: each of its subscriptions, and what else says of itself how long it has stood still. */
import type { Subscription } from "../src/bus/bus.ts";

export interface Hang {
  readonly what: string;
  readonly stalledMs: number;
}

export class Pulse {
  readonly #subscriptions = new Set<Subscription>();
  readonly #beats = new Map<string, number>();

  /** Until it ends; one that failed ends its process, which says why. */
  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
    const forget = (): boolean => this.#subscriptions.delete(subscription);
    subscription.ended.then(forget, forget);
  }

  /** For a loop that is no subscription: call it each time round. */
  beat(what: string): void {
    this.#beats.set(what, performance.now());
  }

  /** It has nothing to do until its next beat. */
  rest(what: string): void {
    this.#beats.delete(what);
  }

  /** Milliseconds that each has stood still. */
  stalls(): Hang[] {
    const now = performance.now();
    const beats = [...this.#beats].map(([what, at]) => ({ what, stalledMs: now - at }));
    const groups = [...this.#subscriptions].map((each) => ({
      what: each.group,
      stalledMs: each.stalledMs(),
    }));
    return [...groups, ...beats];
  }

  /** The one that has stood still for the longest, if that is longer than so many milliseconds. */
  hang(mostMs: number): Hang | undefined {
    const worst = this.stalls().sort((a, b) => b.stalledMs - a.stalledMs)[0];
    return worst !== undefined && worst.stalledMs > mostMs ? worst : undefined;
  }

  /** The consumer groups this process works for. */
  get groups(): ReadonlySet<string> {
    return new Set([...this.#subscriptions].map(({ group }) => group));
  }
}
