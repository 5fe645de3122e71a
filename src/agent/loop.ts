/**
 * One graph for all roles: think → tools → think … → check. It ends in a valid answer or in a reason why there is
 * none; what the answer says as events is the runner's. Budgets count tool calls, in parallel or not; when they
 * are spent there is one last turn with `submit` alone, and a tool's result is never read as an answer (lesson 7).
 * Importing LangGraph takes half a second, so the runner imports this file with its first event.
 */
import { HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { ContextOverflowError } from "@langchain/core/errors";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { END, GraphRecursionError, START, StateGraph } from "@langchain/langgraph";
import type { Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { TraceStep } from "../events/run-events.ts";
import { isBlank } from "./blank.ts";
import { judge, unfoundedText } from "./check.ts";
import { fence } from "./fence.ts";
import type { Hat } from "./hat.ts";
import { LoopState, type Change, type FailureReason, type Outcome, type Tally } from "./loop-state.ts";
import { mindOf, type Mind, type Turn } from "./mind.ts";
import { caseMessage, systemPrompt } from "./prompt.ts";
import type { RoleModel } from "./role.ts";
import { runTools, type Toolbox } from "./tools-step.ts";

export interface LoopDeps {
  readonly model: RoleModel;
  /** The role's own tools and no others. */
  readonly tools: readonly StructuredToolInterface[];
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
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
  const answerBy = deps.model.answerBy ?? "submit";
  const system = systemPrompt(hat, answerBy);
  const graph = compile(hat, deps);
  const recursionLimit = deps.recursionLimit ?? 3 * (hat.budget.toolCalls + 8);
  return {
    run: async ({ view, marker, signal }) => {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(hat.budget.seconds * 1000)]);
      const start: Change = {
        run: { marker, view, signal: deadline },
        messages: [new SystemMessage(system), new HumanMessage(caseMessage(marker, view))],
        callsLeft: deps.tools.length === 0 ? 0 : hat.budget.toolCalls,
        steps: [],
        broken: 0,
        tally: { modelCalls: 0, input: 0, output: 0, leg: undefined },
        ready: false,
        repairs: { left: 2, empty: false, unfounded: false },
      };
      let last: Change = start;
      try {
        const states = await graph.stream(start, { streamMode: "values", recursionLimit });
        for await (const state of states) last = state;
      } catch (error) {
        if (!(error instanceof GraphRecursionError)) throw error;
        last = {
          ...last,
          ...failure("budget_exhausted", `no answer within ${recursionLimit} steps of the loop`),
        };
      }
      return resultOf(last);
    },
  };
}

function resultOf({ outcome, steps = [], tally }: Change): RunResult {
  const none: Outcome = {
    kind: "failed",
    reason: "invalid_output",
    detail: "the run ended without an outcome",
  };
  return {
    outcome: outcome ?? none,
    steps,
    tally: tally ?? { modelCalls: 0, input: 0, output: 0, leg: undefined },
  };
}

function compile(hat: Hat, { model, tools, clock, diagnostics }: LoopDeps) {
  const mind = mindOf(hat, model, tools);
  const box: Toolbox = {
    role: hat.name,
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    budget: hat.budget.toolCalls,
    clock,
    diagnostics,
  };
  const jsonAnswer = model.answerBy === "json-schema";
  return new StateGraph(LoopState)
    .addNode("think", (state) => think(mind, hat, state))
    .addNode("act", (state) => act(box, hat, state))
    .addNode("check", (state) => check(hat, state, jsonAnswer))
    .addEdge(START, "think")
    .addConditionalEdges("think", afterThink, ["act", "check", END])
    .addConditionalEdges("act", afterAct, ["think", "check", END])
    .addConditionalEdges("check", (state) => (state.outcome === undefined ? "think" : END), ["think", END])
    .compile();
}

function afterThink(state: LoopState): "act" | "check" | typeof END {
  if (state.outcome !== undefined) return END;
  return state.calls.length > 0 ? "act" : "check";
}

function afterAct(state: LoopState): "think" | "check" | typeof END {
  if (state.outcome !== undefined) return END;
  return state.handedIn !== undefined || state.turn === "answer" ? "check" : "think";
}

async function think(mind: Mind, hat: Hat, state: LoopState): Promise<Change> {
  const turn: Turn = state.callsLeft > 0 && !state.ready ? "look-up" : "answer";
  try {
    const { message, calls, handedIn, tokens, leg } = await mind.ask(state.messages, turn, state.run.signal);
    const tally: Tally = {
      modelCalls: state.tally.modelCalls + 1,
      input: state.tally.input + tokens.input,
      output: state.tally.output + tokens.output,
      leg: leg ?? state.tally.leg,
    };
    return { messages: [message], calls, handedIn, turn, tally };
  } catch (error) {
    if (state.run.signal.aborted) return outOfTime(hat);
    if (!ContextOverflowError.isInstance(error)) throw error;
    return failure("budget_exhausted", "the case and its look-ups are larger than the model's context");
  }
}

