/**
 * Whether a worker still gets on, for a watchdog that restarts what hangs and nothing that only waits: its read loop
 * turns, or it waits for its own handlers and its claims are renewed. A store that says no is no hang: the loop turns.
 */
export class Progress {
  #turned = performance.now();
  #renewed = 0;
  #waits = false;
  #ended = false;

  /** The read loop begins a round. */
  turn(): void {
    this.#turned = performance.now();
  }

  /** A renewal came to an end, or there was nothing to renew. */
  renewed(): void {
    this.#renewed = performance.now();
  }

  /** The read loop waits for handlers: as long as they take, which their deadline bounds. */
  async waitingFor<R>(handlers: Promise<R>): Promise<R> {
    this.#waits = true;
    this.turn();
    try {
      return await handlers;
    } finally {
      this.#waits = false;
      this.turn();
    }
  }

  /** It closes: how long that may take is its closer's to say. */
  end(): void {
    this.#ended = true;
  }

  /** Milliseconds since it last got on. */
  stalledMs(): number {
    if (this.#ended) return 0;
    const last = this.#waits ? Math.max(this.#turned, this.#renewed) : this.#turned;
    return performance.now() - last;
  }
}
