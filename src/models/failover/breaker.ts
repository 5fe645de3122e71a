/**
 * The circuit breaker of one leg, pure: closed while it answers, open while it is left alone, half-open while one
 * probe finds out. Calls never go to an open leg; only a probe, which nobody waits for, closes it again.
 *
 *   unreachable, timeout, busy, refused   open it at once: the next call should not wait for the same thing
 *   server_error, bad_output              open it at the second in a row: one may be an accident
 */
import type { TroubleKind } from "../outage.ts";

export interface BreakerState {
  readonly status: "closed" | "open" | "half-open";
  /** Failures in a row while closed. */
  readonly failures: number;
  /** Probes in a row that failed. */
  readonly probes: number;
  /** When it may be probed; milliseconds since the epoch. */
  readonly until: number;
  /** Why it is open; "" while it is closed. */
  readonly why: string;
}

export type BreakerCommand =
  | { readonly kind: "succeeded" }
  | {
      readonly kind: "failed";
      readonly trouble: TroubleKind | "bad_output";
      readonly why: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: "probe" }
  | { readonly kind: "probe-succeeded" }
  | { readonly kind: "probe-failed"; readonly trouble: TroubleKind | "bad_output"; readonly why: string };

export type BreakerEvent =
  | { readonly type: "counted"; readonly failures: number }
  | { readonly type: "opened"; readonly until: number; readonly why: string; readonly probes: number }
  | { readonly type: "half-opened" }
  | { readonly type: "closed" };

export const closedBreaker: BreakerState = { status: "closed", failures: 0, probes: 0, until: 0, why: "" };

const tolerated: Readonly<Record<TroubleKind | "bad_output", number>> = {
  unreachable: 1,
  timeout: 1,
  busy: 1,
  refused: 1,
  server_error: 2,
  bad_output: 2,
};

/** A probe costs one short completion: often at first, at most this far apart later. Milliseconds. */
const firstProbeMs = 1_000;
const lastProbeMs = 2_000;
const refusedProbeMs = 15_000;

export function decide(state: BreakerState, command: BreakerCommand, now: number): BreakerEvent[] {
  switch (command.kind) {
    case "succeeded":
      return succeeded(state);
    case "failed":
      return failed(state, command, now);
    case "probe":
      return state.status === "open" && now >= state.until ? [{ type: "half-opened" }] : [];
    case "probe-succeeded":
      return state.status === "half-open" ? [{ type: "closed" }] : succeeded(state);
    case "probe-failed":
      return probeFailed(state, command, now);
  }
}

/** Of a leg that is open: a call from before; only a probe closes it. */
function succeeded({ status, failures }: BreakerState): BreakerEvent[] {
  return status === "closed" && failures > 0 ? [{ type: "counted", failures: 0 }] : [];
}

function failed(
  { status, failures }: BreakerState,
  { trouble, why, retryAfterMs }: Extract<BreakerCommand, { kind: "failed" }>,
  now: number,
): BreakerEvent[] {
  if (status !== "closed") return [];
  if (failures + 1 < tolerated[trouble]) return [{ type: "counted", failures: failures + 1 }];
  return [{ type: "opened", until: now + (retryAfterMs ?? firstWait(trouble)), why, probes: 0 }];
}

/** Of a leg that was closed: somebody wanted to know, and now it is known. */
function probeFailed(
  { status, probes }: BreakerState,
  { trouble, why }: Extract<BreakerCommand, { kind: "probe-failed" }>,
  now: number,
): BreakerEvent[] {
  if (status === "open") return [];
  const again = status === "half-open" ? probes + 1 : 0;
  const first = firstWait(trouble);
  const wait = Math.max(first, Math.min(first * 2 ** Math.min(again, 10), lastProbeMs));
  return [{ type: "opened", until: now + wait, why, probes: again }];
}

/** A key or a name is set right by a person: no use in asking every second. */
function firstWait(trouble: TroubleKind | "bad_output"): number {
  return trouble === "refused" ? refusedProbeMs : firstProbeMs;
}

export function evolve(state: BreakerState, event: BreakerEvent): BreakerState {
  switch (event.type) {
    case "counted":
      return { ...state, failures: event.failures };
    case "opened":
      return { status: "open", failures: 0, probes: event.probes, until: event.until, why: event.why };
    case "half-opened":
      return { ...state, status: "half-open" };
    case "closed":
      return closedBreaker;
  }
}
