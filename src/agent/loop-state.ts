/** What one run carries from node to node: the conversation, and where the run stands. */
import type { BaseMessage } from "@langchain/core/messages";
import { Annotation } from "@langchain/langgraph";
import type { EventData } from "../events/catalogue.ts";
import type { TraceStep } from "../events/run-events.ts";
import type { OutputFault } from "../models/output-faults.ts";
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
  /** The leg that answered last, and its model, if the reply says which. */
  readonly leg: string | undefined;
  readonly model: string | undefined;
}

/** What has been sent back so far: an invalid answer twice at most, an empty and an unfounded one once. */
export interface Repairs {
  readonly left: number;
  readonly empty: boolean;
  readonly unfounded: boolean;
}

export interface Run {
  /** The fence's marker, the case as shown, and the deadline: constant for the run. */
  readonly marker: string;
  readonly view: unknown;
  readonly signal: AbortSignal;
  /** Tool calls left. */
  readonly callsLeft: number;
  readonly steps: readonly TraceStep[];
  /** How many tool calls threw what is none of the model's business. */
  readonly broken: number;
  readonly tally: Tally;
  readonly turn: Turn;
  /** The calls of the last reply, and the answer in it. */
  readonly calls: readonly Call[];
  readonly handedIn: HandedIn | undefined;
  /** JSON-schema output only: it has stopped looking and is asked for its answer. */
  readonly ready: boolean;
  readonly repairs: Repairs;
  /** Answers that were not accepted, and whose they were. */
  readonly faults: readonly { readonly leg: string | undefined; readonly fault: OutputFault }[];
  readonly outcome: Outcome | undefined;
}

/** Two channels, not one a field: LangGraph's cost of a step grows with the channels it keeps. */
export const LoopState = Annotation.Root({
  messages: Annotation<BaseMessage[]>({
    reducer: (before, after) => [...before, ...after],
    default: () => [],
  }),
  run: Annotation<Run, Partial<Run>>({ reducer: (before, after) => ({ ...before, ...after }) }),
});

export type LoopState = typeof LoopState.State;

/** What a node adds: messages at the end of the conversation, fields over those of the run. */
export interface Change {
  readonly messages?: BaseMessage[];
  readonly run?: Partial<Run>;
}
