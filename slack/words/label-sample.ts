/** Cases drawn for a label: its words. */
import { ours, fallback, type Ours } from "../text.ts";

export const to = (first: Ours, amount: Ours): Ours => ours`${first} to ${amount}`;
export const toLabelSpoken = (randomCases: Ours): string => fallback`${randomCases} to label`;
export const wasAnythingMissed = ours`Was anything missed?`;
export const drawnAtRandom = (caseWords: Ours, of: Ours): Ours =>
  ours`${caseWords} of ${of}, drawn at random from those nobody was asked about. `;
export const whatYouFindIsHowHatrack = ours`What you find is how hatrack knows what it misses.`;
export const howALabelCounts = ours`A label counts before every role's verdict. Everything known of one: /soc case CASE`;
