/**
 * A hat that wakes on the calendar. Its findings are computed from the log; the model only words them, and with
 * no model, or one that fails, it reports all the same.
 */
import type { Draft } from "../bus/bus.ts";
import type { EventType } from "../events/catalogue.ts";
import type { KnownEvent } from "../events/envelope.ts";
import type { Calendar, ComputeInput, Window } from "./calendar.ts";
import { startCalendar } from "./calendar-runner.ts";
import { CalendarShape, checkDefinition } from "./definition.ts";
import type { Role } from "./role.ts";

export interface CalendarDefinition<Facts> {
  /** As the file under roles/, and as `schedule.fired` names it. */
  readonly name: string;
  readonly title: string;
  /** Reads the log; deterministic up to `position`. JSON, for the model reads it. */
  readonly compute: (input: ComputeInput) => Promise<Facts>;
  readonly wording: {
    /** Constant system prompt; the shared rules and the fenced facts are added. */
    readonly prompt: string;
    /** How long the model may take for its words. Default 120. */
    readonly seconds?: number;
    /** The part of the facts the model words. Default: all of them; undefined: there is nothing to word. */
    readonly of?: (facts: Facts) => unknown;
  };
  /** Pure: facts → events; none when there is nothing to report. `words` undefined: no model, or none to trust. */
  readonly emit: (input: {
    readonly facts: Facts;
    readonly words?: string;
    readonly window: Window;
    readonly event: KnownEvent<"schedule.fired">;
  }) => readonly Draft[];
  readonly says: readonly EventType[];
}

/** @throws HatrackError `role_invalid` naming the role, the key and what was expected */
export function defineCalendarRole<Facts>(definition: CalendarDefinition<Facts>): Role {
  checkDefinition(CalendarShape, definition);
  const { name, title, says, wording } = definition;
  const calendar: Calendar = {
    name,
    says,
    prompt: wording.prompt,
    seconds: wording.seconds ?? 120,
    compute: async (input) => {
      const facts = await definition.compute(input);
      const { window, event } = input;
      const emit = (words: string | undefined): readonly Draft[] =>
        definition.emit({ facts, window, event, ...(words === undefined ? {} : { words }) });
      return { toWord: wording.of === undefined ? facts : wording.of(facts), emit };
    },
  };
  return { name, title, says, on: ["schedule.fired"], start: (deps) => startCalendar(calendar, deps) };
}
