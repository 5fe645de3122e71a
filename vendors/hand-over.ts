/** A queue between a server that is pushed to and a loop that pulls, with a limit instead of a growing memory. */
export class HandOver<T> {
  readonly #waiting: T[] = [];
  readonly #limit: number;
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** All of them or none: false when there is no room. */
  offer(items: readonly T[]): boolean {
    if (this.#waiting.length + items.length > this.#limit) return false;
    this.#waiting.push(...items);
    this.#wake?.();
    return true;
  }

  /** What is offered, in order, until the signal aborts. */
  async *take(signal: AbortSignal): AsyncGenerator<T> {
    while (!signal.aborted) {
      const next = this.#waiting.shift();
      if (next === undefined) await this.#more(signal);
      else yield next;
    }
  }

  #more(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      signal.removeEventListener("abort", wake);
      this.#wake = undefined;
      resolve(undefined);
    };
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    return promise;
  }
}
