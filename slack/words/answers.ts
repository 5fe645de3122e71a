/** Answers to `/soc`: its words. */
import { ours, fallback, type Ours } from "../text.ts";

export const commandsOfHatrackSpoken = fallback`Commands of hatrack`;
export const youCanAsk = ours`You can ask:`;
export const inACasesThreadTheSame = ours`In a case's thread the same by @mention; the case need not be named there.`;
export const tryThis = ours` Try `;
export const thatWasNotClearSpoken = fallback`That was not clear`;
export const on = ours` on `;
export const until = ours` until `;
export const by = ours` by `;
export const andMore = (left: number): Ours => ours`and ${left} more`;
export const isNotMuted = ours` is not muted. `;
export const nothingIsMuted = ours`Nothing is muted.`;
export const muted = ours`Muted:`;
export const waitsFor = (title: Ours): Ours => ours`waits for ${title}`;
export const authorisedNotDone = ours`authorised, not done`;
export const closed = ours`closed`;
export const nothingWaitsForAnybody = ours`Nothing waits for anybody.`;
export const waitingSpoken = (length: number): string => fallback`${length} waiting`;
export const waiting = (length: number): Ours => ours`${length} waiting`;
export const authorisedNotDoneOf = ours`authorised, not done: `;
export const waitsForWhom = ours`waits for `;
export const of = (length: number, quorum: number): Ours => ours`${length} of ${quorum}`;
export const answerBy = ours`answer by `;
export const code = (gateCode: Ours): Ours => ours`code ${gateCode}`;
export const thisNeedsAForm = ours`This needs a form.`;
export const nobodyWhoCanAnswer = ours`Nobody who can answer.`;
export const onCallSpoken = (title: Ours): string => fallback`On call: ${title}`;
