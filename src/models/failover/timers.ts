/** Time for the chain: a clock that can also ring. Replaced in tests by one that is turned by hand. */
import type { Clock } from "../../clock.ts";

export interface Timers extends Clock {
  /** Runs once after so many milliseconds; what it returns calls it off. */
  after(ms: number, run: () => void): () => void;
  /** The same for what nobody waits for: it keeps no process alive. */
  aside(ms: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  aside: (ms, run) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export function rest(timers: Timers, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = timers.after(ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
