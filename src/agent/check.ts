/** What a handed-in answer is worth. Pure; the loop decides what follows from it. */
import { bindEvidence, type FailedClaim, type Seen } from "./evidence.ts";
import type { Hat, Parsed } from "./hat.ts";
import { systemPrompt } from "./prompt.ts";
import { leakOf, type Leak } from "./prompt-leak.ts";
import { unfilledIn } from "./unfilled.ts";

type Emit = Extract<Parsed, { ok: true }>["emit"];

export type Judged =
  | {
      readonly kind: "valid";
      readonly emit: Emit;
      readonly evidenceDropped: number;
      readonly cited: readonly string[];
    }
  /** Says nothing: blank, or the schema's own defaults. */
  | { readonly kind: "empty" }
  | { readonly kind: "invalid"; readonly error: string; readonly fault?: "placeholder" }
  /** Valid but for claims the record does not hold. */
  | { readonly kind: "unfounded"; readonly failed: readonly FailedClaim[] };

/**
 * @param options.drop take claims that fail out of the answer; else it is unfounded
 */
export function judge(hat: Hat, answer: unknown, seen: Seen, options: { readonly drop: boolean }): Judged {
  if (hat.isEmpty(answer)) return { kind: "empty" };
  if (leakOfHat(hat)(answer, seen)) return { kind: "invalid", error: leaked };
  const parsed = hat.parse(answer);
  if (!parsed.ok) return { kind: "invalid", error: parsed.error };
  const blank = unfilledIn(answer, hat.answerSchema, seen.view);
  if (blank !== undefined) return { kind: "invalid", error: unfilled(blank), fault: "placeholder" };
  const bound = bindEvidence(answer, seen);
  const { failed, cited } = bound;
  if (failed.length === 0) return { kind: "valid", emit: parsed.emit, evidenceDropped: 0, cited };
  if (!options.drop) return { kind: "unfounded", failed };
  const left = hat.parse(bound.answer);
  if (!left.ok) return { kind: "invalid", error: `without the claims that failed: ${left.error}` };
  return { kind: "valid", emit: left.emit, evidenceDropped: failed.length, cited };
}

const unfilled = (where: string): string => `${where} is a form that nobody filled in; say what you found`;

/** Says nothing of what was repeated: a reason that is posted must not. */
const leaked = "it repeats your instructions word for word; say what you found, in words of your own";

const leaks = new WeakMap<Hat, Leak>();

/** What differs by how an answer is handed in is one line, which tells nobody anything. */
function leakOfHat(hat: Hat): Leak {
  const known = leaks.get(hat) ?? leakOf(systemPrompt(hat, "submit"));
  leaks.set(hat, known);
  return known;
}

export function unfoundedText(failed: readonly FailedClaim[]): string {
  const lines = failed.map(({ claim, cites, why }) => `- "${claim.slice(0, 120)}" (${cites}): ${why}`);
  return `These claims are not tied to the record. Quote what is there, word for word, or leave them out:\n${lines.join("\n")}`;
}
