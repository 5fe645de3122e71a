/**
 * Finds a long verbatim run of a system prompt in what a model says. A role's instructions are not for the channel: what
 * repeats them was told to, by whoever wrote what the model read. Words are compared, so that marks, case, line breaks and
 * cutting into a list hide nothing; what is translated or encoded is not found. Pure.
 */

/** Words in a row that nobody writes twice by chance. */
const run = 12;

export type Leak = (said: unknown, record: unknown) => boolean;

/**
 * True when what is said, keys included, holds a run of the prompt that the record does not hold: a prompt that stands in
 * an alert is no secret any more, and quoting it is evidence.
 */
export function leakOf(prompt: string): Leak {
  const known = new Set(runsOf(wordsOf(prompt)));
  return (said, record) => {
    const leaked = runsIn(said).filter((each) => known.has(each));
    if (leaked.length === 0) return false;
    const seen = new Set(runsIn(record));
    return leaked.some((each) => !seen.has(each));
  };
}

/** Of the values in their order, and of the keys. */
function runsIn(value: unknown): string[] {
  const [values, keys]: [string[], string[]] = [[], []];
  collect(value, values, keys);
  return [values, keys].flatMap((texts) => runsOf(wordsOf(texts.join(" "))));
}

function collect(value: unknown, values: string[], keys: string[]): void {
  if (typeof value === "string") values.push(value);
  if (value === null || typeof value !== "object") return;
  if (!Array.isArray(value)) keys.push(...Object.keys(value));
  for (const inner of Object.values(value)) collect(inner, values, keys);
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function runsOf(words: readonly string[]): string[] {
  return words
    .slice(0, Math.max(0, words.length - run + 1))
    .map((_, at) => words.slice(at, at + run).join(" "));
}
