/** The operations channel: its words. */
import type { EventData } from "../../src/events/catalogue.ts";
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
export const logIsNotWhatItWas = ours`Alarm: the log is not what it was.`;
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
export const modelAnswersAgain = ours`The model answers again.`;

// What follows holds words of others, and is shown as such.
const number = (count: number): string => count.toLocaleString("en-GB");
export const readOnly = (tools: readonly string[]): string => `Read-only: ${tools.join(", ")}.`;
export const notUsed = (tools: readonly string[], left: number): string =>
  `Not used: ${tools.join("; ")}${left > 0 ? `; and ${left} more` : ""}.`;
export const triedAgain = (group: string): string => `an entry of ${group} is tried again.`;
export const erasedEntries = ({ entries, to, by, why }: EventData<"log.erased">): string =>
  `${number(entries)} entries of the archive up to ${to}, by ${by}: ${why}`;
export const readsNoMore = ({ group, undone, why }: EventData<"group.detached">): string =>
  `${group} reads the log no more: ${why}${undone.length === 0 ? "" : ` ${undone.length} entries were not done.`}`;
export const entryCount = (entries: number): string => `${number(entries)} entries`;
export const entriesAndHead = (entries: string): string => `${entries}; head`;
export const moreHeads = (count: number): string => `and ${count} more, in log.verified`;
export const auditSaysTheRest = (entries: string, damage: string): string =>
  `${entries}. ${damage} "hatrack audit verify" says the rest.`;
export const tokensSpent = ({ role, tokens, budget }: EventData<"model.budget_spent">): string =>
  `${role}: ${number(tokens)} of ${number(budget)} tokens; its work waits for tomorrow (UTC).`;
