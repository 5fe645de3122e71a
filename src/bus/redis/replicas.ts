/** Whether there are replicas that can confirm. One may join long after the start, as the old primary of a failover does. */

/** How long "there are none" is believed, milliseconds. */
const believedMs = 10_000;

export class Replicas {
  readonly #look: () => Promise<boolean>;
  #seen = false;
  #lookedAt = -Infinity;
  #looking: Promise<boolean> | undefined;

  /** @param look whether every primary has one now */
  constructor(look: () => Promise<boolean>) {
    this.#look = look;
  }

  /** True from the first time on that they were seen: one that is away now is missed, and not forgotten. */
  async exist(): Promise<boolean> {
    if (this.#seen || performance.now() - this.#lookedAt < believedMs) return this.#seen;
    this.#looking ??= this.#lookAgain().finally(() => (this.#looking = undefined));
    return await this.#looking;
  }

  async #lookAgain(): Promise<boolean> {
    this.#seen = await this.#look();
    this.#lookedAt = performance.now();
    return this.#seen;
  }
}
