import { manualClock } from "../../src/clock.ts";
import type { Timers } from "../../src/models/failover/timers.ts";

export interface HandTimers extends Timers {
  /** Moves time on and rings what is due, in order. */
  advance(ms: number): void;
}

/** Timers that are turned by hand: an hour passes when the test says so. */
export function handTimers(start = Date.parse("2026-11-16T08:00:00Z")): HandTimers {
  const clock = manualClock(start);
  const waiting = new Set<{ readonly at: number; readonly run: () => void }>();
  const after = (ms: number, run: () => void): (() => void) => {
    const entry = { at: clock.now() + ms, run };
    waiting.add(entry);
    return () => waiting.delete(entry);
  };
  return {
    now: () => clock.now(),
    after,
    aside: after,
    advance: (ms) => {
      const end = clock.now() + ms;
      for (;;) {
        const [next] = [...waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        waiting.delete(next);
        clock.set(Math.max(next.at, clock.now()));
        next.run();
      }
      clock.set(end);
    },
  };
}
