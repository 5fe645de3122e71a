/**
 * The legs in order, and which of them serves: the first that answers. Says each change once: failed over, recovered,
 * unavailable. What one call tries is attempt.ts; what LangChain sees is failover-chat-model.ts.
 */
import type { OutputFault } from "../output-faults.ts";
import { LegAtWork, type Leg } from "./leg.ts";
import { systemTimers, type Timers } from "./timers.ts";
import { ModelsUnavailable } from "./unavailable.ts";

export type Change =
  /** `kind`: for this role alone, whose answers from it were no good; not set: for all. */
  | {
      readonly type: "failed_over";
      readonly leg: string;
      readonly to: string;
      readonly why: string;
      readonly kind?: string;
    }
  /** `first`: it answered for the first time since the start; news only to who still believes it is down. */
  | {
      readonly type: "recovered";
      readonly leg: string;
      readonly why: string;
      readonly kind?: string;
      readonly first?: true;
    }
  | { readonly type: "unavailable"; readonly why: string };

/** An answer that was none, or that a role did not accept. */
export interface Faulty {
  readonly leg: string;
  readonly model: string;
  /** "" outside roles. */
  readonly role: string;
  readonly fault: OutputFault;
}

export interface ChainOptions {
  /** The first is the primary. */
  readonly legs: readonly Leg[];
  readonly onChange?: (change: Change) => void;
  readonly onFault?: (faulty: Faulty) => void;
  readonly timers?: Timers;
}

export class Chain {
  readonly legs: readonly LegAtWork[];
  readonly timers: Timers;
  readonly #onChange: (change: Change) => void;
  readonly #onFault: (faulty: Faulty) => void;
  readonly #closing = new AbortController();
  /** The leg that serves; undefined: none. */
  #serving: LegAtWork | undefined;
  #answered = false;
  /** Roles that have accepted an answer of the primary's since the start. */
  readonly #accepted = new Set<string>();

  constructor({ legs, onChange, onFault, timers = systemTimers }: ChainOptions) {
    const [primary] = legs;
    if (primary === undefined) throw new TypeError("failover: expected at least one leg");
    this.timers = timers;
    this.#onChange = onChange ?? (() => undefined);
    this.#onFault = onFault ?? (() => undefined);
    const watcher = {
      changed: () => {
        this.#changed();
      },
      setAside: (leg: LegAtWork, kind: string, aside: boolean) => {
        this.#fitnessChanged(leg, kind, aside);
      },
    };
    const deps = { timers, watcher, closing: this.#closing.signal };
    this.legs = legs.map((leg, at) => new LegAtWork(toldApart(leg, legs.slice(0, at)), deps));
    this.#serving = this.legs[0];
  }

  /** The leg a call goes to: the first that answers, is fit for this kind, and was not tried by it yet. */
  pick(kind: string | undefined, tried: ReadonlySet<LegAtWork>): LegAtWork | undefined {
    return this.legs.find((leg) => leg.closed && !tried.has(leg) && !this.#unfit(leg, kind));
  }

  /** An only leg is never set aside: a weak answer is checked, and a person asked; no answer helps nobody. */
  #unfit(leg: LegAtWork, kind: string | undefined): boolean {
    return kind !== undefined && this.legs.length > 1 && leg.unfitFor(kind);
  }

  /** @param tried why each leg that was tried did not answer */
  unavailable(tried: readonly string[], kind?: string): ModelsUnavailable {
    const now = this.timers.now();
    const states = this.legs.map((leg) => {
      if (!leg.closed) return `${leg.leg.name}: ${leg.breaker.why}`;
      return this.#unfit(leg, kind) ? `${leg.leg.name}: set aside for ${kind ?? "it"}` : undefined;
    });
    const why = states.filter((state) => state !== undefined).join("; ") || tried.join("; ") || "no leg";
    const waits = this.legs.filter((leg) => !leg.closed).map((leg) => leg.breaker.until - now);
    const retryAfterMs = Math.min(Math.max(Math.min(...waits, 2_000), 500), 2_000);
    return new ModelsUnavailable(`no model answers: ${why}`.slice(0, 900), retryAfterMs);
  }

  succeeded(leg: LegAtWork): void {
    leg.succeeded();
    if (this.#answered) return;
    this.#answered = true;
    if (leg === this.legs[0])
      this.#onChange({ type: "recovered", leg: leg.leg.name, why: "it answers", first: true });
  }

  faulted({ leg: { name: leg, model } }: LegAtWork, fault: OutputFault, role = ""): void {
    this.#onFault({ leg, model, role, fault });
  }

  /** What a role's own check made of an answer. */
  judged(leg: LegAtWork, kind: string, fault: OutputFault | undefined): void {
    leg.judged(kind, fault === undefined);
    if (fault !== undefined) this.faulted(leg, fault, kind);
    else if (leg === this.legs[0] && !this.#accepted.has(kind)) {
      this.#accepted.add(kind);
      const why = `its answers for ${kind} are accepted`;
      this.#onChange({ type: "recovered", leg: leg.leg.name, why, kind, first: true });
    }
  }

  legNamed(name: string | undefined): LegAtWork | undefined {
    return this.legs.find((leg) => leg.leg.name === name);
  }

  get primary(): LegAtWork {
    const [primary] = this.legs;
    if (primary === undefined) throw new TypeError("failover: expected at least one leg");
    return primary;
  }

  /** Stops probing. */
  close(): void {
    this.#closing.abort();
    for (const leg of this.legs) leg.close();
  }

  #changed(): void {
    const before = this.#serving;
    this.#serving = this.legs.find((leg) => leg.closed);
    if (this.#serving === before) return;
    this.#answered = true;
    this.#onChange(this.#changeTo(this.#serving));
  }

  #changeTo(serving: LegAtWork | undefined): Change {
    const [primary] = this.legs;
    if (serving === undefined || primary === undefined)
      return { type: "unavailable", why: this.unavailable([]).message };
    if (serving === primary)
      return { type: "recovered", leg: primary.leg.name, why: "it answers a probe again" };
    const { why } = primary.breaker;
    return { type: "failed_over", leg: primary.leg.name, to: serving.leg.name, why };
  }

  #fitnessChanged(leg: LegAtWork, kind: string, aside: boolean): void {
    const { name } = leg.leg;
    if (!aside) {
      this.#onChange({
        type: "recovered",
        leg: name,
        why: `its answers for ${kind} are accepted again`,
        kind,
      });
      return;
    }
    const others = this.legs.filter((each) => each !== leg);
    const other = others.find((each) => each.closed) ?? others[0];
    if (other === undefined) return;
    const why = `too many of its answers for ${kind} were not accepted`;
    this.#onChange({ type: "failed_over", leg: name, to: other.leg.name, why, kind });
  }
}

/** Replies, the log and metrics know a leg by its name alone: the second of one server has a number. */
function toldApart(leg: Leg, before: readonly Leg[]): Leg {
  const alike = before.filter(({ name }) => name === leg.name).length;
  return alike === 0 ? leg : { ...leg, name: `${leg.name} (${alike + 1})` };
}
