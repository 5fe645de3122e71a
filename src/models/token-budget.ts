/**
 * Tokens a role may use in a day (UTC), counted from the log, so that all its processes and its restarts share one
 * count. A day that is spent is announced once; the role's work waits for the next.
 */
import type { Bus } from "../bus/bus.ts";
import { LogNews } from "../bus/log-news.ts";
import { isoTime, type Clock } from "../clock.ts";
import type { EventData } from "../events/catalogue.ts";
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
  readonly #bus: Pick<Bus, "read" | "publish" | "tail">;
  readonly #clock: Clock;
  #day = "";
  #news = new LogNews(types);
  #used = new Map<string, number>();
  #reading: Promise<void> = Promise.resolve();

  constructor(
    budgets: ReadonlyMap<string, number>,
    { bus, clock }: { readonly bus: Pick<Bus, "read" | "publish" | "tail">; readonly clock: Clock },
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
    const why = `its ${budget} tokens of ${day} are spent (${tokens} used)`;
    return { why, waitMs: dayMs - (now % dayMs) };
  }

  /** Folds what has come since; a new day begins at nothing. */
  async #read(day: string): Promise<void> {
    if (day !== this.#day) {
      this.#day = day;
      this.#news = new LogNews(types, `${Date.parse(day)}-0`);
      this.#used = new Map();
    }
    for await (const { event } of this.#news.read(this.#bus))
      if (isEvent(event, ...types)) this.#count(event.data);
  }

  #count({ role, tokens }: EventData<(typeof types)[number]>): void {
    if (tokens === undefined) return;
    this.#used.set(role, (this.#used.get(role) ?? 0) + tokens.input + tokens.output);
  }
}
