import { setTimeout as sleep } from "node:timers/promises";

/** Time as an argument. `now()` is milliseconds since the epoch, UTC. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands until it is moved: for tests and for the replay's virtual time. */
export function manualClock(start: number): Clock & { set(ms: number): void; advance(ms: number): void } {
  let current = start;
  return {
    now: () => current,
    set: (ms) => {
      current = ms;
    },
    advance: (ms) => {
      current += ms;
    },
  };
}

/** RFC 3339 in UTC with milliseconds, as every event carries it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** @throws what the signal was aborted with, as an AbortError, as soon as it is */
export async function pauseFor(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal });
}
