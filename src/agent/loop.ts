/**
 * One graph for all roles: turn → turn … In a turn the model thinks, what it looks up is run, and what it hands in is
 * checked; one step of the graph each, because LangGraph's own cost is by the step. It ends in a valid answer or in a
 * reason why there is none; what the answer says as events is the runner's. Budgets count tool calls, in parallel or
 * not; when they are spent there is one last turn with `submit` alone, and a tool's result is never read as an answer
 * (lesson 7).
 * Importing LangGraph takes half a second, so the runner imports this file with its first event.
 */
import { ContextOverflowError } from "@langchain/core/errors";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { Command, END, GraphRecursionError, START, StateGraph } from "@langchain/langgraph";
import type { Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { HatrackError } from "../errors.ts";
import type { TraceStep } from "../events/run-events.ts";
import { reportAnswers } from "./answer-guard.ts";
import { fitted } from "./context-fit.ts";
import { fence } from "./fence.ts";
import type { Hat } from "./hat.ts";
import { check, failure, outOfTime, toolMessage } from "./loop-check.ts";
import { LoopState, type Change, type Outcome, type Run, type Tally } from "./loop-state.ts";
import { cleanMind, mindOf, type Mind, type Turn } from "./mind.ts";
import { openingOf } from "./opening.ts";
import { shippedRedactor, type Redactor } from "./redact.ts";
import type { RoleModel } from "./role.ts";
import { runTools, type Toolbox } from "./tools-step.ts";

export interface LoopDeps {
  readonly model: RoleModel;
  /** The role's own tools and no others. */
  readonly tools: readonly StructuredToolInterface[];
  readonly notes?: string | undefined;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly redactor?: Redactor | undefined;
  /** Turns before it gives up. Default: more than the budget and all repairs can take. */
  readonly recursionLimit?: number;
}

export interface RunInput {
  /** What the model is shown of the case. */
  readonly view: unknown;
  /** Of this run alone; the fence's. */
  readonly marker: string;
  readonly signal: AbortSignal;
}

export interface RunResult {
  readonly outcome: Outcome;
  readonly steps: readonly TraceStep[];
  readonly tally: Tally;
}

export interface Loop {
  /** @throws what the model throws, unless the deadline had passed */
  run(input: RunInput): Promise<RunResult>;
}

/** Binds the model and compiles the graph once, for all runs of a role. */
export function createLoop(hat: Hat, deps: LoopDeps): Loop {
  const opening = openingOf(hat, deps.model.answerBy, deps.notes);
  const graph = compile(hat, deps);
  const recursionLimit = deps.recursionLimit ?? hat.budget.toolCalls + 8;
  return {
    run: async ({ view, marker, signal }) => {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(hat.budget.seconds * 1000)]);
      const callsLeft = deps.tools.length === 0 ? 0 : hat.budget.toolCalls;
      let run: Run = { ...unbegun, view, marker, signal: deadline, callsLeft };
      try {
        const begun = { messages: opening(marker, view), run };
        const states = await graph.stream(begun, { streamMode: "values", recursionLimit });
        for await (const state of states) ({ run } = state);
      } catch (error) {
        if (!(error instanceof GraphRecursionError)) throw error;
        run = {
          ...run,
          ...failure("budget_exhausted", `no answer within ${recursionLimit} turns of the loop`),
        };
      }
      if (deps.model.guard !== undefined) await reportAnswers(deps.model.guard, run);
      const { outcome = noOutcome, steps, tally } = run;
      return { outcome, steps, tally };
    },
  };
}

const unbegun = {
  turn: "look-up",
  steps: [],
  calls: [],
  broken: 0,
  tally: { modelCalls: 0, input: 0, output: 0, leg: undefined, model: undefined },
  handedIn: undefined,
  ready: false,
  repairs: { left: 2, empty: false, unfounded: false },
  faults: [],
  outcome: undefined,
} as const;
const noOutcome = {
  kind: "failed",
  reason: "invalid_output",
  detail: "the run ended without an outcome",
} as const;

