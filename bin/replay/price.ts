/** What a run cost, where somebody says what tokens cost. */
import { HatrackError } from "../../src/errors.ts";
import type { Scorecard } from "../../src/replay/scorecard-schema.ts";

/** For a million tokens, in whatever currency. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

/** "0.15,0.60". @throws HatrackError `usage` */
export function priceOf(text: string): Price {
  // Nothing is no number: Number("") would be 0.
  const parts = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const [input, output, surplus] = parts;
  if (input !== undefined && output !== undefined && surplus === undefined && input >= 0 && output >= 0) {
    return { input, output };
  }
  throw new HatrackError("usage", `--price ${text}: expected two numbers, such as 0.15,0.60`);
}

export function costText({ measured: { tokens } }: Scorecard, { input, output }: Price): string {
  const cost = (tokens.input * input + tokens.output * output) / 1_000_000;
  return `The tokens of this run cost ${cost.toFixed(2)}, at ${input} and ${output} a million in and out.`;
}
