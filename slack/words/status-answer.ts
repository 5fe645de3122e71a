/** Whether all runs: its words. */
import { ours, type Ours } from "../text.ts";

export const waitingAndUndone = (waiting: number, undone: number): Ours =>
  ours`${waiting} waiting for an answer, ${undone} authorised and not done`;
export const noModelAnswers = ours`No model answers: `;
export const paused = ours`Paused: `;
export const waiting = (lag: number): Ours => ours`${lag} waiting`;
export const atWork = (pending: number): Ours => ours`${pending} at work`;
export const couldNotBeHandled = (dead: number): Ours => ours`${dead} could not be handled`;
export const everythingRuns = ours`Everything runs.`;
export const somethingNeedsALook = ours`Something needs a look.`;
