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
  const words = new Set(wordsOf(prompt));
  const known = new Set(runsOf(wordsOf(prompt)));
  return (said, record) => {
    const texts = textsIn(said).filter((text) => hasRunOf(words, text));
    const leaked = texts.flatMap(runsOf).filter((each) => known.has(each));
    if (leaked.length === 0) return false;
    const seen = new Set(textsIn(record).flatMap(runsOf));
    return leaked.some((each) => !seen.has(each));
  };
}

/** The words of the values in their order, and those of the keys. */
function textsIn(value: unknown): string[][] {
  const [values, keys]: [string[], string[]] = [[], []];
  collect(value, values, keys);
  return [values, keys].map((texts) => wordsOf(texts.join(" ")));
}

/** A run of the prompt is so many of its words in a row: most texts have none, and are not cut into runs. */
function hasRunOf(words: ReadonlySet<string>, text: readonly string[]): boolean {
  let row = 0;
  return text.some((word) => (row = words.has(word) ? row + 1 : 0) >= run);
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
