/**
 * A role that people can pause: while it is paused its subscription is closed, so that it claims nothing and what
 * waits stays visible as its lag. What is in hand gets a moment to finish and is handed back else; nothing is lost.
 */
import type { Subscription, SubscriptionStatus } from "../bus/bus.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { Pauses } from "./pauses.ts";

export interface PausableOptions {
  readonly role: string;
  readonly pauses: Pick<Pauses, "isPaused" | "watch">;
  readonly diagnostics: Diagnostics;
  readonly start: () => Subscription;
}

export function pausable(options: PausableOptions): Subscription {
  return new Pausable(options);
}

class Pausable implements Subscription {
  readonly group: string;
  readonly ended: Promise<void>;
  readonly #options: PausableOptions;
  readonly #end = Promise.withResolvers<undefined>();
  #current: Subscription | undefined;
  /** Pauses and resumptions one after the other, in the order they were said. */
  #turn: Promise<void> = Promise.resolve();
  #closed = false;
  #failed = false;

  constructor(options: PausableOptions) {
    this.#options = options;
    this.group = options.role;
    this.ended = this.#end.promise;
    this.ended.catch(() => undefined);
    options.pauses.watch(options.role, () => {
      this.#turn = this.#turn
        .then(() => this.#follow())
        .catch((error: unknown) => {
          this.#fail(error);
        });
    });
    if (!options.pauses.isPaused(options.role)) this.#begin();
    else this.#note("is paused");
  }

  status(): SubscriptionStatus {
    if (this.#failed) return "failed";
    if (this.#closed) return "closed";
    return this.#current?.status() ?? "paused";
  }

  /** A paused role has no loop that could hang. */
  stalledMs(): number {
    return this.#current?.stalledMs() ?? 0;
  }

  async close(graceMs?: number): Promise<void> {
    this.#closed = true;
    const current = this.#current;
    await current?.close(graceMs);
    await this.#turn;
    this.#end.resolve(undefined);
  }

  /** To whatever holds now: of a pause that was taken back at once nothing is seen. */
  async #follow(): Promise<void> {
    if (this.#closed || this.#failed) return;
    const paused = this.#options.pauses.isPaused(this.#options.role);
    if (!paused && this.#current === undefined) {
      this.#begin();
      this.#note("was resumed");
    }
    if (!paused || this.#current === undefined) return;
    await this.#current.close();
    this.#current = undefined;
    this.#note("is paused");
  }

  #begin(): void {
    const subscription = this.#options.start();
    this.#current = subscription;
    subscription.ended.catch((error: unknown) => {
      this.#fail(error);
    });
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#end.reject(error);
  }

  #note(what: string): void {
    const { role, diagnostics } = this.#options;
    diagnostics.info({ role }, `role ${role} ${what}`);
  }
}
