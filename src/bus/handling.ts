/**
 * One entry in one worker's hands: read it, run the handler on it, commit what it says. Throws are tried again in
 * place; a commit that finds other state runs the handler again on that; what cannot be handled is buried.
 */
import type { EventType } from "../events/catalogue.ts";
import { canonicalJson } from "../events/canonical.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { isoTime, type Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import { atHand, withAtHand } from "./at-hand.ts";
import type { Draft, Handled, Handler, StateOf, SubscribeOptions } from "./bus.ts";
import { eventOf } from "./entry-event.ts";
import type { Claim, Commit, CommitResult, GroupStore } from "./group-store.ts";
import { entryDead, outputOf, readable } from "./outputs.ts";
import { LazyAbort } from "./lazy-abort.ts";
import type { BusObserver } from "./observer.ts";
import type { Solo } from "./solo.ts";
import { stackOf } from "./stack.ts";
import type { Timings } from "./timings.ts";
import { pause } from "./waiting.ts";

/** What one subscription does. */
export interface Work<T extends EventType, S> {
  readonly group: string;
  readonly types: readonly T[];
  readonly handler: Handler<T, S>;
  readonly options: SubscribeOptions<T, S>;
}

/** What it runs on. */
export interface Engine {
  readonly store: GroupStore;
  readonly clock: Clock;
  readonly timings: Timings;
  /** One a bus. */
  readonly solo: Solo;
  readonly diagnostics: Diagnostics;
  readonly observer?: BusObserver | undefined;
  /** Takes secrets out of what a dead letter and its notice say of an error. */
  readonly clean?: ((text: string) => string) | undefined;
  /** Where the log has several: the one a subject's events belong to. */
  readonly partitionOf?: (subject: string) => number;
}

/** Who runs it. */
export interface Hands {
  /** Aborts when the worker closes. */
  readonly closing: AbortSignal;
  /** The handler has answered and will not be asked again; what is left is the commit. */
  answered(claim: Claim): void;
}

/** `left`: the claim is lost or the worker closes; nothing was committed. */
export type Outcome = "settled" | "left" | { readonly stop: string; readonly retryAfterMs: number };

type Stop = Exclude<Outcome, string>;
type Tried = { readonly commit: Commit } | Stop | { readonly thrown: unknown };

/** What the group keeps for the entry's key; no key, no state. */
interface Kept {
  readonly key: string | undefined;
  readonly before: string | undefined;
}

const noState: Kept = { key: undefined, before: undefined };
const quarterHour = 15 * 60_000;

export class Handling<T extends EventType, S> {
  readonly claim: Claim;
  readonly #work: Work<T, S>;
  readonly #engine: Engine;
  readonly #hands: Hands;
  #answered = false;
  readonly #abort = new LazyAbort();
  /** The call of the handler that is under way. */
  #call: LazyAbort | undefined;
  #failures = 0;
  #firstAt: string | undefined;

  constructor(claim: Claim, work: Work<T, S>, engine: Engine, hands: Hands) {
    this.claim = claim;
    this.#work = work;
    this.#engine = engine;
    this.#hands = hands;
  }

  get answered(): boolean {
    return this.#answered;
  }

  /** Aborts the handler; what it still says is dropped. */
  abort(reason: HatrackError): void {
    this.#abort.abort(reason);
    this.#call?.abort(reason);
  }

  /** @throws HatrackError from the store, not retryable: the subscription cannot go on */
  run(): Promise<Outcome> {
    const { claim } = this;
    const { maxDeliveries } = this.#engine.timings;
    if (claim.deliveries > maxDeliveries) {
      const error = `delivered ${maxDeliveries} times and its worker died each time; not run again`;
      return this.#bury("crashed", error, maxDeliveries);
    }
    let event: AnyEvent;
    try {
      event = eventOf(claim, this.#work.types);
    } catch (error) {
      return this.#bury("unreadable", error);
    }
    if (isEvent(event, ...this.#work.types)) {
      return withAtHand(this.#work.group, event, () => this.#handle(event));
    }
    return this.#commit({ claim, outputs: [] }).then((result) => (result === undefined ? "left" : "settled"));
  }

  async #handle(event: KnownEvent<T>): Promise<Outcome> {
    while (!this.#abort.aborted && !this.#hands.closing.aborted) {
      const tried = await this.#try(event);
      if (tried === "left") return "left";
      if ("stop" in tried) return tried;
      if ("thrown" in tried) {
        const outcome = await this.#threw(tried.thrown);
        if (outcome !== undefined) return outcome;
        continue;
      }
      this.#answer();
      const result = await this.#commit(tried.commit);
      if (result === undefined) return "left";
      if (result !== "conflict") return "settled";
    }
    return "left";
  }

  /** With state it may be asked once more: the commit decides. */
  #answer(): void {
    if (this.#answered || this.#work.options.state !== undefined) return;
    this.#answered = true;
    this.#hands.answered(this.claim);
  }

  #try(event: KnownEvent<T>): Promise<Tried | "left"> {
    const { state } = this.#work.options;
    return state === undefined ? this.#decide(event, noState) : this.#tryOn(state, event);
  }

  async #tryOn(state: StateOf<T, S>, event: KnownEvent<T>): Promise<Tried | "left"> {
    let key: string;
    try {
      key = state.key(event);
    } catch (thrown) {
      return { thrown };
    }
    const kept = await this.#persist(() => this.#readState(key));
    return kept === undefined ? "left" : this.#decide(event, kept);
  }

  async #readState(key: string): Promise<Kept> {
    return { key, before: await this.#engine.store.readState(this.claim, key) };
  }

