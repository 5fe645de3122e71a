/** What of one partition lies in the archive, for those who read archive and log as one. */
import { comparePositions, type Position } from "../bus.ts";
import type { ArchiveFolder, Chained } from "./archive-folder.ts";
import type { Head } from "./chain.ts";
import { damaged, subjectOf, type ArchivedEntry } from "./segment.ts";

export interface ArchiveRange {
  /** Exclusive. */
  readonly after?: Position | undefined;
  /** Exclusive: where the log begins. */
  readonly before?: Position | undefined;
  /** Inclusive. */
  readonly to?: Position | undefined;
  readonly subject?: string | undefined;
}

export class ArchiveReader {
  readonly #folder: ArchiveFolder;
  readonly #partition: number;
  readonly #head: () => Promise<Head | undefined>;

  /** @param head where the archive ends now; undefined: nothing was trimmed, so that nobody needs it to read the log */
  constructor(folder: ArchiveFolder, partition: number, head: () => Promise<Head | undefined>) {
    this.#folder = folder;
    this.#partition = partition;
    this.#head = head;
  }

  /** A segment at a time, in log order. @throws HatrackError `archive_damaged` */
  async *entries(range: ArchiveRange): AsyncGenerator<readonly ArchivedEntry[]> {
    const head = await this.#head();
    if (head === undefined) return;
    for (const segment of await this.#folder.chain(this.#partition, head)) {
      if (!overlaps(segment, range)) continue;
      const { lines, damage } = await this.#folder.read(segment.name);
      const [first] = damage;
      // What cannot be trusted is not shown as if it could: "audit verify" says all that is wrong.
      if (first !== undefined) throw damaged(first.where, first.what);
      yield lines.flatMap((line) => ("text" in line && inRange(line, range) ? [line] : []));
    }
  }
}

function overlaps({ header, subjects }: Chained, { after, before, to, subject }: ArchiveRange): boolean {
  if (after !== undefined && comparePositions(header.last.position, after) <= 0) return false;
  // What a segment follows on is not in it.
  for (const end of [before, to]) {
    if (end !== undefined && comparePositions(header.after.position, end) >= 0) return false;
  }
  return subject === undefined || subjects.has(subject);
}

function inRange({ position, text }: ArchivedEntry, { after, before, to, subject }: ArchiveRange): boolean {
  if (after !== undefined && comparePositions(position, after) <= 0) return false;
  if (before !== undefined && comparePositions(position, before) >= 0) return false;
  if (to !== undefined && comparePositions(position, to) > 0) return false;
  return subject === undefined || subjectOf(text) === subject;
}
