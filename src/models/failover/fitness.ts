/**
 * Whether a leg is any good at one kind of task (a role), pure: its last answers are counted, as the role's own check
 * judged them. A leg that fails too often is set aside for that kind, and tried again after a while with one run.
 */
export interface Fitness {
  /** The last answers, oldest first; true: it was accepted. */
  readonly last: readonly boolean[];
  /** Set aside until then; milliseconds since the epoch. 0: it is not. */
  readonly until: number;
  /** How often in a row it was set aside. */
  readonly times: number;
}

export type FitnessEvent =
  | { readonly type: "counted"; readonly good: boolean }
  | { readonly type: "set-aside"; readonly until: number }
  | { readonly type: "reinstated" };

export const unproven: Fitness = { last: [], until: 0, times: 0 };

/** Of the last so many answers, so many may be bad. */
const window = 8;
const mostBad = 3;
/** How long it is left alone at first; twice as long each further time, to a limit. Milliseconds. */
const firstRestMs = 10 * 60_000;
const lastRestMs = 2 * 60 * 60_000;

export function judged(state: Fitness, good: boolean, now: number): FitnessEvent[] {
  if (state.until > 0) return good ? [{ type: "reinstated" }] : [setAside(state, now)];
  const counted: FitnessEvent = { type: "counted", good };
  const bad = evolveFitness(state, counted).last.filter((accepted) => !accepted).length;
  return bad > mostBad ? [counted, setAside(state, now)] : [counted];
}

function setAside({ times }: Fitness, now: number): FitnessEvent {
  return { type: "set-aside", until: now + Math.min(firstRestMs * 2 ** Math.min(times, 10), lastRestMs) };
}

export function evolveFitness(state: Fitness, event: FitnessEvent): Fitness {
  switch (event.type) {
    case "counted":
      return { ...state, last: [...state.last, event.good].slice(-window) };
    case "set-aside":
      return { last: [], until: event.until, times: state.times + 1 };
    case "reinstated":
      return unproven;
  }
}

/** Set aside, and not yet due for its trial. */
export function isSetAside({ until }: Fitness, now: number): boolean {
  return now < until;
}
