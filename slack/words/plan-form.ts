/** Authorising a plan: its words. */
import { ours, type Ours } from "../text.ts";

export const authoriseSeveral = ours`Authorise several`;
export const authoriseTicked = ours`Authorise ticked`;
export const eachOfTheseIsADecision = ours` · each of these is a decision of its own.`;
export const noteForTheRecord = ours`Note for the record`;
export const authoriseItCode = (code: Ours): Ours => ours`Authorise it · code ${code}`;
export const untickToLeaveItOut = ours`Untick to leave it out`;
