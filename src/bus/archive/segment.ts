/**
 * A segment of the archive: entries of one partition that follow each other, gzipped JSON lines. The first line is the
 * header, each further one [position, type, text, hash], or, where the text was erased, [position, null, null, hash,
 * digest of the text]. The same entries make the same bytes.
 */
import type { Readable } from "node:stream";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { HatrackError, reasonOf } from "../../errors.ts";
import { comparePositions, type Position } from "../bus.ts";
import { digestOf, linked, type ErasedLink, type Head } from "./chain.ts";

export interface ArchivedEntry {
  readonly position: Position;
  /** undefined: an entry that somebody else wrote. */
  readonly type: string | undefined;
  readonly text: string;
}

export type ArchivedLine = ArchivedEntry | ErasedLink;

/** Said once in the header of a segment that was erased, and in the event `log.erased`. */
const Erasure = z.strictObject({
  entries: z.int(),
  at: z.string(),
  by: z.string(),
  why: z.string(),
});
export type Erasure = z.infer<typeof Erasure>;

const HeadSchema = z.strictObject({ position: z.string(), hash: z.string(), count: z.int() });
const Header = z.strictObject({
  format: z.literal("hatrack-segment"),
  version: z.literal(2),
  partition: z.int(),
  /** What it follows on. */
  after: HeadSchema,
  last: HeadSchema,
  /** Whose events are in it, sorted. */
  subjects: z.array(z.string()),
  erased: Erasure.optional(),
});
export type SegmentHeader = z.infer<typeof Header>;
const Line = z.union([
  z.tuple([z.string(), z.nullable(z.string()), z.string(), z.string()]),
  z.tuple([z.string(), z.null(), z.null(), z.string(), z.string()]),
]);

export interface Segment {
  readonly header: SegmentHeader;
  readonly bytes: Buffer;
}

interface Place {
  readonly partition: number;
  readonly after: Head;
  readonly erased?: Erasure;
}

/** @param entries at least one, in log order */
export function makeSegment({ partition, after, erased }: Place, entries: readonly ArchivedLine[]): Segment {
  let last = after;
  const lines = entries.map((entry) => {
    last = linked(last, entry);
    return JSON.stringify(lineFor(entry, last.hash));
  });
  const subjects = [
    ...new Set(entries.flatMap((entry) => ("text" in entry ? (subjectOf(entry.text) ?? []) : []))),
  ].sort();
  const of = { format: "hatrack-segment", version: 2, partition, after, last, subjects } as const;
  const header = { ...of, ...(erased === undefined ? {} : { erased }) };
  const bytes = gzipSync(`${[JSON.stringify(header), ...lines].join("\n")}\n`, { level: 9 });
  return { header, bytes };
}

function lineFor(entry: ArchivedLine, hash: string): z.infer<typeof Line> {
  return "text" in entry
    ? [entry.position, entry.type ?? null, entry.text, hash]
    : [entry.position, null, null, hash, entry.digest];
}

/** Subjects of what concerns the SOC itself, as who paused a role: without it a restart would forget that. */
const ofTheSoc = ["system", "shadow"];
/** Said under them, and yet with words of an alert. */
const withAlerts = ["alert.rejected", "entry.dead"];

function stays({ type, text }: ArchivedEntry): boolean {
  return ofTheSoc.includes(subjectOf(text) ?? "") && type !== undefined && !withAlerts.includes(type);
}

/** The same segment with the digest alone of every text that says something of cases, or is nobody's event. */
export function withoutCases(
  { header, lines }: Pick<ReadSegment, "header" | "lines">,
  order: Omit<Erasure, "entries">,
): Segment {
  const left = lines.map((line) =>
    "text" in line && !stays(line) ? { position: line.position, digest: digestOf(line) } : line,
  );
  const entries = left.filter((line) => !("text" in line)).length;
  return makeSegment({ ...header, erased: { ...order, entries } }, left);
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
  readonly lines: readonly ArchivedLine[];
  readonly damage: readonly Damage[];
}

/**
 * Reads all there is to read and says what is wrong with the rest.
 * @throws HatrackError `archive_damaged` when not even the header can be read
 */
export function readSegment(bytes: Buffer, name: string): ReadSegment {
  const [first = "", ...stored] = unpacked(bytes, name).replace(/\n$/, "").split("\n");
  const header = headerOf(first, name);
  const lines: ArchivedLine[] = [];
  const damage: Damage[] = [];
  let head: Head = header.after;
  stored.forEach((line, at) => {
    const where = `${name}:${at + 2}`;
    const parsed = lineOf(line);
    if (parsed === undefined) {
      damage.push({ where, what: "is not an entry: expected [position, type, text, hash]" });
      return;
    }
    const { entry, hash } = parsed;
    const { position } = entry;
    const next = linked(head, entry);
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
    lines.push(entry);
  });
  damage.push(...claims(header, head, name), ...claimsErased(header, lines, name));
  return { header, lines, damage };
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

function claimsErased({ erased }: SegmentHeader, lines: readonly ArchivedLine[], name: string): Damage[] {
  const found = lines.filter((line) => !("text" in line)).length;
  const said = erased?.entries ?? 0;
  return found === said
    ? []
    : [{ where: name, what: `the header says that ${said} entries were erased, ${found} were` }];
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

function lineOf(line: string): { readonly entry: ArchivedLine; readonly hash: string } | undefined {
  try {
    const [position, type, text, hash, digest = ""] = Line.parse(JSON.parse(line));
    const entry = text === null ? { position, digest } : { position, type: type ?? undefined, text };
    return { entry, hash };
  } catch {
    return undefined;
  }
}

export function damaged(name: string, what: string, cause?: unknown): HatrackError {
  return new HatrackError("archive_damaged", `archive: ${name}: ${what}`, { cause });
}
