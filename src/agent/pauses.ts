/**
 * Which roles people have paused. A projection that follows the log, so that every process that runs a role knows,
 * also one that starts later: what was paused stays paused until somebody resumes it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { comparePositions, type Bus, type Position, type StoredEvent } from "../bus/bus.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import { isEvent } from "../events/envelope.ts";

const types = ["role.paused", "role.resumed"] as const;

/** Before a log that could not be followed is asked again. */
const backOffMs = 1_000;

export class Pauses {
  /** Rejects when the log cannot be followed any more: nobody would hear of a pause. */
  readonly ended: Promise<void>;
  readonly #bus: Pick<Bus, "follow">;
  readonly #diagnostics: Diagnostics;
  readonly #paused: Set<string>;
  readonly #told = new Map<string, (paused: boolean) => void>();
  readonly #ending = new AbortController();
  /** Per partition: an older entry that is read again changes nothing. */
  readonly #positions: Map<number, Position>;

  private constructor(bus: Pick<Bus, "follow">, known: Known, diagnostics: Diagnostics) {
    this.#bus = bus;
    this.#diagnostics = diagnostics;
    this.#paused = known.paused;
    this.#positions = known.positions;
    this.ended = this.#follow();
    this.ended.catch(() => undefined);
  }

  /** Resolves once everything that is on the log is known. @throws HatrackError of the bus */
  static async of(bus: Pick<Bus, "read" | "follow">, diagnostics: Diagnostics): Promise<Pauses> {
    return new Pauses(bus, await knownOf(bus), diagnostics);
  }

  isPaused(role: string): boolean {
    return this.#paused.has(role);
  }

  /** Called at each change of one role's state. */
  watch(role: string, told: (paused: boolean) => void): void {
    this.#told.set(role, told);
  }

  close(): void {
    this.#ending.abort();
  }

  async #follow(): Promise<void> {
    while (!this.#ending.signal.aborted) await this.#followOnce(this.#ending.signal);
  }

  async #followOnce(signal: AbortSignal): Promise<void> {
    try {
      for await (const stored of this.#bus.follow({ types, signal })) this.#hear(stored);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HatrackError && error.retryable)) throw error;
      this.#diagnostics.warn({}, `pauses are not followed: ${reasonOf(error)}`);
      await sleep(backOffMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  #hear(stored: StoredEvent): void {
    const role = take({ paused: this.#paused, positions: this.#positions }, stored);
    if (role !== undefined) this.#told.get(role)?.(this.#paused.has(role));
  }
}

/** The roles that are paused at the end of the log, by name. @throws HatrackError of the bus */
export async function pausedRoles(bus: Pick<Bus, "read">): Promise<string[]> {
  return [...(await knownOf(bus)).paused].sort();
}

async function knownOf(bus: Pick<Bus, "read">): Promise<Known> {
  const known: Known = { paused: new Set(), positions: new Map() };
  for await (const stored of bus.read({ types })) take(known, stored);
  return known;
}

interface Known {
  readonly paused: Set<string>;
  readonly positions: Map<number, Position>;
}

/** The role whose state changed, if this entry is new and changes one. */
function take({ paused, positions }: Known, { event, partition, position }: StoredEvent): string | undefined {
  const known = positions.get(partition);
  if (!isEvent(event, ...types) || (known !== undefined && comparePositions(position, known) <= 0))
    return undefined;
  positions.set(partition, position);
  const { role } = event.data;
  const was = paused.has(role);
  if (event.type === "role.paused") paused.add(role);
  else paused.delete(role);
  return was === paused.has(role) ? undefined : role;
}