  async #decide(event: KnownEvent<T>, kept: Kept): Promise<Tried> {
    try {
      const wanted = this.#work.options.wants?.(event) ?? true;
      if (!wanted) return { commit: { claim: this.claim, outputs: [] } };
      const state = this.#parseState(kept.before);
      const handled = await this.#ask(event, state);
      if ("stop" in handled) return { stop: handled.stop, retryAfterMs: handled.retryAfterMs ?? 5_000 };
      if ("skip" in handled) this.#note("debug", `skipped: ${handled.skip}`);
      const drafts = "events" in handled ? handled.events : [];
      return { commit: this.#committing({ event, drafts, state }, kept) };
    } catch (thrown) {
      return { thrown };
    }
  }

  #parseState(text: string | undefined): S | undefined {
    const { state } = this.#work.options;
    return state === undefined || text === undefined ? undefined : state.parse(JSON.parse(text));
  }

  #ask(event: KnownEvent<T>, state: S | undefined): Promise<Handled> | Handled {
    const { position, partition, deliveries } = this.claim;
    const call = new LazyAbort();
    this.#call = call;
    const answer = this.#work.handler({
      event,
      position,
      partition,
      deliveries,
      state,
      get signal() {
        return call.signal;
      },
    });
    if (!("then" in answer)) return answer;
    const deadlineMs = this.#work.options.deadlineMs ?? quarterHour;
    return call.race(answer, deadlineMs, () => this.#late(event, deadlineMs));
  }

  #late({ type, id }: KnownEvent<T>, deadlineMs: number): HatrackError {
    const message = `${this.#work.group}: ${type} ${id} was not handled within ${deadlineMs} ms`;
    return new HatrackError("deadline_passed", message, { retryable: true });
  }

  #committing(
    said: { event: KnownEvent<T>; drafts: readonly Draft[]; state: S | undefined },
    { key, before }: Kept,
  ): Commit {
    const { group, options } = this.#work;
    const time = isoTime(this.#engine.clock.now());
    const saying = { group, cause: said.event, source: options.source, time, sign: options.sign };
    const outputs = said.drafts.map((draft, position) => outputOf(draft, position, saying));
    for (const { event } of outputs) this.#demandOwnPartition(event);
    const fold = options.state;
    if (fold === undefined || key === undefined) return { claim: this.claim, outputs };
    const folded = outputs.reduce<S | undefined>((state, { event }) => fold.evolve(state, event), said.state);
    const after = outputs.length === 0 ? undefined : canonicalJson(folded);
    return { claim: this.claim, outputs, state: { key, before, after } };
  }

  /** One case lies in one partition: what goes elsewhere is published, not said in a handling. */
  #demandOwnPartition({ type, subject }: KnownEvent): void {
    const { partition } = this.claim;
    const belongs = this.#engine.partitionOf?.(subject) ?? partition;
    if (belongs === partition) return;
    throw new HatrackError(
      "wrong_partition",
      `${this.#work.group}: ${type} about ${subject} belongs to partition ${belongs} and its cause lies in ${partition}: ` +
        "expected a subject of the cause's partition; publish it instead",
    );
  }

  async #threw(error: unknown): Promise<Outcome | undefined> {
    if (this.#abort.aborted) return "left";
    const { tries, backoffMs } = this.#engine.timings;
    this.#failures += 1;
    this.#firstAt ??= isoTime(this.#engine.clock.now());
    const terminal = error instanceof HatrackError && !error.retryable;
    if (terminal || this.#failures >= tries) return this.#bury("threw", error);
    this.#note("warn", `threw (${this.#failures} of ${tries}): ${reasonOf(error)}`);
    await pause(backoffMs * 2 ** (this.#failures - 1), this.#hands.closing, this.#abort.signal);
    return undefined;
  }

  async #bury(reason: string, thrown: unknown, failures = this.#failures): Promise<Outcome> {
    const { claim } = this;
    const clean = this.#engine.clean ?? ((text: string) => text);
    const error = clean(reasonOf(thrown));
    const stack = stackOf(thrown);
    const { position, partition, deliveries } = claim;
    const now = this.#engine.clock.now();
    const lastAt = isoTime(now);
    const firstAt = this.#firstAt ?? isoTime(now - (claim.firstAgoMs ?? 0));
    const text = claim.text ?? "";
    const { group } = this.#work;
    const what = { reason, error, ...(stack === undefined ? {} : { stack: clean(stack) }) };
    const dead = { group, position, partition, ...what, failures, deliveries, firstAt, lastAt, text };
    const said = entryDead(dead, readable(claim.text));
    const result = await this.#persist(() => this.#engine.store.bury({ claim, dead, said }));
    if (result === "ok") this.#note("error", `dead (${reason}): ${error}`);
    return result === undefined ? "left" : "settled";
  }

  async #commit(commit: Commit): Promise<CommitResult | undefined> {
    const { observer, store } = this.#engine;
    const began = performance.now();
    const result = await this.#persist(() => store.commit(commit));
    if (result === "ok" && observer?.committed !== undefined) {
      const outputs = commit.outputs.map(({ event }) => event);
      observer.committed({ group: this.#work.group, milliseconds: performance.now() - began, outputs });
    }
    return result;
  }

  /** Calls the store until it answers; undefined when the worker closes or the claim is lost meanwhile. */
  async #persist<R>(call: () => Promise<R>): Promise<R | undefined> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof HatrackError && error.retryable)) throw error;
        this.#note("warn", reasonOf(error));
      }
      if (this.#hands.closing.aborted || this.#abort.aborted) return undefined;
      await pause(this.#engine.timings.backoffMs, this.#hands.closing, this.#abort.signal);
    }
  }

  #note(level: keyof Diagnostics, message: string): void {
    const { position, type, deliveries } = this.claim;
    const fields = { ...atHand(), group: this.#work.group, position, type, deliveries };
    this.#engine.diagnostics[level](fields, message);
  }
}
