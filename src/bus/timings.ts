/** The bus's timings, all in milliseconds; constructor options of every adapter so that tests run fast. */
export interface Timings {
  /** How often each claim is renewed. */
  readonly renewMs: number;
  /** A claim not renewed for so long is abandoned; at least three renewals. */
  readonly reclaimIdleMs: number;
  /** How often a worker looks for abandoned entries. */
  readonly lookMs: number;
  /** How long one wait for new entries lasts at most. */
  readonly waitMs: number;
  /** How often a handler is tried in place before the entry goes to the dead letters. */
  readonly tries: number;
  /** Pause after the first throw; doubled after each further one. */
  readonly backoffMs: number;
  /** After so many deliveries that ended in a crash the entry goes to the dead letters unrun. */
  readonly maxDeliveries: number;
}

export const defaultTimings: Timings = {
  renewMs: 10_000,
  reclaimIdleMs: 45_000,
  lookMs: 10_000,
  waitMs: 1_000,
  tries: 3,
  backoffMs: 1_000,
  maxDeliveries: 5,
};
