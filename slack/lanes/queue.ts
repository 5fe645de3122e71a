/** Order and thrift inside one process: one thing at a time per key, and one pending repeat at most. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Runs after everything queued earlier under this key, whether or not that went well. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined);
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return mine;
  }
}

/** Who asks while a run waits shares it; who asks while one is at work gets the next, which sees what is new. */
export class Coalescer {
  readonly #queue = new KeyedQueue();
  readonly #waiting = new Map<string, Promise<void>>();

  run(key: string, work: () => Promise<void>): Promise<void> {
    const shared = this.#waiting.get(key);
    if (shared !== undefined) return shared;
    const mine = this.#queue.run(key, () => {
      this.#waiting.delete(key);
      return work();
    });
    this.#waiting.set(key, mine);
    return mine;
  }
}
