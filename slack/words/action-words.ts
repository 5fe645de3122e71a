/** Where an action is carried out: its words. */
import { ours, type Ours } from "../text.ts";

export const inWord = (consoleName: Ours): Ours => ours` in ${consoleName}`;
