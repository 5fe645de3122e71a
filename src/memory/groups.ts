/** Disjoint sets of numbers, joined as links are found (union by size, with path halving). */
export class Groups {
  /** Number → the number above it, from 1; 0: joined with nobody yet. */
  readonly #above: Int32Array;
  readonly #size: Int32Array;
  readonly #members: number[] = [];

  /** @param count the numbers are below it */
  constructor(count: number) {
    this.#above = new Int32Array(count);
    this.#size = new Int32Array(count);
  }

  join(numbers: readonly number[]): void {
    const [first, ...others] = numbers;
    if (first === undefined || others.length === 0) return;
    let root = this.#rootOf(this.#enter(first));
    for (const other of others) root = this.#union(root, this.#rootOf(this.#enter(other)));
  }

  /** Names the group a number was joined into; undefined for one that was joined with nobody. */
  groupOf(number: number): number | undefined {
    return this.#above[number] === 0 ? undefined : this.#rootOf(number);
  }

  /** Group → its numbers. */
  all(): Map<number, number[]> {
    const groups = new Map<number, number[]>();
    for (const number of this.#members) {
      const root = this.#rootOf(number);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [number]);
      else group.push(number);
    }
    return groups;
  }

  #enter(number: number): number {
    if (this.#above[number] === 0) {
      this.#above[number] = number + 1;
      this.#size[number] = 1;
      this.#members.push(number);
    }
    return number;
  }

  #union(a: number, b: number): number {
    if (a === b) return a;
    const [sizeOfA = 1, sizeOfB = 1] = [this.#size[a], this.#size[b]];
    const [root, below] = sizeOfA < sizeOfB ? [b, a] : [a, b];
    this.#above[below] = root + 1;
    this.#size[root] = sizeOfA + sizeOfB;
    return root;
  }

  #rootOf(number: number): number {
    let at = number;
    for (let up = this.#up(at); up !== at; up = this.#up(at)) {
      this.#above[at] = this.#up(up) + 1;
      at = up;
    }
    return at;
  }

  #up(number: number): number {
    return (this.#above[number] ?? 1) - 1;
  }
}
