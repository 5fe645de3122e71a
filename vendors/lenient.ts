/** Reading what a vendor sent: a field of another type than expected is as if it were not there, never an error. */
import { z } from "zod";
import { Technique } from "../src/events/vocabulary.ts";
import { cutText } from "./fit.ts";

/** A text; numbers count as one; blank counts as none. */
export const text = z
  .preprocess((value) => (typeof value === "number" ? String(value) : value), z.string().trim().min(1))
  .optional()
  .catch(undefined);

/** A number; a text of digits counts as one. */
export const number = z
  .preprocess(
    (value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value),
    z.number(),
  )
  .optional()
  .catch(undefined);

/** The entries that fit; none when it is no list. */
export function list<T>(entry: z.ZodType<T>): z.ZodType<T[]> {
  return z
    .array(z.unknown())
    .catch([])
    .transform((entries) =>
      entries.flatMap((each) => {
        const parsed = entry.safeParse(each);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}

/** The entries that fit of a list that must be there; null, as Go writes a list of none, is an empty one. */
export function mustList<T>(entry: z.ZodType<T>): z.ZodType<T[]> {
  return z
    .array(z.unknown())
    .nullable()
    .transform((entries) => list(entry).parse(entries));
}

export const texts = list(z.string().trim().min(1));

/** An object of which only these fields are read; undefined when it is none. */
export function part<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.object(shape).optional().catch(undefined);
}

/** Milliseconds since the epoch, seconds or RFC 3339 of any precision → RFC 3339 in UTC with milliseconds. */
export function isoTimeOf(value: unknown): string | undefined {
  const ms = typeof value === "number" ? (value > 1e11 ? value : value * 1000) : Date.parse(String(value));
  const inRange = Number.isFinite(ms) && Math.abs(ms) < 8.64e15;
  return inRange && ms > 0 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : undefined;
}

/** The ATT&CK ids among what a vendor calls techniques ("CST0007" is none), once each. */
export function techniquesOf(ids: readonly (string | undefined)[]): string[] {
  const known = ids.filter((id) => id !== undefined).filter((id) => Technique.safeParse(id).success);
  return [...new Set(known)].slice(0, 32);
}

/** Cut to what a field of an alert may hold; undefined stays. */
export function upTo(limit: number, value: string | undefined): string | undefined {
  return value === undefined ? undefined : cutText(value, limit);
}

/** The first that is there. */
export function first<T>(...values: readonly (T | undefined)[]): T | undefined {
  return values.find((value) => value !== undefined);
}

/** Without the keys that are undefined; nothing when none is left. */
export function compact<T extends object>(value: T): Partial<T> | undefined {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<T>);
}
