import type { z } from "zod";

/** Who may say an event. `role:*` is any model role; `runner` is the loop that runs a role, not the role. */
export type Speaker =
  | "source"
  | "runner"
  | "gate"
  | "frontend"
  | "slack"
  | "schedule"
  | "models"
  | "operations"
  | `role:${string}`;

/** Turns the data of one version into the data of the next. */
export type Upcast = (data: unknown) => unknown;

export interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  readonly version: number;
  readonly saidBy: readonly Speaker[];
  readonly data: Data;
  /** `upcasts[0]` lifts version 1 to 2, and so on; always `version - 1` of them. */
  readonly upcasts: readonly Upcast[];
}

/** One event type. Its version is one more than the number of its upcasts, so that neither can be forgotten. */
export function event<Data extends z.ZodType>(options: {
  saidBy: readonly Speaker[];
  data: Data;
  upcasts?: readonly Upcast[];
}): EventDefinition<Data> {
  const upcasts = options.upcasts ?? [];
  return { version: upcasts.length + 1, saidBy: options.saidBy, data: options.data, upcasts };
}
