/**
 * Slack takes about one message a second and channel, with short bursts, and so many calls a minute of each method
 * (docs.slack.dev, "Rate limits"). Whoever wants to call takes a turn. What is urgent goes before everything that waits,
 * and chatter leaves some of each burst to it, so that a gate card finds a turn free in the middle of a storm.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SlackDown } from "./outbox.ts";

export interface Rate {
  /** Turns a second. */
  readonly rate: number;
  readonly burst: number;
  /** Of the burst, what chatter leaves to what is urgent. */
  readonly kept: number;
}

export interface Rates {
  readonly channel: Rate;
  /** Of a Web API method, over all channels. */
  readonly method: Rate;
}

/** One message a second, a case's root and its card at once; of Tier 3, fifty calls a minute. */
export const slackRates: Rates = {
  channel: { rate: 1, burst: 3, kept: 2 },
  method: { rate: 50 / 60, burst: 20, kept: 10 },
};

/** The local workspace has no such limits. */
export const localRates: Rates = {
  channel: { rate: 50, burst: 100, kept: 10 },
  method: { rate: 50, burst: 100, kept: 10 },
};

interface Waiter {
  readonly go: () => void;
  readonly giveUp: (error: SlackDown) => void;
}

interface Bucket {
  tokens: number;
  at: number;
  /** When it is looked at next. */
  lookAt: number;
  readonly urgent: Waiter[];
  readonly chatter: Waiter[];
}

export interface TurnsOptions {
  readonly rates: Rates;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #buckets = new Map<string, Bucket>();
  #closed = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Of a channel, or of a method ("chat.update"). @throws SlackDown when it is given up */
  take(key: string, urgent = false): Promise<void> {
    if (this.#closed) return Promise.reject(ending());
    const bucket = this.#bucket(key);
    return new Promise((go, giveUp) => {
      bucket[urgent ? "urgent" : "chatter"].push({ go, giveUp });
      this.#serve(key, bucket);
    });
  }

  /** Slack asks for patience there: nobody has a turn for so long. */
  hold(key: string, ms: number): void {
    const bucket = this.#bucket(key);
    this.#refill(key, bucket);
    bucket.tokens = Math.min(bucket.tokens, 1 - (ms / 1000) * this.#rate(key).rate);
  }

  /** Whoever waits gives up, and nobody has a turn any more: what they wanted stays on the log. */
  close(): void {
    this.#closed = true;
    for (const { urgent, chatter } of this.#buckets.values()) {
      for (const { giveUp } of [...urgent.splice(0), ...chatter.splice(0)]) giveUp(ending());
    }
  }

  #bucket(key: string): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    const { burst } = this.#rate(key);
    const made = { tokens: burst, at: this.#options.now(), lookAt: Infinity, urgent: [], chatter: [] };
    this.#buckets.set(key, made);
    return made;
  }

  /** Methods have a dot, channels have none. */
  #rate(key: string): Rate {
    return this.#options.rates[key.includes(".") ? "method" : "channel"];
  }

  #refill(key: string, bucket: Bucket): void {
    const { rate, burst } = this.#rate(key);
    const now = this.#options.now();
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
    bucket.at = now;
  }

  #serve(key: string, bucket: Bucket): void {
    this.#refill(key, bucket);
    const { rate, kept } = this.#rate(key);
    while (bucket.urgent.length + bucket.chatter.length > 0) {
      const needed = bucket.urgent.length > 0 ? 1 : 1 + kept;
      // A turn that is a rounding error away is there.
      if (bucket.tokens < needed - 1e-6) {
        this.#look(key, bucket, ((needed - bucket.tokens) / rate) * 1000);
        return;
      }
      bucket.tokens -= 1;
      (bucket.urgent.shift() ?? bucket.chatter.shift())?.go();
    }
  }

  /** Looks again when the next turn is there, unless it does so earlier already. */
  #look(key: string, bucket: Bucket, ms: number): void {
    const at = bucket.at + Math.ceil(ms);
    if (at >= bucket.lookAt) return;
    bucket.lookAt = at;
    void this.#options.wait(at - bucket.at).then(() => {
      if (bucket.lookAt === at) bucket.lookAt = Infinity;
      this.#serve(key, bucket);
    });
  }
}

function ending(): SlackDown {
  return new SlackDown("slack: this process sends no more", { retryAfterMs: 1_000, unsure: false });
}

/** What the process itself counts by, and waits on. */
export function systemTurns(rates: Rates): Turns {
  return new Turns({
    rates,
    now: () => performance.now(),
    wait: (ms) => sleep(ms, undefined, { ref: false }),
  });
}
