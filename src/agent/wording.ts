/** What a text says that the facts it words do not hold: numbers and case ids, told by code. Pure. */

const caseIds = /\bCASE-[0-9A-Z]{10}\b/g;

/** Each number and case id of `words` that occurs nowhere in `facts`, once. */
export function unsupported(words: string, facts: unknown): string[] {
  const text = JSON.stringify(facts);
  const known = new Set([...numbersOf(text), ...lengthsOf(facts)]);
  const cases = (words.match(caseIds) ?? []).filter((id) => !text.includes(id));
  const numbers = numbersOf(words).filter((number) => !known.has(number));
  return [...new Set([...cases, ...numbers])];
}

/** Runs of digits without leading zeros; a case id's own digits are none. "06:00" is 6 and 0. */
function numbersOf(text: string): string[] {
  const digits =
    text
      .replace(caseIds, "")
      .replace(/(\d)[,\u202f\u00a0](?=\d{3}\b)/g, "$1")
      .match(/\d+/g) ?? [];
  return digits.map((run) => run.replace(/^0+(?=\d)/, ""));
}

/** How many entries each list has: "three cases" may be said of a list of three. */
function lengthsOf(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  const inner = Object.values(value).flatMap(lengthsOf);
  return Array.isArray(value) ? [String(value.length), ...inner] : inner;
}
