/** How far the alerts of Falcon are on the log, as `source.advanced` keeps it. */
import { z } from "zod";
import { isoTime } from "../src/clock.ts";

export interface FalconCursor {
  /** An alert created before is none of ours. */
  readonly sinceMs: number;
  readonly created_timestamp: number;
  readonly updated_timestamp: number;
}

const time = z.iso.datetime().transform((iso) => Date.parse(iso));
const Saved = z.object({ since: time, created: time, updated: time });

export function firstCursor(sinceMs: number): FalconCursor {
  return { sinceMs, created_timestamp: sinceMs, updated_timestamp: sinceMs };
}

export function cursorText({ sinceMs, created_timestamp, updated_timestamp }: FalconCursor): string {
  const [since, created, updated] = [sinceMs, created_timestamp, updated_timestamp].map(isoTime);
  return JSON.stringify({ since, created, updated });
}

/** undefined for what is none of ours: then everything since the first look-back is read again. */
export function parseCursor(text: string): FalconCursor | undefined {
  try {
    const { since, created, updated } = Saved.parse(JSON.parse(text));
    return { sinceMs: since, created_timestamp: created, updated_timestamp: updated };
  } catch {
    return undefined;
  }
}
