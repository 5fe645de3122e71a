/** The same action in other cases: its words. */
import { ours } from "../text.ts";

export const alreadyDoneIn = ours`Already done in `;
export const authorisedNotDoneIn = ours`Authorised, not done, in `;
export const doneAndRolledBackIn = ours`Done and rolled back in `;
export const rejectedIn = ours`Rejected in `;
export const alsoAskedIn = ours`Also asked in `;
export const andOthers = ours` and others`;