function compile(hat: Hat, deps: LoopDeps) {
  const { model, tools, clock, diagnostics, redactor = shippedRedactor } = deps;
  const mind = cleanMind(mindOf(hat, model, tools), redactor);
  const box: Toolbox = {
    role: hat.name,
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    ...{ budget: hat.budget.toolCalls, clock, diagnostics, redactor },
  };
  const how: How = { json: model.answerBy === "json-schema", guard: model.guard };
  const turn = async (state: LoopState): Promise<Command> => {
    const thought = await think(mind, hat, shortenedFor(model, state));
    if (!hasLookUps(thought)) return checked(hat, state, thought, how);
    const acted = await act(box, hat, together(state, thought));
    const change = added(thought, acted);
    const { handedIn, turn: last } = together(state, change).run;
    return handedIn !== undefined || last === "answer" ? checked(hat, state, change, how) : go(change);
  };
  return new StateGraph(LoopState)
    .addNode("turn", turn, { ends: ["turn", END] })
    .addEdge(START, "turn")
    .compile();
}

type How = Parameters<typeof check>[2];

/** Every call but the one that hands in is answered, whatever it is. */
function hasLookUps({ run: { calls = [], handedIn, outcome } = {} }: Change): boolean {
  return outcome === undefined && calls.some((call) => call.id !== handedIn?.callId);
}

/** Of a reply that looks nothing up, of an answer handed in beside look-ups, and of a last turn that brought none. */
function checked(hat: Hat, before: LoopState, change: Change, how: How): Command {
  if (change.run?.outcome !== undefined) return go(change);
  return go(added(change, check(hat, together(before, change), how)));
}

function go(update: Change): Command {
  return new Command({ goto: update.run?.outcome === undefined ? "turn" : END, update: { ...update } });
}

function added(one: Change, other: Change): Required<Change> {
  return {
    messages: [...(one.messages ?? []), ...(other.messages ?? [])],
    run: { ...one.run, ...other.run },
  };
}

function together({ messages, run }: LoopState, change: Change): LoopState {
  return { messages: [...messages, ...(change.messages ?? [])], run: { ...run, ...change.run } };
}

function shortenedFor(model: RoleModel, state: LoopState): LoopState {
  return { ...state, messages: [...fitted(state.messages, model.contextTokens?.())] };
}

async function think(mind: Mind, hat: Hat, { messages, run }: LoopState): Promise<Change> {
  const turn: Turn = run.callsLeft > 0 && !run.ready ? "look-up" : "answer";
  try {
    const { message, calls, handedIn, tokens, leg, model } = await mind.ask(messages, turn, run.signal);
    const tally: Tally = {
      modelCalls: run.tally.modelCalls + 1,
      input: run.tally.input + tokens.input,
      output: run.tally.output + tokens.output,
      leg: leg ?? run.tally.leg,
      model: model ?? run.tally.model,
    };
    return { messages: [message], run: { calls, handedIn, turn, tally } };
  } catch (error) {
    if (run.signal.aborted) return { run: outOfTime(hat) };
    if (!isOverflow(error)) throw error;
    const why = "the case and its look-ups are larger than the model's context";
    return { run: failure("budget_exhausted", why) };
  }
}

function isOverflow(error: unknown): boolean {
  if (error instanceof HatrackError) return error.code === "model_context_exceeded";
  return ContextOverflowError.isInstance(error);
}

async function act(box: Toolbox, hat: Hat, { run }: LoopState): Promise<Change> {
  const { calls, callsLeft, handedIn, signal, steps } = run;
  const submits = calls.filter((call) => call.name === "submit" && call.id !== handedIn?.callId);
  const lookUps = calls.filter((call) => call.name !== "submit");
  const done = await runTools(box, { calls: lookUps, callsLeft, stepsBefore: steps.length, signal });
  const answers = done.steps.map(({ callId, step, tool, status, result }) => {
    const label = `step ${step} ${tool.replace(/[^\w.-]/g, "_")} ${status}`;
    return toolMessage(callId, fence(run.marker, { label, text: result }), tool);
  });
  const refusals = submits.map(({ id }) =>
    toolMessage(id, "refused: hand in one answer at a time", "submit"),
  );
  return {
    messages: [...answers, ...refusals],
    run: {
      callsLeft: done.callsLeft,
      steps: [...steps, ...done.steps.map(({ callId: _, ...step }) => step)],
      broken: run.broken + done.broken,
      ...(signal.aborted ? outOfTime(hat) : {}),
    },
  };
}
