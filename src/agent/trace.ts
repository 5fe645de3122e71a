/** A run's steps as the log keeps them: redacted, and cut so that the event stays whole under its 64 KB. */
import { maxEventBytes } from "../events/parse.ts";
import type { TraceStep } from "../events/run-events.ts";
import { cutStrings } from "./prompt-view.ts";
import { redact, redactText } from "./redact.ts";

/** What the envelope and the other fields of role.worked and role.failed may need. */
const room = maxEventBytes - 8 * 1024;
const maxSteps = 200;

/**
 * Cuts results and arguments until all steps fit in `bytes` of JSON. Steps the answer cites keep theirs longest,
 * because `explain` shows them.
 */
export function fitTrace(
  steps: readonly TraceStep[],
  cited: readonly string[],
  bytes: number = room,
): TraceStep[] {
  const kept = steps.slice(0, maxSteps).map((step) => ({
    ...step,
    arguments: cutStrings(redact(step.arguments), 4000),
    result: cutResult(redactText(step.result), 8000),
  }));
  const isCited = (step: TraceStep): boolean =>
    cited.some((path) => path.toLowerCase() === `step ${step.step}`);
  for (const limit of [2000, 500, 100, 0]) {
    if (sizeOf(kept) <= bytes) return kept;
    kept.forEach((step, index) => {
      if (!isCited(step)) kept[index] = shortened(step, limit);
    });
  }
  for (const limit of [4000, 1000, 200, 0]) {
    if (sizeOf(kept) <= bytes) return kept;
    kept.forEach((step, index) => {
      kept[index] = shortened(step, limit);
    });
  }
  return kept;
}

function shortened(step: TraceStep, limit: number): TraceStep {
  const argumentsText = JSON.stringify(step.arguments);
  const fits = argumentsText.length <= Math.max(limit, 100);
  return {
    ...step,
    arguments: fits ? step.arguments : { cut: `${argumentsText.length} characters` },
    result: cutResult(step.result, limit),
  };
}

/** At most `length` characters, the note of what is missing included. */
function cutResult(result: string, length: number): string {
  if (result.length <= length) return result;
  const note = `… ${(result.length - length).toLocaleString("en-GB")} more characters`;
  return note.length > length ? "…" : result.slice(0, length - note.length) + note;
}

function sizeOf(steps: readonly TraceStep[]): number {
  return Buffer.byteLength(JSON.stringify(steps));
}
