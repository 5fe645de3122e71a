import { hash } from "node:crypto";

/** JSON with sorted keys and no `undefined`: the same value is the same text on every machine. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    // Assigning to this one name would not make a field.
    if (key === "__proto__")
      Object.defineProperty(copy, key, { value: sorted(value[key]), enumerable: true });
    else copy[key] = sorted(value[key]);
  }
  return copy;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** SHA-256 of a text, in hex. */
export function sha256(text: string): string {
  return hash("sha256", text);
}
