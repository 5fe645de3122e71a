/** Raises the gate's deadlines. Any number of processes may do so at once; each deadline is on the log once. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bus, Position } from "../src/bus/bus.ts";
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import { DeadlineBook } from "../src/gate/deadline-book.ts";
import type { Policy } from "../src/gate/policy.ts";
import { gateSays } from "../src/gate/says.ts";

export interface DeadlinesOptions {
  readonly bus: Pick<Bus, "read" | "follow" | "publish" | "groups">;
  readonly policy: Pick<Policy, "unpostedMinutes">;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** How often to look, milliseconds. Default 1,000. */
  readonly everyMs?: number;
}

export interface RunningDeadlines {
  close(): Promise<void>;
}

/** So long a deadline waits for a gate that has not yet handled what came before it. */
const patienceMs = 60_000;

export function startDeadlines(options: DeadlinesOptions): RunningDeadlines {
  const closing = new AbortController();
  const running = new Ticker(options, closing.signal).run();
  return {
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

class Ticker {
  readonly #options: DeadlinesOptions;
  readonly #signal: AbortSignal;
  readonly #book: DeadlineBook;
  #position: Position | undefined;

  constructor(options: DeadlinesOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#book = new DeadlineBook(options.policy);
  }

  async run(): Promise<void> {
    await this.#untilClosed(() => this.#catchUp());
    await Promise.all([this.#untilClosed(() => this.#follow()), this.#tick()]);
  }

  /** Everything there is first: what is due is not known before. */
  async #catchUp(): Promise<void> {
    for await (const { event, position } of this.#options.bus.read(this.#rest())) {
      this.#book.fold(event);
      this.#position = position;
    }
  }

  async #follow(): Promise<void> {
    for await (const { event, position } of this.#options.bus.follow({
      ...this.#rest(),
      signal: this.#signal,
    })) {
      this.#book.fold(event);
      this.#position = position;
    }
  }

  #rest(): { types: typeof gateSays; after?: Position } {
    return this.#position === undefined ? { types: gateSays } : { types: gateSays, after: this.#position };
  }

  async #tick(): Promise<void> {
    const { everyMs = 1_000, diagnostics } = this.#options;
    while (!this.#signal.aborted) {
      try {
        await this.#raise();
      } catch (error) {
        diagnostics.warn({ error: reasonOf(error) }, "deadlines: not raised yet");
      }
      await sleep(everyMs, undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }

  async #raise(): Promise<void> {
    const { bus, clock } = this.#options;
    const now = clock.now();
    const due = this.#book.due(now);
    if (due.length === 0) return;
    const behind = await this.#gateIsBehind();
    const ripe = due.filter(({ data }) => !behind || now - Date.parse(data.due) >= patienceMs);
    if (ripe.length === 0) return;
    await bus.publish(ripe);
    this.#book.wereRaised(ripe);
  }

  /** A click that is on the log and not yet handled counts before the expiry that comes after it. */
  async #gateIsBehind(): Promise<boolean> {
    const groups = await this.#options.bus.groups();
    return groups.some(({ group, lag, pending }) => group === "human-gate" && lag + pending > 0);
  }

  #isClosed(): boolean {
    return this.#signal.aborted;
  }

  /** Tries again until it went through, or this closes. */
  async #untilClosed(work: () => Promise<void>): Promise<void> {
    const { diagnostics } = this.#options;
    while (!this.#signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        if (this.#isClosed()) return;
        diagnostics.warn({ error: reasonOf(error) }, "deadlines: the log cannot be read; trying again");
        await sleep(1_000, undefined, { signal: this.#signal }).catch(() => undefined);
      }
    }
  }
}
