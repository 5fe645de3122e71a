/** What bounds a request: its words. */
import { ours, type Ours } from "../text.ts";

export const reversible = ours`Reversible`;
export const notReversible = ours`Not reversible`;
export const thenItExpires = ours`; then it expires and nothing is done.`;
export const thenIsAsked = (title: Ours): Ours => ours`; then ${title} is asked.`;
export const answerWithinMinutes = (expiresMinutes: number, then: Ours): Ours =>
  ours`Answer within ${expiresMinutes} minutes${then}`;
export const answerBy = ours`Answer by `;
export const people = (need: number): Ours => ours`${need} people`;
export const mustAuthorise = (length: number): Ours => ours` must authorise it; ${length} so far`;
export const joinedAfterThisWasAsked = ours`joined the group after this was asked`;
export const isOnIt = ours` is on it.`;
export const reminderMovedBy = ours`Reminder moved by `;
export const to = ours` to `;
export const asks = ours` asks: `;
export const theClockStandsStill = ours` The clock stands still until then.`;
export const theAnswerComes = (clock: Ours): Ours => ours` The answer comes in the thread.${clock}`;
export const beingLookedInto = ours`… being looked into.`;
export const isLookingIntoIt = ours` is looking into it, with its read-only tools.`;
export const answerOf = ours`Answer of `;
export const answerFromTheRecord = ours`Answer, from the record`;
