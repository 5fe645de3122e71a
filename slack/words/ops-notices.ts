/** The operations channel: its words. */
import { ours, type Ours } from "../text.ts";

export const by = ours` by `;
export const resumed = ours`Resumed`;
export const paused = ours`Paused`;
export const unmuted = ours`Unmuted`;
export const on = ours` on `;
export const muted = ours`Muted`;
export const criticalAlertsToo = ours`, critical alerts too,`;
export const until = ours` until `;
export const toolsHaveChanged = ours`What a tool server offers has changed:`;
export const deadLetter = ours`Dead letter: work was given up.`;
export const redriven = ours`Redriven:`;
export const erased = ours`Erased:`;
export const detached = ours`Detached:`;
export const alarmTheLogIsNotWhat = ours`Alarm: the log is not what it was.`;
export const theLogIsWhole = ours`The log is whole.`;
export const see = ours` See `;
export const hatrackDeadList = ours`hatrack dead list`;
export const deadLetters = (entries: number): Ours =>
  ours`Dead letters: work was given up ${entries} times within the hour. The latest:`;
export const alarmACardWasNotPosted = ours`Alarm: a card was not posted.`;
export const nobodyCanAnswerIt = (caseId: Ours): Ours =>
  ours` Nobody can answer it in Slack: ${caseId}, asked `;
export const nobodysTelephoneRang = ours`Alarm: nobody's telephone rang.`;
export const alarmAnEntryOfTheLog = ours`Alarm: an entry of the log is not from whom it says.`;
export const aRoleHasSpentItsTokens = ours`A role has spent its tokens of the day.`;
export const noModelAnswersWorkWaits = ours`No model answers; work waits.`;
export const modelHasTakenOver = ours`Another model has taken over.`;
