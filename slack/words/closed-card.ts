/** A card that asks nothing any more: its words. */
import { ours, type Ours } from "../text.ts";

export const changedByAPersonANew = ours`Changed by a person: a new card asks again`;
export const nowAsked = (configured: Ours): Ours => ours`Now asked: ${configured}`;
export const closed = ours`Closed`;
export const authorisedBy = ours`Authorised by `;
export const by = ours`By `;
export const carriedOutBy = ours`Carried out by `;
export const couldNotBeDoneSays = ours`Could not be done, says `;
export const rolledBackBy = ours`Rolled back by `;
export const takenBackBy = ours`Taken back by `;
export const theNextTier = ours`the next tier`;
