/** Every message and form hatrack can send, of a quiet day or with `words` wherever words of others may stand. */
import type { Made } from "./made.ts";
import { ofAnswers } from "./of-answers.ts";
import { ofCases } from "./of-cases.ts";
import { ofDigests } from "./of-digests.ts";

export function everyMessage(words?: string): Made {
  return { ...ofCases(words), ...ofAnswers(words), ...ofDigests(words) };
}
