/**
 * Tokens a role may use in a day (UTC), counted from the log, so that all its processes and its restarts share one
 * count. A day that is spent is announced once; the role's work waits for the next.
 */
import { comparePositions, type Bus, type Position } from "../bus/bus.ts";
import { isoTime, type Clock } from "../clock.ts";
import { isEvent } from "../events/envelope.ts";
import { naturalId } from "../events/ids.ts";
import { makeEvent } from "../events/parse.ts";

const dayMs = 24 * 60 * 60_000;
const types = ["role.worked", "role.failed"] as const;

/** A role whose day is spent. */
export interface Spent {
  readonly why: string;
  /** Until the next day; milliseconds. */
  readonly waitMs: number;
}

export interface TokenBudget {
  /** undefined: there is something left. */
  spent(): Promise<Spent | undefined>;
}

export class TokenBudgets {
  readonly #budgets: ReadonlyMap<string, number>;
  readonly #bus: Pick<Bus, "read" | "publish">;
  readonly #clock: Clock;
  #day = "";
  /** The last position read of each partition: one partition may lag behind another. */
  #readTo = new Map<number, Position>();
  #seen = new Set<string>();
  #used = new Map<string, number>();
  #reading: Promise<void> = Promise.resolve();

  constructor(
    budgets: ReadonlyMap<string, number>,
    { bus, clock }: { readonly bus: Pick<Bus, "read" | "publish">; readonly clock: Clock },
  ) {
    this.#budgets = budgets;
    this.#bus = bus;
    this.#clock = clock;
  }

  /** undefined: this role has none. */
  of(role: string): TokenBudget | undefined {
    const budget = this.#budgets.get(role);
    return budget === undefined ? undefined : { spent: () => this.#spent(role, budget) };
  }

  async #spent(role: string, budget: number): Promise<Spent | undefined> {
    const now = this.#clock.now();
    // A read that failed is the one's who asked then; what it had folded stands, and this one goes on from there.
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#read(isoTime(now).slice(0, 10)));
    await this.#reading;
    const tokens = this.#used.get(role) ?? 0;
    if (tokens < budget) return undefined;
    const day = this.#day;
    const id = naturalId("model.budget_spent", role, day);
    const data = { role, day, tokens, budget };
    const time = isoTime(now);
    await this.#bus.publish([
      makeEvent({ id, source: "/models", type: "model.budget_spent", subject: "system", time, data }),
    ]);
    const why = `${role} has used ${tokens} of its ${budget} tokens of ${day}`;
    return { why, waitMs: dayMs - (now % dayMs) };
  }

  /** Folds what has come since; a new day begins at nothing. */
  async #read(day: string): Promise<void> {
    if (day !== this.#day) {
      this.#day = day;
      this.#readTo = new Map();
      this.#seen = new Set();
      this.#used = new Map();
    }
    const after = [...this.#readTo.values()].sort(comparePositions)[0] ?? `${Date.parse(day)}-0`;
    for await (const { event, partition, position } of this.#bus.read({ types, after })) {
      this.#readTo.set(partition, position);
      if (!isEvent(event, ...types) || this.#seen.has(event.id)) continue;
      this.#seen.add(event.id);
      const { role, tokens } = event.data;
      if (tokens === undefined) continue;
      this.#used.set(role, (this.#used.get(role) ?? 0) + tokens.input + tokens.output);
    }
  }
}
