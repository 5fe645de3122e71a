/** What may be given after the bench's name. */
export interface Options {
  /** Sizes: "10000,100000". */
  readonly cases?: string | undefined;
}

/** One line of a bench: what was measured, and against whom. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Who did the same work, or null where nobody is compared. */
  readonly peer: string | null;
  readonly peer_value: number | null;
  /** value / peer_value. */
  readonly ratio: number | null;
}

export function alone(what: string, value: number, unit: string): Row {
  return { what, value, unit, peer: null, peer_value: null, ratio: null };
}

export function compared(mine: Row, peer: { readonly name: string; readonly value: number }): Row {
  const ratio = Math.round((mine.value / peer.value) * 100) / 100;
  return { ...mine, peer: peer.name, peer_value: peer.value, ratio };
}

/** The middle one of an odd number of measurements. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The measurement that this part of all is not above; 0 ≤ part < 1. */
export function percentile(values: readonly number[], part: number): number {
  const found = values.toSorted((a, b) => a - b)[Math.floor(values.length * part)];
  if (found === undefined) throw new Error("bench: no measurements to take one of");
  return found;
}
