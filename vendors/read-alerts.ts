/** JSON text from outside → alerts and refusals, each with its line; one bad line never costs the others. */
import { reasonOf } from "../src/errors.ts";
import type { Alert } from "../src/events/alert-events.ts";
import type { ClosingLabel } from "../src/seams/alert-source.ts";
import { alertsIn, closingLabelOf, normaliseAlert } from "./normalise.ts";

export type ReadAlert =
  | { readonly line: number; readonly alert: Alert; readonly label?: ClosingLabel }
  | { readonly line: number; readonly rejected: { line: number; reason: string; excerpt: string } };

/** The alerts of one line: a line may hold one, a list, or a whole API answer. */
export function readLine(text: string, line: number): ReadAlert[] {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return [refused(line, `expected one JSON object a line: ${reasonOf(error)}`, text)];
  }
  return alertsIn(input).map((each) => readAlert(each, line));
}

export function readAlert(input: unknown, line: number): ReadAlert {
  try {
    const [alert, label] = [normaliseAlert(input), closingLabelOf(input)];
    return label === undefined ? { line, alert } : { line, alert, label };
  } catch (error) {
    return refused(line, reasonOf(error), JSON.stringify(input));
  }
}

export function refused(line: number, reason: string, text: string): ReadAlert {
  return { line, rejected: { line, reason: reason.slice(0, 2000), excerpt: text.slice(0, 500) } };
}
