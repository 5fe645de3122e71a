/** Short messages of a case: its words. */
import type { MrkdwnElement } from "@slack/types";
import { ours, fallback, mrkdwn, type Ours, type Markup } from "../text.ts";

export const actionRequiredHead = (title: Ours, caseId: Ours): MrkdwnElement =>
  mrkdwn`*Action required from: ${title}* · ${caseId}`;
export const actionRequired = ours`Action required`;
export const answered = ours`Answered`;
export const answerBy = ours`answer by `;
export const code = (gateCode: Ours): Ours => ours`code ${gateCode}`;
export const waiting = ours`waiting`;
export const handedToTheNextTier = ours`handed to the next tier`;
export const changedByAPerson = ours`changed by a person`;
export const notDone = (authorised: Ours): Ours => ours`${authorised}, not done`;
export const closed = ours`closed`;
export const stillWaitingForMarked = (title: Ours, called: Markup): MrkdwnElement =>
  mrkdwn`*Still waiting for: ${title}* ${called}`;
export const stillWaitingForSpoken = (title: Ours, caseId: Ours): string =>
  fallback`Still waiting for ${title}: ${caseId}`;
export const needsToKnow = ours` needs to know: `;
export const theAnswerComesHere = ours` The answer comes here.`;
export const questionOnSpoken = (caseId: Ours): string => fallback`Question on ${caseId}`;
export const answerOnSpoken = (caseId: Ours): string => fallback`Answer on ${caseId}`;
export const notDoneHead = ours`Not done. `;
export const whoCanAnswer = ours` Who can answer: `;
export const or = (all: Ours, title: Ours): Ours => ours`${all} or ${title}`;
export const notDoneSpoken = fallback`Not done`;
export const whoCanAnswerSpoken = (who: Ours): string => fallback`Not done. Who can answer: ${who}`;
