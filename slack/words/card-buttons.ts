/** Buttons of a card: its words. */
import { ours, type Ours } from "../text.ts";

export const authoriseAll = (together: number): Ours => ours`Authorise all ${together}…`;
