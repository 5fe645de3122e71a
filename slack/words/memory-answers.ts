/** Past cases and campaigns: its words. */
import { ours, fallback, type Ours } from "../text.ts";
import { counted } from "./shared.ts";

export const casesLike = ours`Cases like `;
export const noneNoPastCaseSharesA = ours`None: no past case shares a strong indicator with it.`;
export const nothingLikeItSpoken = fallback`Nothing like it`;
export const casesLikeItSpoken = (length: number): string => fallback`${counted(length, ours`case`)} like it`;
export const noPastCaseHolds = ours`No past case holds `;
export const itsHostIsKnownWhichSays = ours`Its host is known, which says less: `;
export const hostAloneIsKnownSpoken = fallback`Its host alone is known`;
export const nobodyHasJudgedIt = ours`nobody has judged it`;
export const judged = ours`judged`;
export const shares = ours`shares `;
export const confirmedByAPerson = ours`confirmed by a person`;
export const asClosedInItsConsole = ours`as closed in its console`;
export const byTierTwo = ours`by Tier 2`;
export const bySentinel = ours`by Sentinel`;
export const campaignsOfTheLastDays = (days: number): Ours =>
  days === 1 ? ours`Campaigns of the last day` : ours`Campaigns of the last ${days} days`;
export const noneNoThreeCasesShareA = ours`None: no three cases share a strong indicator, nor two with a named actor.`;
export const noCampaignsSpoken = fallback`No campaigns`;
export const andMore = (left: number): Ours => ours`and ${left} more`;
export const campaignsSpoken = (length: number): string => fallback`${counted(length, ours`campaign`)}`;
export const more = (amount: number): Ours => ours`${amount} more`;
export const cases = (length: number): Ours => counted(length, ours`case`);
export const linkedByAPerson = ours`linked by a person`;
export const joinedBy = ours`\njoined by `;
