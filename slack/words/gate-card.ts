/** The card that asks: its words. */
import type { MrkdwnElement } from "@slack/types";
import { ours, fallback, mrkdwn, type Ours, type Markup } from "../text.ts";

export const actionRequiredHead = (title: Ours, called: Markup): MrkdwnElement =>
  mrkdwn`*Action required from: ${title}* ${called}`;
export const actionRequiredSpoken = (title: Ours, headline: Ours, caseId: Ours): string =>
  fallback`Action required from ${title}: ${headline}, ${caseId}`;
export const codeMarked = (caseId: Ours, code: Ours): MrkdwnElement => mrkdwn`${caseId} · code *${code}*`;
export const why = ours`Why `;
export const against = ours`Against `;
export const nowToDo = ours`Now to do: `;
export const notDoneMarked = (authorised: Ours, caseId: Ours): MrkdwnElement =>
  mrkdwn`*${authorised}, not done* · ${caseId}`;
export const notDoneSpoken = (authorised: Ours, headline: Ours, caseId: Ours): string =>
  fallback`${authorised}, not done: ${headline}, ${caseId}`;
export const nobodyIsOnItYet = ours`nobody is on it yet`;
export const isOnIt = ours` is on it`;
export const carryOutBy = ours` · carry out by `;
export const authorisedBy = ours`Authorised by `;
