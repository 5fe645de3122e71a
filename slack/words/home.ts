/** App Home: its words. */
import { ours, type Ours } from "../text.ts";

export const nothingWaitsForYou = ours`Nothing waits for you`;
export const waitingForYou = (amount: number): Ours => ours`Waiting for you: ${amount}`;
export const andMore = (left: number): Ours => ours`and ${left} more`;
export const yourTiersCases = ours`Your tier's cases`;
export const noneIsOpen = ours`None is open.`;
export const lastDecisions = ours`Last decisions`;
export const noneYet = ours`None yet.`;
export const everythingRuns = ours`Everything runs`;
export const somethingNeedsALook = ours`Something needs a look`;
export const code = ours`code `;
export const isOnIt = ours` is on it`;
export const carryOutBy = ours`carry out by `;
export const authorisedNotDone = ours`authorised, not done`;
export const ofPeople = (length: number, quorum: number): Ours => ours`${length} of ${quorum} people`;
export const answerBy = ours`answer by `;
export const askedOf = (title: Ours): Ours => ours`asked of ${title}`;
export const noAlert = ours`(no alert)`;
export const noVerdictYet = ours`no verdict yet`;
export const opened = ours`opened `;
export const by = ours`by `;
export const waiting = ours`Waiting`;
