/** What forms share: its words. */
import { ours } from "../text.ts";

export const cancel = ours`Cancel`;
export const close = ours`Close`;
export const chooseOne = ours`Choose one`;
export const chooseAPerson = ours`Choose a person`;