async function act(box: Toolbox, hat: Hat, state: LoopState): Promise<Change> {
  const { calls, callsLeft, handedIn, run } = state;
  const submits = calls.filter((call) => call.name === "submit" && call.id !== handedIn?.callId);
  const lookUps = calls.filter((call) => call.name !== "submit");
  const stepsBefore = state.steps.length;
  const done = await runTools(box, { calls: lookUps, callsLeft, stepsBefore, signal: run.signal });
  const answers = done.steps.map(({ callId, step, tool, status, result }) => {
    const label = `step ${step} ${tool.replace(/[^\w.-]/g, "_")} ${status}`;
    return toolMessage(callId, fence(run.marker, { label, text: result }), tool);
  });
  const refusals = submits.map(({ id }) =>
    toolMessage(id, "refused: hand in one answer at a time", "submit"),
  );
  return {
    messages: [...answers, ...refusals],
    callsLeft: done.callsLeft,
    steps: [...state.steps, ...done.steps.map(({ callId: _, ...step }) => step)],
    broken: state.broken + done.broken,
    ...(run.signal.aborted ? outOfTime(hat) : {}),
  };
}

function check(hat: Hat, state: LoopState, jsonAnswer: boolean): Change {
  const { handedIn, repairs } = state;
  if (handedIn === undefined) return withoutAnswer(hat, state, jsonAnswer);
  if (handedIn.malformed !== undefined)
    return sendBack(state, `the arguments are no JSON: ${handedIn.malformed}`);
  const seen = { view: state.run.view, steps: state.steps };
  const judged = judge(hat, handedIn.value, seen, { drop: repairs.unfounded });
  switch (judged.kind) {
    case "valid":
      return { outcome: judged };
    case "empty":
      return sendBackEmpty(state);
    case "invalid":
      return sendBack(state, judged.error);
    case "unfounded":
      return { ...reply(state, unfoundedText(judged.failed)), repairs: { ...repairs, unfounded: true } };
  }
}

/** The reply held no answer: what it did hold is never taken for one. */
function withoutAnswer(hat: Hat, state: LoopState, jsonAnswer: boolean): Change {
  if (jsonAnswer && state.turn === "look-up")
    return { ...reply(state, "Now your answer, as JSON."), ready: true };
  const hadBudget = hat.budget.toolCalls > 0 && hat.tools.length > 0;
  if (!jsonAnswer && state.turn === "answer" && hadBudget) return spent(hat, state);
  if (saidNothing(state)) return sendBackEmpty(state);
  return sendBack(
    state,
    jsonAnswer ? "expected one JSON object" : "expected a call of `submit`; text is not read",
  );
}

function saidNothing({ calls, messages }: LoopState): boolean {
  return calls.length === 0 && isBlank(messages.at(-1)?.text);
}

function spent(hat: Hat, { steps, broken }: LoopState): Change {
  const { toolCalls } = hat.budget;
  const ran = steps.filter((step) => step.status !== "refused").length;
  return broken > 0 && broken === ran
    ? failure("tool_failed", `every tool call failed (${broken}), and no answer came without them`)
    : failure("budget_exhausted", `${toolCalls} tool calls are spent, and the last turn brought no answer`);
}

function sendBackEmpty(state: LoopState): Change {
  if (state.repairs.empty) return failure("empty_output", "the answer was empty twice");
  const text =
    "Your answer is empty. Nothing found is a finding too: say what you looked at and what it means.";
  return { ...reply(state, text), repairs: { ...state.repairs, empty: true } };
}

function sendBack(state: LoopState, error: string): Change {
  const { repairs } = state;
  if (repairs.left === 0)
    return failure("invalid_output", `no valid answer in three tries: ${error}`.slice(0, 2000));
  const text = `Your answer was not accepted: ${error}\nHand in the whole answer again.`;
  return { ...reply(state, text), repairs: { ...repairs, left: repairs.left - 1 } };
}

/** Answers the `submit` call where there is one: a server refuses a call left without an answer. */
function reply({ handedIn }: LoopState, text: string): Change {
  const message =
    handedIn?.callId === undefined ? new HumanMessage(text) : toolMessage(handedIn.callId, text, "submit");
  return { messages: [message] };
}

function toolMessage(tool_call_id: string, content: string, name: string): ToolMessage {
  return new ToolMessage({ tool_call_id, content, name });
}

function outOfTime(hat: Hat): Change {
  return failure("budget_exhausted", `no answer within ${hat.budget.seconds} s`);
}

function failure(reason: FailureReason, detail: string): Change {
  return { outcome: { kind: "failed", reason, detail } };
}
