/** Words that fill a field and say nothing. */
const blankWords: ReadonlySet<string> = new Set([
  "",
  "-",
  "?",
  "n/a",
  "na",
  "nil",
  "none",
  "null",
  "unknown",
]);

/** True when no leaf of a value says anything: the shape of an answer without one (lesson 10). */
export function isBlank(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0) return true;
  if (typeof value === "string") return blankWords.has(value.trim().toLowerCase());
  if (Array.isArray(value)) return value.every(isBlank);
  if (typeof value === "object") return Object.values(value).every(isBlank);
  return false;
}
