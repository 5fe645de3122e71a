/** A calendar role as its runner sees it: the type of its facts is closed over. */
import type { Bus, Draft, Position } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { EventData, EventType } from "../events/catalogue.ts";
import type { AnyEvent, KnownEvent } from "../events/envelope.ts";
import type { MemoryOptions } from "../memory/case-memory.ts";

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
  /** For a projection of all cases. */
  readonly memory: Pick<MemoryOptions, "benign" | "snapshot">;
  /**
   * What this role has reported before, in log order: for telling what is news. A second handling of a firing sees what
   * the first saw, its own report not among it.
   */
  readonly reported: () => Promise<readonly AnyEvent[]>;
}

/** A calendar role with its facts closed over. */
export interface Calendar {
  readonly name: string;
  readonly says: readonly EventType[];
  readonly prompt: string;
  readonly seconds: number;
  compute(input: ComputeInput): Promise<Computed>;
}

/** A report's words, as its event carries them; empty when nobody has put it into words. */
export interface ReportWords {
  readonly words?: string;
  readonly wordedBy?: "model" | "code";
}

export interface Computed {
  /** What the model words; undefined: nothing. */
  readonly toWord: unknown;
  /** The plain sentences for what is worded, where no model's words are to be had; undefined: there are none. */
  readonly plain?: string | undefined;
  emit(worded: ReportWords): readonly Draft[];
}
