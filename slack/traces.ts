/** Which tool each step of a run was: what "step 3" of a finding or a proposal means to a person. Folded per case. */
import { isEvent, type AnyEvent } from "../src/events/envelope.ts";

/** Step → tool, as the run's trace has it. */
export type Steps = ReadonlyMap<number, string>;

export interface Traces {
  /** Run → its steps. A run is one role's handling of one event. */
  readonly runs: Readonly<Record<string, Steps>>;
  /** Event → the run that said it. */
  readonly saidIn: Readonly<Record<string, string>>;
}

export const noTraces: Traces = { runs: {}, saidIn: {} };
const noSteps: Steps = new Map();

export function evolveTraces(traces: Traces, event: AnyEvent): Traces {
  if (isEvent(event, "role.worked", "role.failed")) {
    const steps: Steps = new Map(event.data.steps.map(({ step, tool }) => [step, tool]));
    return { ...traces, runs: { ...traces.runs, [runOf(event)]: steps } };
  }
  if (isEvent(event, "info.answered") && event.data.role !== undefined) {
    // The gate passes it on; the steps are those of the role's run on the question.
    const run = `/roles/${event.data.role.name} ${event.data.requestId ?? ""}`;
    return { ...traces, saidIn: { ...traces.saidIn, [event.id]: run } };
  }
  if (!isEvent(event, ...citing)) return traces;
  return { ...traces, saidIn: { ...traces.saidIn, [event.id]: runOf(event) } };
}

/** The steps of the run that said this event; none where its trace is not on the log. */
export function stepsOf({ runs, saidIn }: Traces, eventId: string): Steps {
  return runs[saidIn[eventId] ?? ""] ?? noSteps;
}

/** Event types that carry evidence of a run. */
const citing = [
  "alert.triaged",
  "case.investigated",
  "response.planned",
  "intel.reported",
  "action.proposed",
  "info.answered",
] as const;

function runOf({ source, causationid, id }: AnyEvent): string {
  return `${source} ${causationid ?? id}`;
}
