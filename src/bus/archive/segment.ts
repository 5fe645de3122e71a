/**
 * A segment of the archive: entries of one partition that follow each other, gzipped JSON lines. The first line is the
 * header, each further one [position, type, text, hash]. The same entries make the same bytes.
 */
import type { Readable } from "node:stream";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { HatrackError, reasonOf } from "../../errors.ts";
import { comparePositions, type Position } from "../bus.ts";
import { linked, type Head } from "./chain.ts";

export interface ArchivedEntry {
  readonly position: Position;
  /** undefined: an entry that somebody else wrote. */
  readonly type: string | undefined;
  readonly text: string;
}

const HeadSchema = z.strictObject({ position: z.string(), hash: z.string(), count: z.int() });
const Header = z.strictObject({
  format: z.literal("hatrack-segment"),
  version: z.literal(1),
  partition: z.int(),
  /** What it follows on. */
  after: HeadSchema,
  last: HeadSchema,
  /** Whose events are in it, sorted. */
  subjects: z.array(z.string()),
});
export type SegmentHeader = z.infer<typeof Header>;
const Line = z.tuple([z.string(), z.nullable(z.string()), z.string(), z.string()]);

export interface Segment {
  readonly header: SegmentHeader;
  readonly bytes: Buffer;
}

/** @param entries at least one, in log order */
export function makeSegment(
  { partition, after }: { readonly partition: number; readonly after: Head },
  entries: readonly ArchivedEntry[],
): Segment {
  let last = after;
  const lines = entries.map(({ position, type, text }) => {
    last = linked(last, { position, text });
    return JSON.stringify([position, type ?? null, text, last.hash]);
  });
  const subjects = [...new Set(entries.flatMap(({ text }) => subjectOf(text) ?? []))].sort();
  const header = { format: "hatrack-segment", version: 1, partition, after, last, subjects } as const;
  const bytes = gzipSync(`${[JSON.stringify(header), ...lines].join("\n")}\n`, { level: 9 });
  return { header, bytes };
}

const Subject = z.object({ subject: z.string() });

/** Of a stored text, or undefined of one that is nobody's event. */
export function subjectOf(text: string): string | undefined {
  try {
    return Subject.parse(JSON.parse(text)).subject;
  } catch {
    return undefined;
  }
}

/** What is wrong with a segment, or with the log, and where. */
export interface Damage {
  readonly where: string;
  readonly what: string;
}

export interface ReadSegment {
  readonly header: SegmentHeader;
  readonly entries: readonly ArchivedEntry[];
  readonly damage: readonly Damage[];
}

/**
 * Reads all there is to read and says what is wrong with the rest.
 * @throws HatrackError `archive_damaged` when not even the header can be read
 */
export function readSegment(bytes: Buffer, name: string): ReadSegment {
  const [first = "", ...lines] = unpacked(bytes, name).replace(/\n$/, "").split("\n");
  const header = headerOf(first, name);
  const entries: ArchivedEntry[] = [];
  const damage: Damage[] = [];
  let head: Head = header.after;
  lines.forEach((line, at) => {
    const where = `${name}:${at + 2}`;
    const parsed = lineOf(line);
    if (parsed === undefined) {
      damage.push({ where, what: "is not an entry: expected [position, type, text, hash]" });
      return;
    }
    const [position, type, text, hash] = parsed;
    const next = linked(head, { position, text });
    if (comparePositions(position, head.position) <= 0) {
      damage.push({
        where,
        what: `position ${position} does not come after ${head.position}: lines were swapped`,
      });
    } else if (next.hash !== hash) {
      const what = `the entry at ${position} does not follow from the one before it: it was changed, or one is missing`;
      damage.push({ where, what });
    }
    // The stored hash, so that one changed line is one finding.
    head = { ...next, hash };
    entries.push({ position, type: type ?? undefined, text });
  });
  damage.push(...claims(header, head, name));
  return { header, entries, damage };
}

/** Whether the header says what the lines come to. */
function claims({ last }: SegmentHeader, found: Head, name: string): Damage[] {
  if (found.count !== last.count) {
    const what = `the header counts up to entry ${last.count}, the lines end at ${found.count}: lines are missing or added`;
    return [{ where: name, what }];
  }
  if (found.hash === last.hash && found.position === last.position) return [];
  return [
    { where: name, what: `the header says that it ends at ${last.position} with ${last.hash}, it does not` },
  ];
}

/** Unpacks no more than the first line. @throws HatrackError `archive_damaged` */
export async function readHeader(bytes: Readable, name: string): Promise<SegmentHeader> {
  const unpacking = createGunzip();
  bytes.on("error", (error) => unpacking.destroy(error));
  let text = "";
  try {
    for await (const chunk of bytes.pipe(unpacking).setEncoding("utf8")) {
      text += String(chunk);
      if (text.includes("\n")) break;
    }
  } catch (cause) {
    throw damaged(name, `cannot be read or unpacked, it is cut off or changed (${reasonOf(cause)})`, cause);
  } finally {
    bytes.destroy();
  }
  return headerOf(text.slice(0, Math.max(0, text.indexOf("\n"))), name);
}

function unpacked(bytes: Buffer, name: string): string {
  try {
    return gunzipSync(bytes).toString("utf8");
  } catch (cause) {
    throw damaged(name, `cannot be unpacked, it is cut off or changed (${reasonOf(cause)})`, cause);
  }
}

function headerOf(line: string, name: string): SegmentHeader {
  try {
    return Header.parse(JSON.parse(line));
  } catch (cause) {
    throw damaged(name, "has no header that can be read in its first line", cause);
  }
}

function lineOf(line: string): z.infer<typeof Line> | undefined {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export function damaged(name: string, what: string, cause?: unknown): HatrackError {
  return new HatrackError("archive_damaged", `archive: ${name}: ${what}`, { cause });
}
