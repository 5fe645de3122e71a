/** What people said of a case: its words. */
import { ours } from "../text.ts";

export const saysThat = ours` says that `;
export const gaveThisCaseTo = ours`gave this case to`;
export const closedThisCase = ours`closed this case`;
export const labelledThisCase = ours`labelled this case`;
export const linkedThisCaseTo = ours`linked this case to`;
export const reopenedThisCase = ours`reopened this case`;
export const withdrewTheLabel = ours`withdrew the label of this case`;
