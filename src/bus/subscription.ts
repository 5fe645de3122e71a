/**
 * The worker loop of every adapter: claims what it has slots for, handles, renews, pauses, closes. What is kept is
 * the GroupStore's; what happens to one entry is handling.ts.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { EventType } from "../events/catalogue.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import type { Subscription, SubscriptionStatus } from "./bus.ts";
import type { Claim } from "./group-store.ts";
import { Handling, type Engine, type Hands, type Outcome, type Work } from "./handling.ts";
import { Progress } from "./progress.ts";
import type { Leave } from "./solo.ts";
import { Bell, pause } from "./waiting.ts";

export function startSubscription<T extends EventType, S>(work: Work<T, S>, engine: Engine): Subscription {
  return new Worker(work, engine);
}

/** Entries of one call: enough to be cheap, few enough that the next are asked for while these are handled. */
const mostTaken = 128;

const beginAll = (all: readonly (() => void)[]): void => {
  for (const begin of all) begin();
};

class Worker<T extends EventType, S> implements Subscription {
  readonly group: string;
  readonly ended: Promise<void>;
  readonly #work: Work<T, S>;
  readonly #engine: Engine;
  readonly #concurrency: number;
  readonly #closing = new AbortController();
  readonly #hands: Hands;
  readonly #change = new Bell();
  readonly #progress = new Progress();
  /** What this worker has claimed and not settled. */
  readonly #held = new Map<Claim, Handling<T, S>>();
  /** Of those, how many only wait for their commit. */
  #answered = 0;
  #running = 0;
  #graceMs = 5_000;
  #stopped = 0;
  #storeDown = false;
  #renewing = false;
  #nextLook = 0;
  #closed = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(work: Work<T, S>, engine: Engine) {
    this.group = work.group;
    this.#work = work;
    this.#engine = engine;
    this.#concurrency = work.options.concurrency ?? 4;
    this.#hands = {
      closing: this.#closing.signal,
      answered: (claim) => {
        if (!this.#held.has(claim)) return;
        this.#answered += 1;
        this.#change.ring();
      },
    };
    this.ended = this.#live();
    // Who awaits `ended` hears of the failure; who does not finds it in status() and in the diagnostics.
    this.ended.catch(() => undefined);
  }

  status(): SubscriptionStatus {
    if (this.#failure !== undefined) return "failed";
    if (this.#closed) return "closed";
    return this.#stopped > 0 || this.#storeDown ? "paused" : "running";
  }

  stalledMs(): number {
    return this.#progress.stalledMs();
  }

  async close(graceMs = 5_000): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#graceMs = graceMs;
      this.#end();
    }
    await this.ended.catch(() => undefined);
  }

  #end(): void {
    this.#closing.abort();
    this.#progress.end();
    this.#change.ring();
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#graceMs = 0;
    const held = [...this.#held.keys()].map(({ position }) => position);
    this.#engine.diagnostics.error({ group: this.group, held }, `subscription failed: ${reasonOf(error)}`);
    this.#end();
  }

  async #live(): Promise<void> {
    const renewal = setInterval(() => void this.#renew(), this.#engine.timings.renewMs);
    try {
      while (!this.#closing.signal.aborted) await this.#round();
    } catch (error) {
      this.#fail(error);
    }
    await this.#drain();
    clearInterval(renewal);
    await this.#handBack();
    this.#closed = true;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** One look for work. Retryable trouble of the store is waited out, any other ends the subscription. */
  async #round(): Promise<void> {
    this.#progress.turn();
    const free = this.#free();
    if (free <= 0 || this.#stopped > 0) {
      await this.#handlers();
      // A batch of commits frees many slots in one go: see them all before asking for more.
      await turn();
      return;
    }
    try {
      if (performance.now() < this.#nextLook || !(await this.#recover())) await this.#take(free);
      this.#storeDown = false;
    } catch (error) {
      if (!(error instanceof HatrackError && error.retryable)) throw error;
      this.#storeDown = true;
      this.#engine.diagnostics.warn({ group: this.group }, reasonOf(error));
      await pause(this.#engine.timings.backoffMs, this.#closing.signal);
    }
  }

  /** Until something changes for the handlers at work. */
  #handlers(): Promise<void> {
    return this.#progress.waitingFor(this.#change.heard());
  }

  /** Handlers that may begin. An entry that waits for its commit has no handler at work, but there is an end to that. */
  #free(): number {
    const held = this.#held.size;
    return Math.min(this.#concurrency - (held - this.#answered), 2 * this.#concurrency - held);
  }

  async #take(free: number): Promise<void> {
    const { store, solo, timings } = this.#engine;
    const { signal } = this.#closing;
    const leave = await this.#progress.waitingFor(solo.beside(signal));
    if (leave === undefined) return;
    try {
      const waitMs = Math.max(1, Math.min(timings.waitMs, this.#nextLook - performance.now()));
      const max = Math.min(free, mostTaken);
      const claims = await store.take({ max, waitMs, signal });
      const begin = claims.map((claim) => this.#hold(claim, solo.besideMe()));
      // There are more: ask for them first, so that the store works while the handlers do.
      if (claims.length === max && max < free) setImmediate(beginAll, begin);
      else beginAll(begin);
    } finally {
      leave();
    }
  }

  /** Takes over one abandoned entry, if there is one, and runs it with nothing else of this group at work. */
  async #recover(): Promise<boolean> {
    const { store, solo, timings } = this.#engine;
    const { signal } = this.#closing;
    const delivered = await store.abandoned();
    if (delivered === undefined) {
      this.#nextLook = performance.now() + timings.lookMs;
      return false;
    }
    while (this.#held.size > 0 && !signal.aborted) await this.#handlers();
    // Once may be anybody's crash; twice makes it a suspect, which no handler of the whole process should run beside.
    const leave = await this.#progress.waitingFor(delivered >= 2 ? solo.alone(signal) : solo.beside(signal));
    if (leave === undefined) return true;
    await this.#takeOver(leave);
    while (this.#running > 0 && !signal.aborted) await this.#handlers();
    return true;
  }

  async #takeOver(leave: Leave): Promise<void> {
    let claim: Claim | undefined;
    try {
      if (!this.#closing.signal.aborted) claim = await this.#engine.store.reclaim();
    } finally {
      if (claim === undefined) leave();
    }
    if (claim !== undefined) this.#hold(claim, leave)();
  }

  /** Takes an entry into this worker's hands; what it returns begins the handling, and must be called. */
  #hold(claim: Claim, leave: Leave): () => void {
    const handling = new Handling(claim, this.#work, this.#engine, this.#hands);
    this.#held.set(claim, handling);
    this.#running += 1;
    return () => void this.#run(handling, leave);
  }

  async #run(handling: Handling<T, S>, entered: Leave): Promise<void> {
    const { signal } = this.#closing;
    let leave: Leave | undefined = entered;
    try {
      while (!signal.aborted) {
        const outcome = this.#stopped > 0 ? "waits" : await handling.run();
        if (outcome === "settled") this.#letGo(handling);
        if (outcome === "settled" || outcome === "left") break;
        leave();
        await (outcome === "waits" ? this.#change.heard() : this.#stop(outcome));
        leave = await this.#engine.solo.beside(signal);
        if (leave === undefined) break;
      }
    } catch (error) {
      this.#fail(error);
    }
    leave?.();
    this.#running -= 1;
    this.#change.ring();
  }

  async #stop(outcome: Exclude<Outcome, string>): Promise<void> {
    this.#stopped += 1;
    this.#engine.diagnostics.warn({ group: this.group }, `paused: ${outcome.stop}`);
    await pause(outcome.retryAfterMs, this.#closing.signal);
    this.#stopped -= 1;
    this.#change.ring();
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = this.#held.size > 0;
    if (!this.#renewing) {
      this.#progress.renewed();
      return;
    }
    try {
      for (const claim of await this.#engine.store.renew([...this.#held.keys()])) this.#lose(claim);
    } catch (error) {
      this.#engine.diagnostics.warn({ group: this.group }, `claims not renewed: ${reasonOf(error)}`);
    }
    this.#renewing = false;
    this.#progress.renewed();
  }

  #letGo(handling: Handling<T, S>): void {
    if (this.#held.delete(handling.claim) && handling.answered) this.#answered -= 1;
  }

  #lose(claim: Claim): void {
    const handling = this.#held.get(claim);
    if (handling === undefined) return;
    this.#letGo(handling);
    const message = `${this.group}: entry ${claim.position} is in another worker's hands`;
    handling.abort(new HatrackError("claim_lost", message, { retryable: true }));
    this.#change.ring();
  }

  async #drain(): Promise<void> {
    const all = this.#idle();
    const drained = new AbortController();
    await Promise.race([all, pause(this.#graceMs, drained.signal)]);
    drained.abort();
    const reason = new HatrackError("subscription_closed", `${this.group}: the subscription closed`);
    for (const handling of this.#held.values()) handling.abort(reason);
    await all;
  }

  async #idle(): Promise<void> {
    while (this.#running > 0) await this.#change.heard();
  }

  async #handBack(): Promise<void> {
    const { store } = this.#engine;
    try {
      if (this.#held.size > 0) await store.handBack([...this.#held.keys()]);
      await store.close();
    } catch (error) {
      // Nothing is lost: what is not handed back is reclaimed when it has been idle for long enough.
      this.#engine.diagnostics.warn({ group: this.group }, `claims not handed back: ${reasonOf(error)}`);
    }
  }
}
