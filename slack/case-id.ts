/** A case id as people write it. */
import { CaseId } from "../src/events/vocabulary.ts";

/**
 * "case-7k3f9qwm2t", "7K3F9QWM2T" and `CASE-7K3F9QWM2T` are the same case. Ten letters alone are a word, such as
 * "everywhere": of fifty ids one has no digit, and is written with its "CASE-".
 */
export function caseIdOf(text: string): string | undefined {
  if (text.length > 60) return undefined;
  const bare = text.replace(/[`*_"'\s]/g, "").toUpperCase();
  const isWhole = bare.startsWith("CASE-");
  if (!isWhole && !/\d/.test(bare)) return undefined;
  const parsed = CaseId.safeParse(isWhole ? bare : `CASE-${bare}`);
  return parsed.success ? parsed.data : undefined;
}

/** The first case id that stands in a text. */
export function caseIdIn(text: string): string | undefined {
  return /\bCASE-[0-9A-Z]{10}\b/.exec(text)?.[0];
}
