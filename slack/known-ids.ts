/** Which ids somebody listens to: the catch-all answers every other. */
import { forms, menuActions, slackActions } from "./ids.ts";

const known: ReadonlySet<string> = new Set([
  ...Object.values(slackActions),
  ...Object.values(menuActions),
  ...Object.values(forms),
]);

export function isKnown(id: string): boolean {
  return known.has(id);
}
