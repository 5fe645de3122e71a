/**
 * Secrets of one's own, as soc.yaml writes them. A pattern that could take long on some text is refused: repetitions are
 * bounded, nothing that repeats is repeated, and all that may vary is counted.
 */
import { z } from "zod";
import type { SecretShape } from "./secret-shapes.ts";

/** Ways a pattern may match from one place, at most: each is tried at each character of a text. */
const mostWays = 2_000;
const mostCharacters = 400;

export const OwnShape = z
  .strictObject({
    /** As the mark names it: "badge-pin". */
    name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected a name such as "badge-pin"'),
    regex: z.string().min(1).max(mostCharacters),
  })
  .superRefine(({ regex }, context) => {
    const why = whyNot(regex);
    if (why !== undefined) context.addIssue({ code: "custom", path: ["regex"], message: why });
  });
type OwnShape = z.infer<typeof OwnShape>;

export function ownShape({ name, regex }: OwnShape): SecretShape {
  return { kind: name, pattern: new RegExp(regex, "dg") };
}

/** Why a pattern is not taken; undefined when it is. */
function whyNot(regex: string): string | undefined {
  let compiled: RegExp;
  try {
    compiled = new RegExp(regex, "dg");
  } catch (error) {
    return `expected a regular expression (${error instanceof Error ? error.message : ""})`;
  }
  if (compiled.test("")) return "matches nothing at all: expected something of the secret in it";
  return unbounded(regex);
}

/** An escape, a class of characters, the beginning of a group, a repetition, or any other character. */
const part =
  /\\(?:k<|[1-9])|\\.|\[(?:\\.|[^\]\\])*\]|\(\?(?:[=!]|<[=!])|[*+]|\{\d+,\}|\)[{?]|\{(\d+)(?:,(\d+))?\}|\?(?![:<=!])|\|/gs;

function unbounded(regex: string): string | undefined {
  let ways = 1;
  for (const [found, least, most] of regex.matchAll(part)) {
    const why = neverTaken(found);
    if (why !== undefined) return `${found}: ${why}`;
    ways *= waysOf(found, Number(least ?? 0), Number(most ?? least ?? 0));
  }
  return ways <= mostWays
    ? undefined
    : `may match in ${ways} ways from one place: expected ${mostWays} at most; name fewer or shorter repetitions`;
}

/** A long repetition takes its time even where it may match in one way alone. */
function waysOf(found: string, least: number, most: number): number {
  if (found === "?" || found === "|") return 2;
  return most > mostCharacters ? most : most - least + 1;
}

function neverTaken(found: string): string | undefined {
  if (/^[*+]$|,\}$/.test(found)) return "expected a bounded repetition such as {1,40}";
  if (/^\\(?:k<|[1-9])/.test(found)) return "expected no reference back to a group";
  if (found.startsWith("(?")) return "expected no look ahead or behind";
  return found.startsWith(")")
    ? "expected a repetition of one character or class, not of a group"
    : undefined;
}
