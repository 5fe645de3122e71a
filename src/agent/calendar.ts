/** A calendar role as its runner sees it: the type of its facts is closed over. */
import type { Bus, Draft, Position } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventData, EventType } from "../events/catalogue.ts";
import type { KnownEvent } from "../events/envelope.ts";

/** RFC 3339 start and end, as the schedule fired it. */
export type Window = EventData<"schedule.fired">["window"];

export interface ComputeInput {
  readonly bus: Bus;
  readonly window: Window;
  readonly clock: Clock;
  readonly event: KnownEvent<"schedule.fired">;
  /** Where the firing stands on the log: read up to here and a second handling computes the same facts. */
  readonly position: Position;
  readonly signal: AbortSignal;
}

/** A calendar role with its facts closed over. */
export interface Calendar {
  readonly name: string;
  readonly says: readonly EventType[];
  readonly prompt: string;
  readonly seconds: number;
  compute(input: ComputeInput): Promise<Computed>;
}

export interface Computed {
  /** What the model words; undefined: nothing. */
  readonly toWord: unknown;
  emit(words: string | undefined): readonly Draft[];
}
