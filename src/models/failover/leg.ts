/** One leg at work: its breaker, its place limit, its fitness for each kind of task, and its probe. */
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { reasonOf } from "../../errors.ts";
import { troubleOf, type Trouble } from "../outage.ts";
import { closedBreaker, decide, evolve, type BreakerCommand, type BreakerState } from "./breaker.ts";
import { evolveFitness, isSetAside, judged, unproven, type Fitness } from "./fitness.ts";
import { probeByWord } from "./probe.ts";
import type { Timers } from "./timers.ts";
import { Turnstile } from "./turnstile.ts";

export interface Leg {
  /** Host of the server, as the trace shows it; the chain numbers a second one of that name. */
  readonly name: string;
  /** The model's name on it. */
  readonly model: string;
  readonly chat: BaseChatModel;
  /** Milliseconds one whole answer may take. Default 120,000. */
  readonly totalMs?: number;
  /** Milliseconds a stream may take to begin. Default 30,000. */
  readonly firstTokenMs?: number;
  /** Calls at once; more wait, the urgent ones first. Default 8. */
  readonly concurrency?: number;
  /** A real completion that throws when the leg is no good. Default: it must say a word it is told to. */
  readonly probe?: (signal: AbortSignal) => Promise<void>;
}

/** What happened to a leg, for the chain. */
export interface LegWatcher {
  changed(leg: LegAtWork): void;
  setAside(leg: LegAtWork, kind: string, aside: boolean): void;
}

/** A busy server may take a while to say a word; a black hole holds a probe no longer. */
const probeMs = 10_000;

export class LegAtWork {
  readonly leg: Leg;
  readonly turnstile: Turnstile;
  readonly #timers: Timers;
  readonly #watcher: LegWatcher;
  readonly #fitness = new Map<string, Fitness>();
  readonly #closing: AbortSignal;
  #breaker: BreakerState = closedBreaker;
  #probing: Promise<boolean> | undefined;
  #cancelProbe: () => void = () => undefined;

  constructor(leg: Leg, { timers, watcher, closing }: LegDeps) {
    this.leg = leg;
    this.turnstile = new Turnstile(leg.concurrency ?? 8);
    this.#timers = timers;
    this.#watcher = watcher;
    this.#closing = closing;
  }

  get closed(): boolean {
    return this.#breaker.status === "closed";
  }

  get breaker(): BreakerState {
    return this.#breaker;
  }

  succeeded(): void {
    this.#apply({ kind: "succeeded" });
  }

  failed({ kind, why, retryAfterMs }: Trouble): void {
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
    this.#apply({ kind: "failed", trouble: kind, why, ...asked });
  }

  /** What it said is no answer. Whether the leg is at fault or the question, a probe finds out beside the work. */
  garbled(why: string): void {
    this.#apply({ kind: "failed", trouble: "bad_output", why });
    if (this.closed) void this.proves();
  }

  /** Set aside for this kind. After its rest it is tried again; the next judgement says whether for good. */
  unfitFor(kind: string): boolean {
    return isSetAside(this.#fitness.get(kind) ?? unproven, this.#timers.now());
  }

  judged(kind: string, good: boolean): void {
    const before = this.#fitness.get(kind) ?? unproven;
    const events = judged(before, good, this.#timers.now());
    const after = events.reduce(evolveFitness, before);
    this.#fitness.set(kind, after);
    if (before.until > 0 !== after.until > 0) this.#watcher.setAside(this, kind, after.until > 0);
  }

  /** True when it answers a probe now. One probe at a time, whoever asks. */
  proves(): Promise<boolean> {
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  close(): void {
    this.#cancelProbe();
  }

  async #probe(): Promise<boolean> {
    const { chat, probe } = this.leg;
    const late = new AbortController();
    const cancel = this.#timers.aside(probeMs, () => {
      late.abort(
        Object.assign(new Error(`no answer to a probe within ${probeMs} ms`), { name: "TimeoutError" }),
      );
    });
    const signal = AbortSignal.any([late.signal, this.#closing]);
    try {
      await (probe === undefined ? probeByWord(chat, signal) : probe(signal));
      this.#apply({ kind: "probe-succeeded" });
      return true;
    } catch (error) {
      const trouble = troubleOf(error)?.kind ?? "bad_output";
      if (!this.#closing.aborted) this.#apply({ kind: "probe-failed", trouble, why: reasonOf(error) });
      return false;
    } finally {
      cancel();
    }
  }

  #apply(command: BreakerCommand, now = this.#timers.now()): void {
    const before = this.#breaker;
    for (const event of decide(before, command, now)) {
      this.#breaker = evolve(this.#breaker, event);
      if (event.type === "opened") this.#probeAt(event.until);
      if (event.type === "closed") this.#cancelProbe();
    }
    if (before.status !== this.#breaker.status) this.#watcher.changed(this);
  }

  #probeAt(until: number): void {
    this.#cancelProbe();
    this.#cancelProbe = this.#timers.aside(Math.max(0, until - this.#timers.now()), () => {
      // The timer has measured the wait: the clock may be a millisecond short of it, or have been set back.
      this.#apply({ kind: "probe" }, Math.max(until, this.#timers.now()));
      if (this.#breaker.status === "half-open") void this.proves();
    });
  }
}

export interface LegDeps {
  readonly timers: Timers;
  readonly watcher: LegWatcher;
  readonly closing: AbortSignal;
}
