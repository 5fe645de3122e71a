/** Disjoint sets of cases, joined as links are found (union by the first member, with path halving). */
export class Groups {
  readonly #parent = new Map<string, string>();

  join(members: readonly string[]): void {
    const [first, ...others] = members;
    if (first === undefined || others.length === 0) return;
    for (const other of others) this.#parent.set(this.#root(other), this.#root(first));
  }

  /** The groups, by name; a member that was joined with nobody is in none. */
  all(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const member of this.#parent.keys()) {
      const root = this.#root(member);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [member]);
      else group.push(member);
    }
    return groups;
  }

  /** A name of the group this member was joined into; undefined for one that was joined with nobody. */
  groupOf(member: string): string | undefined {
    return this.#parent.has(member) ? this.#root(member) : undefined;
  }

  #root(member: string): string {
    let at = member;
    for (let up = this.#up(at); up !== at; up = this.#up(at)) {
      const above = this.#up(up);
      this.#parent.set(at, above);
      at = above;
    }
    return at;
  }

  #up(member: string): string {
    const parent = this.#parent.get(member);
    if (parent !== undefined) return parent;
    this.#parent.set(member, member);
    return member;
  }
}
