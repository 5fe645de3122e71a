/** A campaign in the digest channel: its words. */
import { ours, type Ours } from "../text.ts";

export const newCampaign = ours`New campaign`;
export const campaignThatGrew = ours`Campaign that grew`;
export const campaign = (what: Ours): Ours => ours`Campaign: ${what}`;
export const cases = ours`Cases`;
export const aSharedIndicatorIsALead = ours`A shared indicator is a lead, not a proof. What is known of one: /soc recall INDICATOR`;
export const grownFromTo = (earlier: number, caseWords: Ours): Ours =>
  ours`Grown from ${earlier} to ${caseWords}.`;
export const newCases = ours` New:`;
export const moreCases = ours`cases`;
export const linkedByAPerson = ours`linked by a person`;
export const andWhatJoinsThem = ours`and what joins them`;
export const graph = (caseWords: Ours, joined: Ours): Ours =>
  ours`Graph of a campaign: ${caseWords}, ${joined}. The message lists both.`;
export const casesLinkedByAPerson = (cases: Ours): Ours => ours`${cases}, linked by a person`;
export const share = (cases: Ours, indicators: Ours): Ours => ours`${cases} share ${indicators}`;
export const first = ours`first `;
export const latest = ours`latest `;
export const isNew = ours`new`;
export const andEarlier = (left: number): Ours => ours`and ${left} earlier`;
export const inWord = (caseWords: Ours): Ours => ours` in ${caseWords}`;
export const joinedBy = ours`Joined by`;
export const indicators = ours`indicators`;
