/** A person needs to know more: the question goes on the record, and policy says whether the clock stands meanwhile. */
import type { Draft } from "../bus/bus.ts";
import { isoTime } from "../clock.ts";
import type { Principal } from "../events/vocabulary.ts";
import type { AnsweredCommand } from "./commands.ts";
import type { Handoff } from "./state.ts";

export function asking({ proposalId, bar, opened }: Handoff, by: Principal, question: string): Draft {
  const stops = bar.clockStopsForInfo === true && opened !== undefined;
  return {
    type: "info.requested",
    data: { proposalId, by, question, ...(stops ? { clockStopped: true } : {}) },
  };
}

/** Said also when it was decided meanwhile: who asked still wants to know. */
export function answered(handoff: Handoff, { requestId, answer, at }: AnsweredCommand): Draft[] {
  const { proposalId } = handoff;
  const { text, evidence, eventIds } = answer;
  const said = { proposalId, answer: text, evidence: [...evidence], requestId, eventIds: [...eventIds] };
  return [{ type: "info.answered", data: { ...said, from: "record", ...clockOn(handoff, requestId, at) } }];
}

/** The tier gets back the time it waited; at most as long as it has as a whole. */
function clockOn(
  { status, opened, question, bar }: Handoff,
  requestId: string,
  at: number,
): { expiresAt?: string } {
  if (status !== "pending" || opened === undefined) return {};
  if (question?.requestId !== requestId || !question.clockStopped) return {};
  const waited = Math.max(0, at - Date.parse(question.askedAt));
  const back = Math.min(waited, bar.expiresMinutes * 60_000);
  return { expiresAt: isoTime(Date.parse(opened.expiresAt) + back) };
}
