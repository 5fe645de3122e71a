/** Whether the record is what it was: the chain is computed again from the first entry and compared with what is kept. */
import { sha256 } from "../../events/canonical.ts";
import { HatrackError } from "../../errors.ts";
import { comparePositions, type Position } from "../bus.ts";
import type { ArchiveFolder } from "./archive-folder.ts";
import {
  anchorText,
  digestOf,
  genesis,
  linked,
  type Anchor,
  type ErasedLink,
  type Head,
  type Link,
} from "./chain.ts";
import { ErasureWatch, type ErasedSegment } from "./verify-erased.ts";
import { RollbackWatch } from "./verify-rollback.ts";
import type { Damage } from "./segment.ts";

export interface Verified {
  readonly partition: number;
  /** Entries from the first to the last, in the archive and on the log. */
  readonly entries: number;
  readonly segments: number;
  /** Where the chain ends; undefined for an empty log. */
  readonly head: Head | undefined;
  /** What the chain was compared with and agrees with. */
  readonly agreesWith: readonly string[];
  /** Whose texts were erased on purpose; the chain over them is whole. */
  readonly erased: readonly ErasedSegment[];
  readonly damage: readonly Damage[];
}

export interface LogRecord {
  readonly partition: number;
  /** Where the archive ends as the log's own keeper says; undefined: there is no archive. */
  readonly kept?: Head | undefined;
  readonly folder?: ArchiveFolder | undefined;
  /** What is on the log, in its order; may begin before the archive ends. */
  readonly live: AsyncIterable<Link>;
  /** Where that begins; undefined: the log is empty. */
  readonly begin?: Position | undefined;
  /** Heads kept elsewhere. */
  readonly anchors: readonly Anchor[];
}

export async function verifyPartition(record: LogRecord): Promise<Verified> {
  const walk = new Walk(record);
  await walk.archive();
  await walk.live();
  return walk.found();
}

class Walk {
  readonly #record: LogRecord;
  readonly #damage: Damage[] = [];
  /** Digest of each archived entry's text that may still be on the log. */
  readonly #archived = new Map<Position, string>();
  readonly #anchors: Map<Position, Anchor>;
  readonly #agrees: string[] = [];
  readonly #erasures = new ErasureWatch();
  readonly #rollback = new RollbackWatch();
  #segments = 0;
  #head: Head = genesis;

  constructor(record: LogRecord) {
    this.#record = record;
    const own = record.anchors.filter(({ partition }) => partition === record.partition);
    this.#anchors = new Map(own.map((anchor) => [anchor.position, anchor]));
  }

  async archive(): Promise<void> {
    const { kept, folder, partition } = this.#record;
    if (kept !== undefined && folder !== undefined)
      await this.#try(() => this.#rollback.look(folder, partition, kept), undefined);
    if (kept === undefined || kept.count === 0) return;
    if (folder === undefined) {
      this.#found("archive", `the log was archived up to ${kept.position}: name the folder with --archive`);
      this.#head = kept;
      return;
    }
    for (const { name } of await this.#try(() => folder.chain(partition, kept), []))
      await this.#segment(folder, name);
    if (this.#head.hash === kept.hash)
      this.#agrees.push(`the archive's head that Redis keeps, at ${kept.position}`);
    else
      this.#found(
        "archive",
        `it should end at ${kept.position} with ${kept.hash}, it ends at ${this.#head.position}`,
      );
    this.#head = kept;
  }

  async #segment(folder: ArchiveFolder, name: string): Promise<void> {
    const segment = await this.#try(() => folder.read(name), undefined);
    if (segment === undefined) return;
    this.#damage.push(...segment.damage);
    this.#segments += 1;
    this.#head = segment.header.after;
    this.#erasures.segment(segment.header);
    const { begin } = this.#record;
    for (const line of segment.lines) {
      if (begin !== undefined && comparePositions(line.position, begin) >= 0)
        this.#archived.set(line.position, digestOf(line));
      this.#step(line);
    }
  }

  async live(): Promise<void> {
    const end = this.#head.position;
    let seen = "0-0";
    for await (const entry of this.#record.live) {
      if (comparePositions(entry.position, seen) <= 0)
        this.#found(`log ${entry.position}`, `does not come after ${seen}`);
      seen = entry.position;
      this.#rollback.live(entry);
      if (comparePositions(entry.position, end) > 0) this.#step(entry);
      else this.#sameAsArchived(entry);
    }
    this.#damage.push(...this.#erasures.damage(), ...this.#rollback.damage());
    for (const anchor of this.#anchors.values()) {
      const gone = comparePositions(anchor.position, this.#head.position) > 0;
      const what = gone
        ? `the log ends at ${this.#head.position}: everything after it up to ${anchor.position} is gone`
        : `the log has no entry at ${anchor.position}, where it once had one`;
      this.#found(`anchor ${anchorText(anchor)}`, what);
    }
  }

  found(): Verified {
    const { partition } = this.#record;
    const head = this.#head.count === 0 ? undefined : this.#head;
    const entries = this.#head.count;
    return {
      partition,
      entries,
      segments: this.#segments,
      head,
      agreesWith: this.#agrees,
      erased: this.#erasures.segments,
      damage: this.#damage,
    };
  }

  #step(entry: Link | ErasedLink): void {
    this.#head = linked(this.#head, entry);
    if ("text" in entry) this.#erasures.entry(entry);
    const anchor = this.#anchors.get(entry.position);
    if (anchor === undefined) return;
    this.#anchors.delete(entry.position);
    if (anchor.hash === this.#head.hash) this.#agrees.push(`the anchor of ${entry.position}`);
    else
      this.#found(
        `anchor ${anchorText(anchor)}`,
        `the chain has ${this.#head.hash} there: an entry up to ${entry.position} was changed, taken out or put in`,
      );
  }

  #sameAsArchived({ position, text }: Link): void {
    const archived = this.#archived.get(position);
    if (archived === sha256(text)) return;
    const what = archived === undefined ? "is not in the archive" : "says something else than the archive";
    this.#found(`log ${position}`, `the entry ${what}`);
  }

  #found(where: string, what: string): void {
    this.#damage.push({ where, what });
  }

  async #try<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof HatrackError && error.code === "archive_damaged")) throw error;
      this.#found("archive", error.message.replace(/^archive: /, ""));
      return otherwise;
    }
  }
}
