/**
 * Takes secrets out of text before the log, a model or a person sees it: of alerts as they come in, of what tools and
 * models say, of what people write. What stands in a secret's place names its kind and, where there is a key, a short
 * digest under it: two that are equal can be seen as equal, and neither can be guessed from it.
 */
import { createHmac } from "node:crypto";
import { isSecretName, mayHold, shippedShapes, type SecretShape } from "./secret-shapes.ts";

export interface Redactor {
  readonly text: (text: string) => string;
  /** The same JSON with every string cleaned, and every value under a secret's name gone. */
  readonly value: (value: unknown) => unknown;
}

export interface RedactorOptions {
  /** Beside those that come with hatrack. */
  readonly shapes?: readonly SecretShape[];
  /** Of the digests; whoever has it can try guesses. Left out: no digests. */
  readonly key?: Uint8Array;
}

type Mark = (kind: string, secret: string) => string;

export function makeRedactor({ shapes = [], key }: RedactorOptions = {}): Redactor {
  const all = [...shippedShapes, ...shapes];
  const mark: Mark = (kind, secret) =>
    key === undefined ? `[redacted:${kind}]` : `[redacted:${kind}:${digestOf(key, secret)}]`;
  const text = (raw: string): string => {
    // Most texts have nothing of any secret in them, and are looked at once instead of once a shape.
    if (shapes.length === 0 && !mayHold.test(raw)) return raw;
    return all.reduce((clean, shape) => without(clean, shape, mark), raw);
  };
  const value = (raw: unknown): unknown => {
    if (typeof raw === "string") return text(raw);
    if (raw === null || typeof raw !== "object") return raw;
    if (Array.isArray(raw)) {
      const clean = raw.map(value);
      return clean.every((inner, at) => inner === raw[at]) ? raw : clean;
    }
    const entries: [string, unknown][] = Object.entries(raw);
    const clean = entries.map(([name, inner]) => named(name, inner));
    // JSON in which nothing was found is itself; of what only looks like it, what was looked at stays.
    const isSame = isPlain(raw) && clean.every((inner, at) => inner === entries[at]?.[1]);
    return isSame ? raw : Object.fromEntries(entries.map(([name], at) => [name, clean[at]]));
  };
  const named = (name: string, inner: unknown): unknown =>
    isSecretName(name) ? secret(inner) : value(inner);
  /** What stands under a secret's name: it, or a list of such. */
  const secret = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(secret);
    if (typeof inner !== "string" && typeof inner !== "number") return value(inner);
    return inner === "" || isMarked(String(inner)) ? value(inner) : mark("password", String(inner));
  };
  return { text, value };
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** By what comes with hatrack, without digests. */
export const shippedRedactor = makeRedactor();

export function redactText(text: string): string {
  return shippedRedactor.text(text);
}

/** As `redactText`, of JSON. */
export function redact(value: unknown): unknown {
  return shippedRedactor.value(value);
}

/**
 * Cleaned, and no string longer than it was: what a mark adds must not make too long what had its size. A mark that is
 * cut is a mark still.
 */
export function redactWithin(raw: unknown, redactor: Redactor): unknown {
  return noLonger(redactor.value(raw), raw);
}

function noLonger(clean: unknown, raw: unknown): unknown {
  if (typeof clean === "string") return typeof raw === "string" ? clean.slice(0, raw.length) : clean;
  if (Array.isArray(clean))
    return clean.map((one, at) => noLonger(one, Array.isArray(raw) ? raw[at] : undefined));
  if (clean === null || typeof clean !== "object") return clean;
  const before = new Map(Object.entries(raw ?? {}));
  return Object.fromEntries(Object.entries(clean).map(([key, one]) => [key, noLonger(one, before.get(key))]));
}

function without(text: string, { kind, pattern, is }: SecretShape, mark: Mark): string {
  let clean = "";
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const [start, end] = match.indices?.groups?.["secret"] ?? [match.index, match.index + match[0].length];
    const secret = text.slice(start, end);
    if (secret === "" || holdsMark(text, start, end) || is?.(secret) === false) continue;
    clean += text.slice(from, start) + mark(kind, secret);
    from = end;
  }
  return from === 0 ? text : clean + text.slice(from);
}

/** What a redactor has left is no secret, however it is called. */
const marked = /\[redacted:[a-z0-9-]{1,40}(?::[0-9a-f]{8})?\]/;

/** A mark may begin within these places, or these places within a mark. */
function holdsMark(text: string, start: number, end: number): boolean {
  if (text.slice(start, end).includes(opening)) return true;
  const before = text.slice(Math.max(0, start - longestMark), start);
  const at = before.lastIndexOf(opening);
  return at !== -1 && !before.includes("]", at);
}

const opening = "[redacted:";
const longestMark = 60;

function isMarked(text: string): boolean {
  return marked.exec(text)?.[0] === text;
}

function digestOf(key: Uint8Array, secret: string): string {
  return createHmac("sha256", key).update(secret).digest("hex").slice(0, 8);
}
