/** How long each group has had somebody at work, since this dashboard began to look. */
import type { GroupStatus } from "../../src/bus/bus.ts";

export interface Up {
  /** Milliseconds it was looked at, and of those with somebody at work. */
  readonly watched: number;
  readonly up: number;
  /** Since when it has been as it is, milliseconds since the epoch. */
  readonly since: number;
  readonly now: boolean;
}

/** A longer silence between two looks says nothing of what lay between. */
const longestGap = 60_000;

interface Looked extends Up {
  readonly lookedAt: number;
}

function lookedAgain(
  before: Looked,
  { now, at }: { readonly now: boolean; readonly at: number },
): Pick<Up, "watched" | "up" | "since"> {
  const gap = Math.min(Math.max(0, at - before.lookedAt), longestGap);
  // Nobody at the first look and somebody at the next was starting, as this was.
  const starting = before.watched === 0 && now;
  return {
    watched: before.watched + gap,
    up: before.up + (before.now || starting ? gap : 0),
    since: before.now === now ? before.since : at,
  };
}

export class Uptime {
  readonly #groups = new Map<string, Looked>();

  look(groups: readonly GroupStatus[], at: number): void {
    for (const { group, consumers } of groups) {
      const now = consumers > 0;
      const before = this.#groups.get(group);
      const next = before === undefined ? { watched: 0, up: 0, since: at } : lookedAgain(before, { now, at });
      this.#groups.set(group, { ...next, now, lookedAt: at });
    }
  }

  of(group: string): Up | undefined {
    return this.#groups.get(group);
  }
}
