/**
 * A hat that wakes on the calendar. Its findings are computed from the log; the model only words them, and with
 * no model, or one that fails, it reports all the same.
 */
import type { Draft } from "../bus/bus.ts";
import type { EventType } from "../events/catalogue.ts";
import type { KnownEvent } from "../events/envelope.ts";
import type { Calendar, ComputeInput, ReportWords, Window } from "./calendar.ts";
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
    /** The same in plain sentences, made by code: what is said when no model has words that hold. Default: nothing. */
    readonly plain?: (facts: Facts) => string | undefined;
  };
  /** Pure: facts → events; none when there is nothing to report. */
  readonly emit: (input: {
    readonly facts: Facts;
    /** Whoever worded them: a model, or `plain`; undefined: nobody. */
    readonly words?: string;
    /** Both, as an event carries them. */
    readonly worded: ReportWords;
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
      const emit = (worded: ReportWords): readonly Draft[] => {
        const { words } = worded;
        return definition.emit({ facts, window, event, worded, ...(words === undefined ? {} : { words }) });
      };
      const toWord = wording.of === undefined ? facts : wording.of(facts);
      const plain = toWord === undefined ? undefined : wording.plain?.(facts);
      return { toWord, plain, emit };
    },
  };
  return { name, title, says, on: ["schedule.fired"], start: (deps) => startCalendar(calendar, deps) };
}
