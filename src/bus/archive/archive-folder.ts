/**
 * The folder of segments. A file is written whole, with a name of its own, before it counts; it counts when the chain
 * leads to it from the head that Redis keeps. What the chain does not lead to (of an archiver that died or came second)
 * is ignored.
 */
import { randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { HatrackError, reasonOf } from "../../errors.ts";
import { genesis, type Head } from "./chain.ts";
import {
  damaged,
  readHeader,
  readSegment,
  type ReadSegment,
  type Segment,
  type SegmentHeader,
} from "./segment.ts";

/** Partition, the hash of what it follows on, the hash it ends with, and what makes the name its writer's own. */
const named = /^p(\d+)\.([0-9a-f]{64})\.([0-9a-f]{64})\.(?:[0-9a-f-]{36}|erased)\.jsonl\.gz$/;
const isErased = (name: string): boolean => name.endsWith(".erased.jsonl.gz");
/** The name it has once its texts were erased. */
const erasedName = (name: string): string => name.replace(/[^.]+\.jsonl\.gz$/, "erased.jsonl.gz");

interface Listed {
  readonly name: string;
  readonly after: string;
  readonly hash: string;
}

/** A segment on the chain. */
export interface Chained {
  readonly name: string;
  readonly header: SegmentHeader;
  /** Whose events are in it. */
  readonly subjects: ReadonlySet<string>;
}

export class ArchiveFolder {
  readonly #folder: string;
  /** By the hash they end with; a segment that counts never changes. */
  readonly #known = new Map<string, Chained>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The same folder, of which nothing is known: for those who must look for themselves. */
  fresh(): ArchiveFolder {
    return new ArchiveFolder(this.#folder);
  }

  /** Durable when it resolves. Says the name it has. */
  async write(segment: Segment): Promise<string> {
    const { after, last, partition } = segment.header;
    const name = `p${partition}.${after.hash}.${last.hash}.${randomUUID()}.jsonl.gz`;
    await this.#write(name, segment);
    return name;
  }

  /** Puts what is left of a segment in its place; a crash between the two leaves both, and `read` knows which counts. */
  async replace(name: string, segment: Segment): Promise<void> {
    await this.#write(erasedName(name), segment);
    await this.remove(name);
    this.#known.delete(segment.header.last.hash);
  }

  /** What a crash left of segments that were erased. */
  async removeErased(partition: number): Promise<void> {
    const names = (await this.#list(partition)).map(({ name }) => name);
    const left = names.filter((name) => !isErased(name) && names.includes(erasedName(name)));
    await Promise.all(left.map((name) => this.remove(name)));
  }

  async #write(name: string, { bytes }: Segment): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const whole = join(this.#folder, name);
      const part = `${whole}.${randomUUID()}.part`;
      const file = await open(part, "wx", 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, whole);
      await syncFolder(this.#folder);
    } catch (cause) {
      const message = `archive: ${this.#folder}: a segment cannot be written (${reasonOf(cause)})`;
      throw new HatrackError("archive_unwritable", message, { cause, retryable: true });
    }
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true });
  }

  async #list(partition: number): Promise<Listed[]> {
    const names = await readdir(this.#folder).catch((cause: unknown) => {
      // Nothing was archived yet. Whatever else it is, an archive that is there must not look empty.
      if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
      const message = `archive: ${this.#folder}: cannot be listed (${reasonOf(cause)})`;
      throw new HatrackError("archive_unreadable", message, { cause, retryable: true });
    });
    // What was erased last, so that it counts.
    const sorted = names.sort((a, b) => Number(isErased(a)) - Number(isErased(b)) || (a < b ? -1 : 1));
    return sorted.flatMap((name) => {
      const [, number, after = "", hash = ""] = named.exec(name) ?? [];
      return Number(number) === partition ? [{ name, after, hash }] : [];
    });
  }

  /**
   * The segments from the beginning to the head, in order.
   * @throws HatrackError `archive_damaged` naming the hash no segment ends with
   */
  async chain(partition: number, head: Head): Promise<Chained[]> {
    const chain: Chained[] = [];
    let listed: ReadonlyMap<string, Listed> | undefined;
    for (let hash = head.hash; hash !== genesis.hash;) {
      let segment = this.#known.get(hash);
      if (segment === undefined) {
        listed ??= new Map((await this.#list(partition)).map((file) => [file.hash, file]));
        segment = await this.#chained(listed.get(hash), () => {
          const before = chain[0]?.header.after.position ?? head.position;
          return `the segment of partition ${partition} that ends at ${before} (${hash}) is missing`;
        });
      }
      chain.unshift(segment);
      hash = segment.header.after.hash;
    }
    return chain;
  }

  async #chained(file: Listed | undefined, missing: () => string): Promise<Chained> {
    if (file === undefined) throw damaged(this.#folder, missing());
    const header = await this.#header(file);
    const segment = { name: file.name, header, subjects: new Set(header.subjects) };
    this.#known.set(file.hash, segment);
    return segment;
  }

  /** Segments that say they follow on this head: of an archiver that died, or of a log that was rolled back. */
  async following(partition: number, head: Head): Promise<string[]> {
    const listed = await this.#list(partition);
    return listed.filter(({ after }) => after === head.hash).map(({ name }) => name);
  }

  /** @throws HatrackError `archive_damaged` */
  async read(name: string): Promise<ReadSegment> {
    return readSegment(await this.#bytes(name), name);
  }

  async #header({ name, after, hash }: Listed): Promise<SegmentHeader> {
    // Erased since it was listed: its header says the same.
    const file = existsSync(join(this.#folder, name)) ? name : erasedName(name);
    const header = await readHeader(createReadStream(join(this.#folder, file)), name);
    if (header.after.hash !== after || header.last.hash !== hash)
      throw damaged(name, "its header says something else than its name");
    return header;
  }

  async #bytes(name: string): Promise<Buffer> {
    try {
      return await readFile(join(this.#folder, name));
    } catch (cause) {
      // Erased since its name was looked up.
      const instead = erasedName(name);
      if (instead !== name && existsSync(join(this.#folder, instead))) return this.#bytes(instead);
      throw damaged(name, `cannot be read (${reasonOf(cause)})`, cause);
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
