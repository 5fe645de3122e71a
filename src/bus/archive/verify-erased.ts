/** Whether every erased segment was erased as the log says: without a word on the log it is damage. */
import { isEvent } from "../../events/envelope.ts";
import { readable } from "../outputs.ts";
import type { Position } from "../bus.ts";
import type { Link } from "./chain.ts";
import type { Damage, Erasure, SegmentHeader } from "./segment.ts";

export interface ErasedSegment extends Erasure {
  /** The segment's first and last entry. */
  readonly from: Position;
  readonly to: Position;
}

interface Found extends ErasedSegment {
  readonly hash: string;
}

export class ErasureWatch {
  readonly #found: Found[] = [];
  /** Hash a segment ends with → what the log says was erased of it. */
  readonly #said = new Map<string, string>();

  segment({ erased, after, last }: SegmentHeader): void {
    if (erased === undefined || erased.entries === 0) return;
    this.#found.push({ ...erased, from: after.position, to: last.position, hash: last.hash });
  }

  entry({ text }: Link): void {
    // Most entries are something else, and are not parsed for this.
    if (!text.includes('"log.erased"')) return;
    const event = readable(text);
    if (event === undefined || !isEvent(event, "log.erased")) return;
    const { hash, entries, by, why } = event.data;
    this.#said.set(hash, wordsOf({ entries, at: event.time, by, why }));
  }

  get segments(): readonly ErasedSegment[] {
    return this.#found.map(({ hash: _, ...segment }) => segment);
  }

  damage(): Damage[] {
    return this.#found.flatMap(({ from, to, hash, ...erased }) => {
      const said = this.#said.get(hash);
      if (said === wordsOf(erased)) return [];
      const what = said === undefined ? "the log says nothing of it" : `the log says: ${said}`;
      return [{ where: `archive ${from} to ${to}`, what: `${wordsOf(erased)}; ${what}` }];
    });
  }
}

function wordsOf({ entries, at, by, why }: Erasure): string {
  return `${entries} entries erased at ${at} by ${by} (${why})`;
}
