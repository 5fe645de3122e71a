/**
 * Slack takes about one message a second and channel, with short bursts (docs.slack.dev, "Rate limits"). Chatter
 * waits its turn; what the gate sends is counted too but never waits, so that chatter makes room for it.
 */
export interface BucketOptions {
  /** Tokens a second. */
  readonly rate: number;
  readonly burst: number;
}

interface Level {
  readonly tokens: number;
  readonly at: number;
}

export class TokenBuckets {
  readonly #options: BucketOptions;
  readonly #levels = new Map<string, Level>();

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  /** Takes one token and says how many milliseconds from `now` on it is there. */
  take(key: string, now: number): number {
    const { rate } = this.#options;
    const tokens = this.#tokens(key, now) - 1;
    this.#levels.set(key, { tokens, at: now });
    return tokens >= 0 ? 0 : Math.ceil((-tokens / rate) * 1000);
  }

  #tokens(key: string, now: number): number {
    const { rate, burst } = this.#options;
    const level = this.#levels.get(key);
    if (level === undefined) return burst;
    return Math.min(burst, level.tokens + ((now - level.at) / 1000) * rate);
  }
}
