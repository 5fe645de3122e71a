/** The summary of a shift: its words. */
import { ours, fallback, type Ours } from "../text.ts";

export const shiftSummarySpoken = (alerts: Ours, openApprovals: Ours): string =>
  fallback`Shift summary: ${alerts}, ${openApprovals}`;
export const shiftSummary = (alerts: Ours, openApprovals: Ours): Ours =>
  ours`Shift summary: ${alerts}, ${openApprovals}`;
export const triaged = (triaged: number): Ours => ours`${triaged} triaged`;
export const escalated = (escalated: number): Ours => ours`; ${escalated} escalated`;
export const nobodyHasLookedAt = (alerts: Ours): Ours => ours`${alerts} nobody has looked at`;
export const couldNotBeRead = (alerts: Ours): Ours => ours`${alerts} could not be read`;
export const theseDoNotAddUpOf = (sum: number, whole: number): Ours =>
  ours` (these do not add up: ${sum} of ${whole})`;
export const authorisedAndNotDone = (notDone: number): Ours => ours`${notDone} authorised and not done`;
export const people = ours`People`;
export const decidedNothing = ours` decided nothing`;
export const carriedOut = (carriedOut: number): Ours => ours`${carriedOut} carried out`;
export const noApprovalIsOpen = ours`No approval is open.`;
export const isAskedFor = (open: number): Ours => ours` is asked for ${open}`;
export const andOfOtherRoles = (left: number): Ours => ours`and ${left} of other roles: /soc pending`;
export const handedOver = (openApprovals: Ours): Ours => ours`Handed over: ${openApprovals}`;
export const andMoreSocPending = (left: number): Ours => ours`and ${left} more: /soc pending`;
export const more = (left: number): Ours => ours`${left} more`;
export const asked = ours`asked `;
export const openTheCard = ours`Open the card`;
export const whatTheGateAsked = ours`What the gate asked of people`;
export const roles = ours`roles`;
export const atNight = (nightAsks: number): Ours => ours`, ${nightAsks} at night`;
export const askedTimes = (times: Ours, night: Ours): Ours => ours`asked ${times}${night}`;
export const once = ours`once`;
export const times = (asks: number): Ours => ours`${asks} times`;
export const overdue = (overdue: number): Ours => ours`${overdue} overdue`;
export const halfWithinMin = (round: number): Ours => ours`half within ${round} min`;
export const whatBecameOf = (alerts: Ours, configured: Ours): Ours =>
  ours`What became of ${alerts}: ${configured}.`;
/** In the picture. */
export const drawn = {
  title: "Alerts of this shift",
  attack: "true positive",
  unclear: "suspicious or unclear",
  harmless: "benign or false positive",
  unseen: "not looked at",
  folded: "folded into others",
} as const;
