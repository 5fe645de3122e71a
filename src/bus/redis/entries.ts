/** Entries of the log as Redis returns them. */
import { z } from "zod";
import type { Position } from "../bus.ts";

/** What XRANGE, XREAD and the scripts give for one entry: its id, and its fields as a flat list. */
export const RawEntry = z.tuple([z.string(), z.array(z.string())]);
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
