/** An indicator and the cases it stands in. */
import type { Indicator, IndicatorType } from "../events/vocabulary.ts";
import { strengthOf } from "../indicators/classify.ts";
import { reachFinds, reachHub, reachNobody, reachWeak } from "./columns.ts";
import { hubCases, worthOf } from "./worth.ts";

/** An indicator with its cases. A record of a fold's `seen` holds these very objects, one for each indicator. */
export interface Holders extends Indicator {
  /** Its place in `indicators`. */
  readonly n: number;
  /** Numbers of the cases it stands in, each once; what is benign or harmless in a case is not filed. */
  readonly cases: readonly number[];
  /** How many they are. */
  readonly size: number;
  /** Held by more cases than this it links none of them: the edge of a CDN. 0: benign; `anyNumber` for most. */
  readonly most: number;
  /** May join cases at all. */
  readonly strong: boolean;
}

/** More cases than there can be. A small integer: an infinity of its own for each indicator would cost its place. */
const anyNumber = 2 ** 30;

export class Held implements Holders {
  readonly n: number;
  readonly type: IndicatorType;
  readonly value: string;
  readonly most: number;
  readonly strong: boolean;
  /** Most indicators stand in one case: a list of one would cost more than what is in it. -1: none. */
  #only = -1;
  #all: number[] | undefined;

  constructor(n: number, { type, value }: Indicator, most: number) {
    this.n = n;
    this.type = type;
    this.value = value;
    this.most = Math.min(most, anyNumber);
    this.strong = strengthOf(type) === "strong";
  }

  get size(): number {
    return this.#all?.length ?? (this.#only < 0 ? 0 : 1);
  }

  get cases(): readonly number[] {
    return this.#all ?? (this.#only < 0 ? [] : [this.#only]);
  }

  /** An indicator is its type and value. */
  toJSON(): Indicator {
    return { type: this.type, value: this.value };
  }

  /** A list that grows by one at a time is given room for many. */
  add(n: number): void {
    if (this.size === 0) this.#only = n;
    else if (this.#all === undefined || this.#all.length < 8) this.#all = [...this.cases, n];
    else this.#all.push(n);
  }

  remove(n: number): void {
    const left = this.cases.filter((one) => one !== n);
    this.#all = left.length > 1 ? left : undefined;
    this.#only = left[0] ?? -1;
  }
}

/** What questions read of an indicator. */
export function columnsOf(held: Held): { worth: number; reach: number } {
  return { worth: worthOf(held), reach: reachOf(held) };
}

function reachOf({ strong, size, most }: Held): number {
  if (!strong) return reachWeak;
  if (size < 2 || size > most) return reachNobody;
  return size > hubCases ? reachHub : reachFinds;
}

/** What a fold's records hold: the very object of the index. */
export function isHolders(indicator: Indicator): indicator is Holders {
  return indicator instanceof Held;
}
