/**
 * Which tickets are at work at the same time. Roles recall what other cases came to, so who works beside whom must
 * follow from the tickets alone: a wave is the tickets that came in within so many minutes of its first one. The
 * cases of a wave do not see each other's findings; everything said before it they do.
 */

export interface Arriving {
  /** When the ticket came in, milliseconds since the epoch. */
  readonly at: number;
}

/** Enough to keep a model server busy, few enough to hold in memory. */
const mostInAWave = 64;

/** In order of time; tickets of one time stay in the order given. */
export function wavesOf<T extends Arriving>(tickets: readonly T[], windowMs: number): T[][] {
  const waves: T[][] = [];
  let wave: T[] = [];
  for (const ticket of tickets.toSorted((a, b) => a.at - b.at)) {
    const [first] = wave;
    if (first !== undefined && (ticket.at - first.at > windowMs || wave.length >= mostInAWave)) {
      waves.push(wave);
      wave = [];
    }
    wave.push(ticket);
  }
  if (wave.length > 0) waves.push(wave);
  return waves;
}
