/** Names that one of several holds for a while, within one process: a local bus has no other. */
export interface LeaseRequest {
  readonly name: string;
  readonly owner: string;
  /** 0 gives it back. */
  readonly ms: number;
}

export class Leases {
  readonly #held = new Map<string, { readonly owner: string; readonly until: number }>();

  /** @param now of a clock that only goes forward, milliseconds */
  take({ name, owner, ms }: LeaseRequest, now: number): boolean {
    const held = this.#held.get(name);
    if (held !== undefined && held.owner !== owner && held.until > now) return false;
    this.#held.set(name, { owner, until: now + ms });
    return true;
  }
}
