/** The head of a thread: its words. */
import { ours, type Ours, markup, type Markup } from "../text.ts";

export const closed = ours`Closed`;
export const newWord = ours`New`;
export const empty = ours`○`;
export const full = ours`●`;
export const noAlert = ours`(no alert)`;
export const opened = ours`opened `;
export const alerts = (amount: number): Ours => ours`${amount} alerts`;
export const noVerdictYet = ours`No verdict yet`;
export const confidence = (confidence: Ours): Ours => ours`confidence ${confidence}`;
export const priority = (priority: number): Ours => ours`priority ${priority}`;
export const isPaused = (short: Ours): Ours => ours`${short} is paused`;
export const done = ours`✓`;
export const failedMark = ours`✗`;
export const oneApproval = ours`1 approval`;
export const approvals = (length: number): Ours => ours`${length} approvals`;
export const openIn = (consoleName: Ours): Ours => ours`Open in ${consoleName}`;
export const noModelAnswers = markup`no model answers`;
export const waits = (reasons: Markup): Markup => markup`*waits: ${reasons}*`;
export const waitingFor = (approvals: Ours, whom: Markup): Markup =>
  markup`*${approvals} waiting* for ${whom}`;
export const authorisedNotDone = (open: number): Markup => markup`*${open} authorised, not done*`;
