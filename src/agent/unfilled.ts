/**
 * Finds an answer that is a form nobody filled in (lesson 10): the shape is right, every choice is made, and where words
 * should stand there is what the schema or a template says: "string", "<summary>", "TODO", or "N/A". Pure.
 */
import { z } from "zod";
import { isBlank } from "./blank.ts";

const form = new RegExp(
  [
    String.raw`^(?:string|todo|tbd|tba|fixme|placeholder|\.{3}|…)\.?$`,
    String.raw`^<[^<>]{1,60}>$`,
    String.raw`^\{{1,2}[^{}]{1,60}\}{1,2}$`,
    String.raw`^\[?(?:your|insert|enter|fill in|add)\b.{1,60}\bhere\b.{0,3}$`,
    String.raw`\blorem ipsum\b`,
  ].join("|"),
  "i",
);

interface Leaf {
  readonly path: string;
  readonly text: string;
}

/**
 * Where it is, and what stands there; undefined: nowhere. What the record says itself (an account named "string") is none.
 * @param schema the answer's: what it requires to be words of its own must say something
 */
export function unfilledIn(
  answer: unknown,
  schema: Readonly<Record<string, unknown>>,
  record: unknown,
): string | undefined {
  const words = known.get(schema) ?? wordsOf(schema);
  known.set(schema, words);
  const holes = leavesOf(answer).filter(
    ({ path, text }) => isForm(path, text) || (words.has(path) && isBlank(text)),
  );
  if (holes.length === 0) return undefined;
  const said = new Set(leavesOf(record).map(({ text }) => plain(text)));
  const hole = holes.find(({ text }) => !said.has(plain(text)));
  return hole && `${hole.path}, "${hole.text.slice(0, 60)}",`;
}

function isForm(path: string, text: string): boolean {
  const key = path.slice(path.lastIndexOf(".") + 1);
  return form.test(text.trim()) || (plain(text) === plain(key) && !/^\d+$/.test(key));
}

/** A role's schema is one object for all its answers. */
const known = new WeakMap<Readonly<Record<string, unknown>>, ReadonlySet<string>>();

const Property = z.object({
  type: z.literal("string"),
  enum: z.undefined().optional(),
  const: z.undefined().optional(),
});
const Schema = z.object({ required: z.array(z.string()), properties: z.record(z.string(), z.unknown()) });

/** Names of what must be said in words: strings that are no choice. */
function wordsOf(schema: unknown): ReadonlySet<string> {
  const { required, properties } = Schema.safeParse(schema).data ?? { required: [], properties: {} };
  const all = new Map(Object.entries(properties));
  return new Set(required.filter((name) => Property.safeParse(all.get(name)).success));
}

/** Quotes and what they cite are the record's own words, and are held against it. */
const bound: ReadonlySet<string> = new Set(["quote", "cites"]);

function leavesOf(value: unknown, path = ""): Leaf[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    bound.has(key) ? [] : leavesOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

function plain(text: string): string {
  return text.trim().toLowerCase();
}
