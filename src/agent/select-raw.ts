/**
 * What of a source's raw alert a model is shown: what says something that the normalised fields do not. Knows no
 * vendor: it drops blanks, what is already shown, long opaque ids, and cuts what is long or deep.
 */
const limits = { depth: 4, entries: 12, fields: 60, chars: 300 };

export function selectRaw(raw: unknown, shown: unknown): unknown {
  const seen = new Set<string>();
  collect(shown, seen);
  return select(raw, seen, 0);
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === "string") into.add(value);
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) collect(inner, into);
}

function select(value: unknown, seen: ReadonlySet<string>, depth: number): unknown {
  if (typeof value === "string") return selectText(value, seen);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (value === null || typeof value !== "object" || depth >= limits.depth) return undefined;
  return Array.isArray(value) ? selectList(value, seen, depth) : selectFields(value, seen, depth);
}

function selectText(text: string, seen: ReadonlySet<string>): string | undefined {
  if (text.trim() === "" || seen.has(text) || isOpaque(text)) return undefined;
  return text.length <= limits.chars ? text : `${text.slice(0, limits.chars)}…`;
}

/** Ids and hashes of the source's own book-keeping; hashes that matter are among the indicators. */
function isOpaque(text: string): boolean {
  return text.length >= 24 && /^[0-9a-f:_-]+$/i.test(text) && /\d/.test(text);
}

function selectList(list: readonly unknown[], seen: ReadonlySet<string>, depth: number): unknown {
  const kept = list
    .slice(0, limits.entries)
    .map((inner) => select(inner, seen, depth + 1))
    .filter((inner) => inner !== undefined);
  return kept.length === 0 ? undefined : kept;
}

function selectFields(value: object, seen: ReadonlySet<string>, depth: number): unknown {
  const kept = Object.entries(value)
    .map(([key, inner]: [string, unknown]) => [key, select(inner, seen, depth + 1)] as const)
    .filter(([, inner]) => inner !== undefined)
    .slice(0, limits.fields);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
