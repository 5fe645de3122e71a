/** Whether an export is what was exported: its lines against the chain that was written beside it. */
import { comparePositions } from "../bus.ts";
import { anchorText, genesis, linked, type Anchor, type Head } from "./chain.ts";
import type { Damage } from "./segment.ts";
import type { Verified } from "./verify.ts";

/** What stands beside one line. */
export interface ExportLink {
  readonly partition: number;
  readonly position: string;
  readonly hash: string;
}

/**
 * @param lines the export's lines
 * @param chain of each line in order
 * @param file its name, for where
 */
export async function verifyExport(
  { lines, chain, file }: { lines: AsyncIterable<string>; chain: readonly ExportLink[]; file: string },
  anchors: readonly Anchor[],
): Promise<Verified[]> {
  const walk = new ExportWalk(file, anchors);
  let number = 0;
  for await (const text of lines) {
    const link = chain[number];
    number += 1;
    if (link === undefined) walk.found(number, "has nothing beside it in the chain: it was added");
    else walk.step(number, text, link);
  }
  if (number < chain.length)
    walk.found(
      number,
      `is the last line, the chain goes on for ${chain.length - number} more: the tail is cut`,
    );
  return walk.end();
}

class ExportWalk {
  readonly #file: string;
  readonly #anchors: Anchor[];
  readonly #heads = new Map<number, Head>();
  readonly #damage: Damage[] = [];
  readonly #agrees: string[] = [];

  constructor(file: string, anchors: readonly Anchor[]) {
    this.#file = file;
    this.#anchors = [...anchors];
  }

  found(line: number, what: string): void {
    this.#damage.push({ where: `${this.#file}:${line}`, what });
  }

  step(line: number, text: string, { partition, position, hash }: ExportLink): void {
    const before = this.#heads.get(partition) ?? genesis;
    const head = linked(before, { position, text });
    if (comparePositions(position, before.position) <= 0)
      this.found(line, `position ${position} does not come after ${before.position}: lines were swapped`);
    else if (head.hash !== hash)
      this.found(
        line,
        "does not follow from the one before it: it was changed, or one is missing or swapped",
      );
    this.#heads.set(partition, { ...head, hash });
    const at = this.#anchors.findIndex(
      (anchor) => anchor.partition === partition && anchor.position === position,
    );
    const [anchor] = at < 0 ? [] : this.#anchors.splice(at, 1);
    if (anchor === undefined) return;
    if (anchor.hash === hash) this.#agrees.push(`the anchor of ${position}`);
    else this.found(line, `the chain has ${hash} where the anchor ${anchorText(anchor)} was kept`);
  }

  end(): Verified[] {
    for (const anchor of this.#anchors) {
      const what = "the export has no entry there: what was said up to it is not in it";
      this.#damage.push({ where: `anchor ${anchorText(anchor)}`, what });
    }
    const heads = [...this.#heads].sort(([a], [b]) => a - b);
    const [first = [0, undefined] as const, ...others] = heads;
    const of = ([partition, head]: readonly [number, Head | undefined]): Verified => ({
      ...{ partition, entries: head?.count ?? 0, segments: 0, head, agreesWith: [], erased: [], damage: [] },
    });
    // What is wrong with a file is said once.
    return [{ ...of(first), agreesWith: this.#agrees, damage: this.#damage }, ...others.map(of)];
  }
}
