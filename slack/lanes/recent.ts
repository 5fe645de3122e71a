/** A map that forgets its oldest entry past a size: caches of what the log or Slack can always tell again. */
export class Recent<V> {
  readonly #most: number;
  readonly #entries = new Map<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }

  /** The oldest first. */
  values(): V[] {
    return [...this.#entries.values()];
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
