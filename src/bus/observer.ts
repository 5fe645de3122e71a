import type { KnownEvent } from "../events/envelope.ts";
import type { Subscription } from "./bus.ts";

/** Who watches the work on a bus from within its process: metrics, a watchdog. It changes nothing and must not throw. */
export interface BusObserver {
  subscribed?(subscription: Subscription): void;
  committed?(commit: Committed): void;
}

export interface Committed {
  readonly group: string;
  /** From the handler's answer to the store's. */
  readonly milliseconds: number;
  /** What entered the log with it. */
  readonly outputs: readonly KnownEvent[];
}
