/** So many at once, the most urgent of those who wait first, the oldest of equals. Protects the one GPU. */
export class Turnstile {
  readonly #places: number;
  #taken = 0;
  #waiting: { readonly urgency: number; readonly enter: () => void }[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Resolves with the way out. @throws the signal's reason if it aborts first */
  async enter(urgency: number, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#taken < this.#places) this.#taken += 1;
    else await this.#wait(urgency, signal);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#leave();
    };
  }

  #wait(urgency: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        urgency,
        enter: (): void => {
          signal?.removeEventListener("abort", giveUp);
          resolve();
        },
      };
      const giveUp = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      const before = this.#waiting.findIndex((other) => other.urgency < urgency);
      this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, entry);
    });
  }

  /** The place goes straight to the next: nobody who comes meanwhile can take it. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next.enter();
  }
}
