/** What becomes of a reply that looks nothing up: it ends the run, or goes back with what is wrong with it. */
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { z } from "zod";
import type { OutputFault } from "../models/output-faults.ts";
import { isBlank } from "./blank.ts";
import { judge, unfoundedText } from "./check.ts";
import type { Hat } from "./hat.ts";
import type { Change, FailureReason, LoopState, Outcome, Run } from "./loop-state.ts";
import type { AnswerGuard } from "./role.ts";

/** @param guard knows what the legs have said before */
export function check(
  hat: Hat,
  state: LoopState,
  { json, guard }: { readonly json: boolean; readonly guard: AnswerGuard | undefined },
): Change {
  const { handedIn, repairs, view, steps } = state.run;
  if (handedIn === undefined) return withoutAnswer(hat, state, json);
  if (handedIn.malformed !== undefined)
    return sendBack(state, `the arguments are no JSON: ${handedIn.malformed}`);
  const judged = judge(hat, handedIn.value, { view, steps }, { drop: repairs.unfounded });
  switch (judged.kind) {
    case "valid":
      return judged.cited.length === 0 && isEcho(state, guard)
        ? sendBack(state, echoed, "echo")
        : { run: { outcome: judged } };
    case "empty":
      return sendBackEmpty(state);
    case "invalid":
      return sendBack(state, judged.error, judged.fault);
    case "unfounded":
      return reply(state, unfoundedText(judged.failed), { repairs: { ...repairs, unfounded: true } });
  }
}

const echoed =
  "it is word for word what you answered in other cases, and nothing in it is tied to this one; answer for this case";

const Case = z.object({ caseId: z.string() });

/** An answer that rests on nothing of this case and was given in others too (lesson 10). */
function isEcho({ run: { handedIn, tally, view } }: LoopState, guard: AnswerGuard | undefined): boolean {
  const caseId = Case.safeParse(view).data?.caseId;
  if (guard === undefined || caseId === undefined || isBlank(handedIn?.value)) return false;
  return guard.isEcho(tally.leg, { caseId, answer: handedIn?.value });
}

/** The reply held no answer: what it did hold is never taken for one. */
function withoutAnswer(hat: Hat, state: LoopState, json: boolean): Change {
  const { turn } = state.run;
  if (json && turn === "look-up") return reply(state, "Now your answer, as JSON.", { ready: true });
  const hadBudget = hat.budget.toolCalls > 0 && hat.tools.length > 0;
  if (!json && turn === "answer" && hadBudget) return { run: spent(hat, state) };
  if (saidNothing(state)) return sendBackEmpty(state);
  return sendBack(state, json ? "expected one JSON object" : "expected a call of `submit`; text is not read");
}

function saidNothing({ messages, run }: LoopState): boolean {
  return run.calls.length === 0 && isBlank(messages.at(-1)?.text);
}

function spent(hat: Hat, { run }: LoopState): Partial<Run> {
  const { toolCalls } = hat.budget;
  const ran = run.steps.filter((step) => step.status !== "refused").length;
  return run.broken > 0 && run.broken === ran
    ? failure("tool_failed", `every tool call failed (${ran}), and no answer came without them`)
    : failure("budget_exhausted", `${toolCalls} tool calls are spent, and the last turn brought no answer`);
}

function sendBackEmpty(state: LoopState): Change {
  const { repairs } = state.run;
  const faults = faultsWith(state, "empty");
  if (repairs.empty) return { run: { ...failure("empty_output", "the answer was empty twice"), faults } };
  const text =
    "Your answer is empty. Nothing found is a finding too: say what you looked at and what it means.";
  return reply(state, text, { repairs: { ...repairs, empty: true }, faults });
}

function faultsWith({ run }: LoopState, fault: OutputFault): Run["faults"] {
  return [...run.faults, { leg: run.tally.leg, fault }];
}

function sendBack(state: LoopState, error: string, fault: OutputFault = "invalid"): Change {
  const { repairs } = state.run;
  const faults = faultsWith(state, fault);
  if (repairs.left === 0) {
    const detail = `no valid answer in three tries: ${error}`.slice(0, 2000);
    return { run: { ...failure("invalid_output", detail), faults } };
  }
  const text = `Your answer was not accepted: ${error}\nHand in the whole answer again.`;
  return reply(state, text, { repairs: { ...repairs, left: repairs.left - 1 }, faults });
}

/** Answers the `submit` call where there is one: a server refuses a call left without an answer. */
function reply({ run: { handedIn } }: LoopState, text: string, run: Partial<Run>): Change {
  const message =
    handedIn?.callId === undefined ? new HumanMessage(text) : toolMessage(handedIn.callId, text, "submit");
  return { messages: [message], run };
}

export function toolMessage(tool_call_id: string, content: string, name: string): ToolMessage {
  return new ToolMessage({ tool_call_id, content, name });
}

export function outOfTime(hat: Hat): Partial<Run> {
  return failure("budget_exhausted", `no answer within ${hat.budget.seconds} s`);
}

export function failure(reason: FailureReason, detail: string): { outcome: Outcome } {
  return { outcome: { kind: "failed", reason, detail } };
}
