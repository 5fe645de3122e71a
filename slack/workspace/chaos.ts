/**
 * Switches that make the workspace behave as Slack does on a bad day. Counted switches say how many times they
 * still act (`duplicate: 2` doubles the next two deliveries); the others stay until they are set again.
 */
import { z } from "zod";

const count = z.int().min(0).max(100_000);

const counted = {
  /** The next envelopes are delivered twice, with the same envelope id. */
  duplicate: count,
  /** The next envelopes are never delivered; the person sees a time-out. */
  drop: count,
  /** The next envelopes each change places with the one that follows. */
  reorder: count,
  /** The next Web API calls get HTTP 429 and have no effect. */
  http_429: count,
  /** The next Web API calls get HTTP 500 and have no effect. */
  http_500: count,
  /** The next Web API calls take effect and then get HTTP 500. */
  http_500_after_effect: count,
  /** The next Web API calls take effect and then the connection is cut without an answer. */
  cut_after_effect: count,
};

const lasting = {
  /** Milliseconds a Web API answer waits after its effect. */
  delay_ms: z.int().min(0).max(120_000),
  /** Milliseconds an envelope waits before it is sent. */
  envelope_delay_ms: z.int().min(0).max(120_000),
  /** Seconds that go with HTTP 429. */
  retry_after: z.int().min(0).max(3600),
  /** Messages a second that each channel takes, with a short burst; the rest get HTTP 429. 0: any number. */
  posts_per_second: z.number().min(0).max(10_000),
  /** Kinds of block this workspace does not take: `invalid_blocks` for a message, `invalid_arguments` for a view. */
  unknown_blocks: z.array(z.string()),
  /** The HTTP switches act on these methods only; an empty list means all of them. */
  methods: z.array(z.string()),
};

const stateSchema = z.strictObject({ ...counted, ...lasting });

export const chaosRequest = z.strictObject({
  ...stateSchema.partial().shape,
  /** Done at once: so many connections are told to reconnect (`refresh_requested`). */
  disconnect: count.optional(),
  /** Done at once: so many connections are cut without a word. */
  cut: count.optional(),
  /** Everything back to normal before the rest of the request is applied. */
  clear: z.boolean().optional(),
});

export type ChaosState = z.infer<typeof stateSchema>;
export type ChaosRequest = z.infer<typeof chaosRequest>;
type Counted = keyof typeof counted;

const CALM: ChaosState = {
  duplicate: 0,
  drop: 0,
  reorder: 0,
  http_429: 0,
  http_500: 0,
  http_500_after_effect: 0,
  cut_after_effect: 0,
  delay_ms: 0,
  envelope_delay_ms: 0,
  retry_after: 1,
  posts_per_second: 0,
  unknown_blocks: [],
  methods: [],
};

/** As Slack puts up with: nobody documents how many. */
const burst = 4;

export class Chaos {
  #state: ChaosState = { ...CALM };
  readonly #posts = new Map<string, { readonly left: number; readonly at: number }>();

  state(): ChaosState {
    return { ...this.#state };
  }

  set(request: ChaosRequest): ChaosState {
    const { clear, disconnect: _now, cut: _too, ...changes } = request;
    const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    this.#state = stateSchema.parse({ ...(clear === true ? CALM : this.#state), ...set });
    return this.state();
  }

  /** True, and one less to go, if the switch is to act now. */
  take(name: Counted): boolean {
    if (this.#state[name] === 0) return false;
    this.#state = { ...this.#state, [name]: this.#state[name] - 1 };
    return true;
  }

  /** `take` for a Web API call: leaves methods alone that the request did not name. */
  takeFor(name: Counted, method: string): boolean {
    const { methods } = this.#state;
    return (methods.length === 0 || methods.includes(method)) && this.take(name);
  }

  /** Whole seconds until the channel takes another message; undefined: it takes this one. `now` in milliseconds. */
  postIn(channel: string, now: number): number | undefined {
    const { posts_per_second: rate } = this.#state;
    if (rate === 0) return undefined;
    const { left, at } = this.#posts.get(channel) ?? { left: burst, at: now };
    const tokens = Math.min(burst, left + ((now - at) / 1000) * rate);
    const taken = tokens >= 1;
    this.#posts.set(channel, { left: taken ? tokens - 1 : tokens, at: now });
    return taken ? undefined : Math.max(1, Math.ceil((1 - tokens) / rate));
  }

  delayFor(method: string): number {
    const { methods, delay_ms } = this.#state;
    return methods.length === 0 || methods.includes(method) ? delay_ms : 0;
  }
}
