/**
 * Runs what a model asked for, in order, until the budget is spent. Every call is answered: a refusal is an answer.
 * Only named errors are told to the model; what else a tool throws goes to the diagnostics (LangGraph's ToolNode
 * shows any exception to the model and runs a whole batch whatever the budget).
 */
import { ToolInputParsingException, type StructuredToolInterface } from "@langchain/core/tools";
import type { Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { TraceStep } from "../events/run-events.ts";
import { cap, ToolError } from "./define-tool.ts";
import type { Call } from "./mind.ts";
import type { Redactor } from "./redact.ts";
import { untilAborted } from "./until-aborted.ts";

/** No result is longer, whichever tool it came from: what the model read is what the log can keep. Bytes. */
const maxResult = 8000;

export interface Toolbox {
  readonly role: string;
  /** The role's own tools and no others. */
  readonly tools: ReadonlyMap<string, StructuredToolInterface>;
  readonly budget: number;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly redactor: Redactor;
}

export interface ToolsDone {
  readonly callsLeft: number;
  readonly steps: readonly (TraceStep & { readonly callId: string })[];
  /** How many threw something that is none of the model's business. */
  readonly broken: number;
}

interface Result {
  readonly status: TraceStep["status"];
  readonly text: string;
  readonly broken?: true;
}

export interface Batch {
  readonly calls: readonly Call[];
  readonly callsLeft: number;
  /** Steps taken before this batch. */
  readonly stepsBefore: number;
  readonly signal: AbortSignal;
}

export async function runTools(box: Toolbox, batch: Batch): Promise<ToolsDone> {
  const steps: (TraceStep & { callId: string })[] = [];
  let { callsLeft } = batch;
  let broken = 0;
  for (const call of batch.calls) {
    const started = box.clock.now();
    const spent = callsLeft === 0;
    const result = spent ? overBudget(box) : await runOne(box, call, batch.signal);
    if (!spent) callsLeft -= 1;
    if (result.broken === true) broken += 1;
    steps.push({
      callId: call.id,
      step: batch.stepsBefore + steps.length + 1,
      tool: call.name.slice(0, 100) || "(no name)",
      arguments: box.redactor.value(call.args),
      result: cap(box.redactor.text(result.text), maxResult - 100),
      status: result.status,
      milliseconds: Math.max(0, box.clock.now() - started),
    });
  }
  return { callsLeft, steps, broken };
}

async function runOne(box: Toolbox, call: Call, signal: AbortSignal): Promise<Result> {
  const tool = box.tools.get(call.name);
  if (tool === undefined) return unknownTool(box, call.name);
  if (call.malformed !== undefined) return { status: "error", text: `invalid arguments: ${call.malformed}` };
  try {
    const result: unknown = await untilAborted(tool.invoke(call.args, { signal }), signal);
    return { status: "ok", text: textOf(result) };
  } catch (error) {
    return signal.aborted ? { status: "error", text: "out of time" } : failed(box, call, error);
  }
}

function failed(box: Toolbox, call: Call, error: unknown): Result {
  if (error instanceof ToolInputParsingException) {
    return { status: "error", text: `invalid arguments: ${error.message}` };
  }
  if (error instanceof ToolError) return { status: "error", text: `${error.code}: ${error.message}` };
  box.diagnostics.error({ role: box.role, tool: call.name, err: error }, "a tool failed");
  return { status: "error", text: "tool failed", broken: true };
}

function unknownTool(box: Toolbox, name: string): Result {
  box.diagnostics.warn({ role: box.role, tool: name }, "a model asked for a tool that is not the role's");
  const own = [...box.tools.keys()].join(", ") || "none";
  return { status: "refused", text: `refused: you have no such tool; yours: ${own}` };
}

function overBudget(box: Toolbox): Result {
  return { status: "refused", text: `refused: your ${box.budget} tool calls are spent; hand in your answer` };
}

function textOf(result: unknown): string {
  return typeof result === "string" ? result : JSON.stringify(result ?? null);
}
