/** Entries of the log as Redis returns them. */
import { z } from "zod";
import { HatrackError } from "../../errors.ts";
import type { Position } from "../bus.ts";

/** What XRANGE, XREAD and the scripts give for one entry: its id, and its fields as a flat list. */
const Fields = z.array(z.string());
export const RawEntry = z.tuple([z.string(), Fields]);
type RawEntry = z.infer<typeof RawEntry>;

export const RawEntries = z.array(RawEntry);

/** XREAD of one stream; null when the wait was over. */
export const RawRead = z.nullable(z.tuple([z.tuple([z.string(), RawEntries])]));

export interface Entry {
  readonly position: Position;
  readonly type: string | undefined;
  /**
   * The payload. Of an entry that somebody else wrote: all its fields as JSON, so that its dead letter shows what
   * it was. undefined when the entry is gone from the log.
   */
  readonly text: string | undefined;
}

export function entryOf([position, fields]: RawEntry): Entry {
  if (fields.length === 0) return { position, type: undefined, text: undefined };
  // What hatrack writes has exactly this shape; only other entries are searched.
  if (fields[0] === "type" && fields[2] === "event") return { position, type: fields[1], text: fields[3] };
  const named = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) named.set(fields[i] ?? "", fields[i + 1] ?? "");
  const text = named.get("event") ?? JSON.stringify(Object.fromEntries(named));
  return { position, type: named.get("type"), text };
}

/**
 * Entries as take.lua gives them, one after the other in one list: id, type and text, or id, null and all fields.
 * @throws HatrackError `bus_failed`: Redis answered something else
 */
export function takenEntries(list: readonly unknown[]): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 2 < list.length; at += 3)
    entries.push(takenEntry(list[at], list[at + 1], list[at + 2]));
  return entries;
}

/** Checked by hand: it is done for every entry, and what it says is only that strings are strings. */
function takenEntry(position: unknown, type: unknown, text: unknown): Entry {
  if (typeof position === "string") {
    if (typeof type === "string" && typeof text === "string") return { position, type, text };
    const fields = Fields.safeParse(text);
    if (type === null && fields.success) return entryOf([position, fields.data]);
  }
  throw new HatrackError(
    "bus_failed",
    `redis bus: take: expected an entry, got ${JSON.stringify([position, type])}`,
  );
}
