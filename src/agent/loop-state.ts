/** What one run carries from node to node. */
import type { BaseMessage } from "@langchain/core/messages";
import { Annotation } from "@langchain/langgraph";
import type { EventData } from "../events/catalogue.ts";
import type { TraceStep } from "../events/run-events.ts";
import type { Judged } from "./check.ts";
import type { Call, HandedIn, Turn } from "./mind.ts";

export type Outcome =
  | Extract<Judged, { kind: "valid" }>
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly detail: string };
export type FailureReason = EventData<"role.failed">["reason"];

export interface Tally {
  readonly modelCalls: number;
  readonly input: number;
  readonly output: number;
  /** The leg that answered last, if the model says which. */
  readonly leg: string | undefined;
}

/** What has been sent back so far: an invalid answer twice at most, an empty and an unfounded one once. */
export interface Repairs {
  readonly left: number;
  readonly empty: boolean;
  readonly unfounded: boolean;
}

export const LoopState = Annotation.Root({
  /** The fence's marker, the case as shown, and the deadline: constant for the run. */
  run: Annotation<{ readonly marker: string; readonly view: unknown; readonly signal: AbortSignal }>,
  messages: Annotation<BaseMessage[]>({
    reducer: (before, after) => [...before, ...after],
    default: () => [],
  }),
  callsLeft: Annotation<number>,
  steps: Annotation<readonly TraceStep[]>,
  broken: Annotation<number>,
  tally: Annotation<Tally>,
  turn: Annotation<Turn>,
  /** The calls of the last reply, and the answer in it. */
  calls: Annotation<readonly Call[]>,
  handedIn: Annotation<HandedIn | undefined>,
  /** JSON-schema output only: it has stopped looking and is asked for its answer. */
  ready: Annotation<boolean>,
  repairs: Annotation<Repairs>,
  outcome: Annotation<Outcome | undefined>,
});

export type LoopState = typeof LoopState.State;
export type Change = Partial<LoopState>;
