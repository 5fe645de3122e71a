/** A hunt: its words. */
import { ours, fallback, type Ours } from "../text.ts";

export const missedAttacks = ours`Attacks nobody was asked about`;
export const hostsThatComeBack = ours`Hosts that come back`;
export const sharedIndicators = ours`Indicators in several cases`;
export const andMoreFindings = (omitted: number): Ours => ours`and ${omitted} more findings`;
export const huntSpoken = (findings: Ours): string => fallback`Hunt: ${findings}`;
export const hunt = (findings: Ours): Ours => ours`Hunt: ${findings}`;
export const ofThese = ours`of these`;
export const whenLastReported = (caseWords: Ours): Ours => ours`${caseWords} when last reported`;
export const inHowManyCasesEachOf = (findings: Ours): Ours =>
  ours`In how many cases each of ${findings} stands. The message lists the same.`;
export const drawnBefore = "when last reported";
export const drawnSince = "new since";
