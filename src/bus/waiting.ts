/** Waiting that ends with a signal, and nothing left behind when it does. */

/** Resolves after so many milliseconds or when one of the signals aborts, whichever is first. */
export function pause(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some((signal) => signal.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const signal of signals) signal.addEventListener("abort", done, { once: true });
  });
}

/**
 * Runs something under a signal of its own, which aborts with the outer one or with `late` after the deadline.
 * Rejects with the reason as soon as it aborts, whether or not what runs takes notice.
 */
export async function raceSignal<R>(
  limits: { readonly signal: AbortSignal; readonly deadlineMs: number; readonly late: () => Error },
  run: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const inner = new AbortController();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (reason: Error): void => {
    inner.abort(reason);
    reject(reason);
  };
  const lost = (): void => {
    const reason: unknown = limits.signal.reason;
    abort(reason instanceof Error ? reason : new Error(String(reason)));
  };
  const timer = setTimeout(() => {
    abort(limits.late());
  }, limits.deadlineMs);
  if (limits.signal.aborted) lost();
  limits.signal.addEventListener("abort", lost, { once: true });
  try {
    return await Promise.race([aborted, run(inner.signal)]);
  } finally {
    clearTimeout(timer);
    limits.signal.removeEventListener("abort", lost);
  }
}

/** Wakes everybody who waits at that moment. */
export class Bell {
  #waiters: (() => void)[] = [];

  heard(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  ring(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
