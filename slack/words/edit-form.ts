/** Editing what is asked: its words. */
import { ours } from "../text.ts";

export const whatAnEditDoes = ours`What you change is asked anew, under a new code. Where two people are needed, you do not count as one of them.`;
export const edit = ours`Edit`;
export const askAnew = ours`Ask anew`;
export const target = ours`Target`;
export const whyDoYouChangeIt = ours`Why do you change it?`;
