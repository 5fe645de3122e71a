/** An AbortController whose signal is made when somebody looks at it: most handlings end before anybody does. */
export class LazyAbort {
  #controller: AbortController | undefined;
  #reason: Error | undefined;
  #giveUp: ((reason: Error) => void) | undefined;

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#giveUp?.(reason);
  }

  /**
   * What `running` comes to, or a rejection with the reason as soon as this aborts, whether or not what runs takes
   * notice. It aborts by itself with `late` after so many milliseconds.
   */
  async race<R>(running: Promise<R>, deadlineMs: number, late: () => Error): Promise<R> {
    const timer = setTimeout(() => {
      this.abort(late());
    }, deadlineMs);
    try {
      return await new Promise<R>((resolve, reject) => {
        this.#giveUp = reject;
        if (this.#reason !== undefined) reject(this.#reason);
        running.then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
