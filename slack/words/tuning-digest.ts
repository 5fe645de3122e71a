/** Rules that are wrong too often: its words. */
import { ours, fallback, type Ours } from "../text.ts";

export const reportSpoken = (rules: Ours): string => fallback`Tuning report: ${rules} wrong too often`;
export const tuningWrongTooOften = (rules: Ours): Ours => ours`Tuning: ${rules} wrong too often`;
export const fewerCleared = (rules: Ours): Ours => ours`and ${rules} with fewer cleared alerts`;
export const changesNoRule = ours`hatrack changes no rule: an accepted tuning is put on a list for whoever keeps the rules.`;
export const cleared = ours`\nCleared: `;
export const ofCleared = (amount: number, alerts: Ours): Ours => ours`${amount} of ${alerts} cleared`;
export const benign = (benign: number): Ours => ours`${benign} benign`;
export const itKeepsQuietAndHidesNo = (clearedAlerts: Ours): Ours =>
  ours`it keeps ${clearedAlerts} quiet and hides no other.`;
export const asASigmaFilter = (covers: Ours): Ours => ours`\nAs a Sigma filter ${covers}`;
export const noSigmaFilter = ours`\nNo Sigma filter: `;
export const accepted = ours`Accepted`;
export const declined = ours`Declined`;
export const by = ours` by `;
export const declineTheTuning = ours`Decline the tuning`;
export const decline = ours`Decline`;
export const whyNot = ours`Why not?`;
export const sigmaFilter = ours`Sigma filter`;
export const addressesAreInert = ours`Addresses are made inert here. hatrack changes no rule.`;
export const howManyCleared = (rules: Ours): Ours =>
  ours`How many alerts of ${rules} were cleared. The message says the same for each rule.`;
/** In the picture. */
export const drawn = {
  falsePositive: "false positive",
  benign: "benign",
  notCleared: "not cleared",
  note: (cleared: number, alerts: number): string => `${cleared} of ${alerts} cleared`,
} as const;
