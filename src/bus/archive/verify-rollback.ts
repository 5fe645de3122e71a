/**
 * Whether the log was set back to before what the archive holds, by an old backup or a failover: then segments follow on
 * the head that Redis keeps, and the log does not have what they say.
 */
import { comparePositions, type Position } from "../bus.ts";
import type { ArchiveFolder } from "./archive-folder.ts";
import { digestOf, type Head, type Link } from "./chain.ts";
import type { Damage } from "./segment.ts";

interface Expected {
  readonly name: string;
  readonly digest: string;
}

export class RollbackWatch {
  /** The last entry of each segment that follows on the head. */
  readonly #expected = new Map<Position, Expected>();
  #end: Position = "0-0";

  /** @throws HatrackError `archive_damaged` */
  async look(folder: ArchiveFolder, partition: number, head: Head): Promise<void> {
    for (const name of await folder.following(partition, head)) {
      const last = (await folder.read(name)).lines.at(-1);
      if (last !== undefined) this.#expected.set(last.position, { name, digest: digestOf(last) });
    }
  }

  live(entry: Link): void {
    this.#end = entry.position;
    if (this.#expected.get(entry.position)?.digest === digestOf(entry)) this.#expected.delete(entry.position);
  }

  damage(): Damage[] {
    return [...this.#expected].map(([position, { name }]) => {
      const has = comparePositions(this.#end, position) < 0 ? `it ends at ${this.#end}` : "it has not";
      const what = `should have the entry at ${position}, as ${name} says, and ${has}: it was rolled back`;
      return { where: "log", what };
    });
  }
}
