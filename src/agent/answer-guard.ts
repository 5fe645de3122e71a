/** What a role's check makes of a model's answers, told to whoever keeps the models. */
import { ModelsUnavailable } from "../models/failover/unavailable.ts";
import type { Run } from "./loop-state.ts";
import type { AnswerGuard } from "./role.ts";

/**
 * Reports a run's answers.
 * @throws ModelsUnavailable when it failed and the leg is at fault: it is not counted against the case
 */
export async function reportAnswers(guard: AnswerGuard, { faults, outcome, tally }: Run): Promise<void> {
  const reason = outcome?.kind === "failed" ? outcome.reason : undefined;
  const bad = reason === "empty_output" || reason === "invalid_output";
  if (bad && (await guard.isDown(tally.leg))) {
    throw new ModelsUnavailable(`${tally.leg ?? "the model"} gives no answers (${reason})`, 500);
  }
  for (const { leg, fault } of faults) guard.judged(leg, fault);
  if (outcome?.kind === "valid") guard.judged(tally.leg, undefined);
}
