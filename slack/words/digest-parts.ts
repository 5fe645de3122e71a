/** What digests share: its words. */
import { ours, type Ours } from "../text.ts";

export const to = ours` to `;
export const wordedByAModel = ours`Worded by a model; what follows is computed from the log.`;
export const andEarlier = (left: number): Ours => ours` and ${left} earlier`;
export const andMore = (left: number, what: Ours): Ours => ours`and ${left} more ${what}`;
