/** The messages a run begins with: constant ones first, what differs between two runs after them, the case last. */
import { HumanMessage, SystemMessage, type BaseMessage } from "@langchain/core/messages";
import type { Hat } from "./hat.ts";
import { caseMessage, systemPrompt, toolNotesMessage, type AnswerBy } from "./prompt.ts";

/** @param notes what makers of others' tools say of them */
export function openingOf(
  hat: Hat,
  answerBy: AnswerBy | undefined,
  notes: string | undefined,
): (marker: string, view: unknown) => BaseMessage[] {
  const system = new SystemMessage(systemPrompt(hat, answerBy ?? "submit"));
  return (marker, view) => [
    system,
    ...(notes === undefined ? [] : [new HumanMessage(toolNotesMessage(marker, notes))]),
    new HumanMessage(caseMessage(marker, view)),
  ];
}
