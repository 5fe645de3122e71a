/**
 * JSON with one element of each top-level list or map a line: small, and a change of one entry is a diff of one
 * line. The same value always gives the same bytes.
 */
export function jsonLines(document: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(document).map(([key, value]) => `${JSON.stringify(key)}: ${block(value)}`);
  return `{\n${parts.join(",\n")}\n}\n`;
}

function block(value: unknown): string {
  if (Array.isArray(value))
    return lines(
      value.map((each) => JSON.stringify(each)),
      "[",
      "]",
    );
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}: ${JSON.stringify(each)}`,
  );
  return lines(entries, "{", "}");
}

function lines(items: readonly string[], open: string, close: string): string {
  return items.length === 0 ? open + close : `${open}\n${items.join(",\n")}\n${close}`;
}

/** Code-unit order: the same on every machine, unlike the locale's. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
