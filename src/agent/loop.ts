/**
 * One graph for all roles: think → act (its look-ups) → think … → check. It ends in a valid answer or in a reason why there is
 * none; what the answer says as events is the runner's. Budgets count tool calls, in parallel or not; when they
 * are spent there is one last turn with `submit` alone, and a tool's result is never read as an answer (lesson 7).
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
  /** Supersteps of the graph before it gives up. Default: more than the budget and all repairs can take. */
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
  const recursionLimit = deps.recursionLimit ?? 2 * (hat.budget.toolCalls + 8);
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
          ...failure("budget_exhausted", `no answer within ${recursionLimit} steps of the loop`),
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
  return new StateGraph(LoopState)
    .addNode(
      "think",
      async (state: LoopState) =>
        afterThink(hat, state, await think(mind, hat, shortenedFor(model, state)), how),
      {
        ends: ["think", "act", END],
      },
    )
    .addNode("act", async (state: LoopState) => afterAct(hat, state, await act(box, hat, state), how), {
      ends: ["think", END],
    })
    .addEdge(START, "think")
    .compile();
}

type How = Parameters<typeof check>[2];

/** Look-ups are run, and every call but the one that hands in is answered; a turn with neither is checked. */
function afterThink(hat: Hat, state: LoopState, change: Change, how: How): Command {
  const { calls = [], handedIn, outcome } = change.run ?? {};
  if (outcome !== undefined) return go(END, change);
  const others = calls.some((call) => call.id !== handedIn?.callId);
  return others ? go("act", change) : checked(hat, state, change, how);
}

/** An answer handed in beside look-ups is checked, and so is a last turn that brought none. */
function afterAct(hat: Hat, state: LoopState, change: Change, how: How): Command {
  if (change.run?.outcome !== undefined) return go(END, change);
  const answered = state.run.handedIn !== undefined || state.run.turn === "answer";
  return answered ? checked(hat, state, change, how) : go("think", change);
}

/** The check needs no step of its own in the graph: it is pure, and it ends the run or sends the answer back. */
function checked(hat: Hat, before: LoopState, change: Change, how: How): Command {
  const messages = [...before.messages, ...(change.messages ?? [])];
  const verdict = check(hat, { messages, run: { ...before.run, ...change.run } }, how);
  return go(verdict.run?.outcome === undefined ? "think" : END, {
    messages: [...(change.messages ?? []), ...(verdict.messages ?? [])],
    run: { ...change.run, ...verdict.run },
  });
}

function go(goto: "think" | "act" | typeof END, update: Change): Command {
  return new Command({ goto, update: { ...update } });
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
