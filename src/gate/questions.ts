/** A person needs to know more: the question goes on the record, and policy says whether the clock stands meanwhile. */
import type { Draft } from "../bus/bus.ts";
import { isoTime } from "../clock.ts";
import type { EventData } from "../events/catalogue.ts";
import type { Principal } from "../events/vocabulary.ts";
import type { Decision } from "../events/decision.ts";
import { recordOf, type Members } from "./authority.ts";
import type { AnsweredCommand, DecisionCommand } from "./commands.ts";
import { refuse } from "./refusals.ts";
import type { Handoff } from "./state.ts";

interface PersonAnswers {
  readonly command: DecisionCommand;
  readonly decision: Extract<Decision, { decision: "answer_info" }>;
  readonly answer: Members;
}

/** @param looks the role that looks into it, where one does */
export function asking(
  { proposalId, bar, opened }: Handoff,
  { by, question, looks }: { by: Principal; question: string; looks: string | undefined },
): Draft {
  const stops = bar.clockStopsForInfo === true && opened !== undefined;
  const asks = looks === undefined ? {} : { asks: looks };
  return {
    type: "info.requested",
    data: { proposalId, by, question, ...(stops ? { clockStopped: true } : {}), ...asks },
  };
}

/**
 * Said also when it was decided meanwhile: who asked still wants to know. A record that does not speak to it leaves the
 * question open, and a clock that stands standing: a person may know.
 */
export function answered(handoff: Handoff, { requestId, answer, at, looked }: AnsweredCommand): Draft[] {
  const { proposalId, questions, ask } = handoff;
  // Who proposed it answers what people asked of it, and nothing else.
  if (looked !== undefined && (!questions.includes(requestId) || looked !== ask.proposedBy)) return [];
  const { text, evidence, eventIds, role } = answer;
  const said = { proposalId, answer: text, evidence: [...evidence], requestId, eventIds: [...eventIds] };
  const clock = eventIds.length === 0 ? {} : clockOn(handoff, requestId, at);
  const from = role === undefined ? { from: "record" as const } : { from: "role" as const, role };
  return [{ type: "info.answered", data: { ...said, ...from, ...clock } }];
}

/** The record's silence answers nothing. What gave time back, as it once did, has. */
export function answers({ from, eventIds, expiresAt }: EventData<"info.answered">): boolean {
  return from !== "record" || eventIds?.length !== 0 || expiresAt !== undefined;
}

/** A person knew: said of one of the questions there were, whether or not the record has answered it. */
export function answeredBy(handoff: Handoff, { command, decision, answer: listed }: PersonAnswers): Draft {
  const { proposalId, questions } = handoff;
  const { requestId, answer, principal: by } = decision;
  if (!questions.includes(requestId)) {
    const message = "Nobody has asked this of the request, so there is nothing to answer.";
    return refuse(command, { rule: "unknown_question", message });
  }
  const said = { proposalId, answer, evidence: [], requestId, by, directory: recordOf(listed) };
  const clock = clockOn(handoff, requestId, command.at);
  return { type: "info.answered", data: { ...said, from: "person", ...clock } };
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
