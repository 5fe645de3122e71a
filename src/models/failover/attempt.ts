/** One call through the chain: leg after leg until one gives an answer that is one, within one budget of time. */
import type { BaseMessage } from "@langchain/core/messages";
import type { ChatGenerationChunk } from "@langchain/core/outputs";
import { troubleOf, type Trouble } from "../outage.ts";
import { faultOf, type OutputFault } from "../output-faults.ts";
import { urgency } from "../urgency.ts";
import type { Chain } from "./chain.ts";
import type { Leg, LegAtWork } from "./leg.ts";
import { rest } from "./timers.ts";
import type { Accepts } from "./structured.ts";
import type { ModelsUnavailable } from "./unavailable.ts";

/** What one leg said; `chunks` when it was asked to stream. */
export interface Said {
  readonly message: BaseMessage;
  readonly chunks?: readonly ChatGenerationChunk[];
}

export interface Request {
  /** The role, for fitness. */
  readonly kind: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds the whole call may take, over all legs. */
  readonly budgetMs: number;
  /** Milliseconds a busy server's wish to wait is granted. */
  readonly patienceMs: number;
  /** The one tool it must call, if it must. */
  readonly forced: string | undefined;
  /** What else makes a reply an answer. */
  readonly accepts: Accepts | undefined;
  /** The message is the beginning of a stream: it cannot be judged yet. */
  readonly begun?: true;
  ask(leg: Leg, limitMs: number): Promise<Said>;
}

export interface Answered extends Said {
  readonly leg: LegAtWork;
  /** A stream that has begun keeps its place at the leg until whoever reads it gives it back. */
  readonly leave?: () => void;
}

interface Bad {
  readonly leg: LegAtWork;
  readonly said: Said;
  readonly fault: OutputFault;
}

type Tried =
  { readonly answer: Answered } | { readonly bad: Bad } | { readonly trouble: Trouble } | "patience";

/** @throws ModelsUnavailable; what a leg throws that is no outage; the signal's reason */
export async function answer(chain: Chain, request: Request): Promise<Answered> {
  const attempt = new Attempt(chain, request);
  for (;;) {
    const leg = chain.pick(request.kind, attempt.tried);
    if (leg === undefined) return attempt.exhausted();
    const answered = await attempt.try(leg);
    if (answered !== undefined) return answered;
  }
}

class Attempt {
  readonly tried = new Set<LegAtWork>();
  readonly #chain: Chain;
  readonly #request: Request;
  readonly #started: number;
  readonly #bad: Bad[] = [];
  readonly #why: string[] = [];
  #waited = 0;
  /** Milliseconds spent in queues: no leg's fault, and not its time. */
  #queued = 0;

  constructor(chain: Chain, request: Request) {
    this.#chain = chain;
    this.#request = request;
    this.#started = chain.timers.now();
  }

  async try(leg: LegAtWork): Promise<Answered | undefined> {
    const came = this.#chain.timers.now();
    const leave = await leg.turnstile.enter(urgency(), this.#request.signal);
    this.#queued += this.#chain.timers.now() - came;
    let stays = false;
    try {
      // It may have gone down while this call waited its turn.
      if (!leg.closed) return undefined;
      const tried = await this.#ask(leg);
      if (tried === "patience") return undefined;
      if ("answer" in tried) {
        stays = this.#request.begun === true;
        return { ...this.#answered(tried.answer), ...(stays ? { leave } : {}) };
      }
      this.#note(leg, tried);
      return undefined;
    } finally {
      if (!stays) leave();
    }
  }

  async #ask(leg: LegAtWork): Promise<Tried> {
    const { signal } = this.#request;
    let said: Said;
    try {
      said = await this.#request.ask(leg.leg, this.#limit(leg));
    } catch (error) {
      if (signal?.aborted === true) {
        // Whoever asked waited no longer. Whether the leg hangs or was only slow, a probe finds out beside the work.
        if (isTimeout(signal.reason)) void leg.proves();
        throw error;
      }
      const trouble = troubleOf(error);
      if (trouble === undefined) throw error;
      return (await this.#patient(trouble)) ? "patience" : { trouble };
    }
    const fault = await this.#faultOf(said.message);
    if (fault !== undefined) return { bad: { leg, said, fault } };
    this.#chain.succeeded(leg);
    return { answer: { ...said, leg } };
  }

  /** One answered where others gave no answer: the question was not at fault, and they are no good at its kind. */
  #answered(answer: Answered): Answered {
    const { kind } = this.#request;
    this.#count();
    if (kind !== undefined) for (const { leg } of this.#bad) leg.judged(kind, false);
    return answer;
  }

  /** What goes to whoever asked is theirs to count. */
  #count(handedOn?: Bad): void {
    for (const bad of this.#bad)
      if (bad !== handedOn) this.#chain.faulted(bad.leg, bad.fault, this.#request.kind);
  }

  async #faultOf(message: BaseMessage): Promise<OutputFault | undefined> {
    const { accepts, begun, forced } = this.#request;
    if (begun === true) return undefined;
    const fault = faultOf(message, forced);
    if (fault !== undefined || accepts === undefined) return fault;
    return (await accepts(message)) ? undefined : "invalid";
  }

  /** What is left of the budget; six tenths of it while another leg could still be asked. */
  #limit(leg: LegAtWork): number {
    const spent = this.#chain.timers.now() - this.#started - this.#queued;
    const left = this.#request.budgetMs - spent;
    const next = this.#chain.pick(this.#request.kind, new Set([...this.tried, leg]));
    return Math.max(1, Math.min(leg.leg.totalMs ?? 120_000, next === undefined ? left : left * 0.6));
  }

  /** A busy server that asks for a moment is given it, once in a while. */
  async #patient({ kind, retryAfterMs }: Trouble): Promise<boolean> {
    if (kind !== "busy" || retryAfterMs === undefined) return false;
    if (this.#waited + retryAfterMs > this.#request.patienceMs) return false;
    this.#waited += Math.max(retryAfterMs, 50);
    await rest(this.#chain.timers, retryAfterMs, this.#request.signal);
    this.#request.signal?.throwIfAborted();
    return true;
  }

  #note(leg: LegAtWork, tried: { readonly bad: Bad } | { readonly trouble: Trouble }): void {
    this.tried.add(leg);
    if ("trouble" in tried) {
      this.#why.push(`${leg.leg.name}: ${tried.trouble.why}`);
      leg.failed(tried.trouble);
      return;
    }
    const why = `its answer was no answer (${tried.bad.fault})`;
    this.#why.push(`${leg.leg.name}: ${why}`);
    this.#bad.push(tried.bad);
    leg.garbled(why);
  }

  /**
   * No leg gave an answer. If one that is well gave a bad one, the question may be at fault: a probe tells. Then what
   * it said goes to whoever asked, who checks answers anyway; else a case no model can answer would stop all others.
   */
  async exhausted(): Promise<Answered> {
    for (const bad of this.#bad) {
      if (!(await bad.leg.proves())) continue;
      this.#count(bad);
      return { ...bad.said, leg: bad.leg };
    }
    this.#count();
    this.#request.signal?.throwIfAborted();
    throw this.#unavailable();
  }

  #unavailable(): ModelsUnavailable {
    return this.#chain.unavailable(this.#why, this.#request.kind);
  }
}

/** As AbortSignal.timeout() says it. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}
