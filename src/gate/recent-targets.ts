/**
 * How many targets of one verb have been proposed within the hour before a proposal, itself among them: many narrow
 * actions are a wide one. It counts what stands on the log up to that proposal, so that however many are handled at
 * once, in whatever order, each gets the same number.
 */
import { comparePositions, logTime, type Bus, type Position } from "../bus/bus.ts";
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { isCanary } from "../events/ids.ts";

const hourMs = 60 * 60_000;

interface Proposed {
  readonly position: Position;
  readonly verb: string;
  readonly target: string;
}

export class RecentTargets {
  readonly #bus: Pick<Bus, "read">;
  #seen: Proposed[] = [];
  /** All there is between these is in `seen`. */
  #from: Position | undefined;
  #to: Position | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(bus: Pick<Bus, "read">) {
    this.#bus = bus;
  }

  async count(event: KnownEvent<"action.proposed">, position: Position): Promise<number> {
    // One after the other: two readers would count the same entries twice.
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#readTo(position));
    await this.#reading;
    const since = logTime(position) - hourMs;
    const targets = this.#seen
      .filter((one) => one.verb === event.data.verb && logTime(one.position) > since)
      .filter((one) => comparePositions(one.position, position) <= 0)
      .map(({ target }) => target);
    return new Set([...targets, targetOf(event)]).size;
  }

  async #readTo(position: Position): Promise<void> {
    const since = `${Math.max(0, logTime(position) - hourMs)}-0`;
    if (this.#from === undefined || comparePositions(since, this.#from) < 0) {
      [this.#seen, this.#from, this.#to] = [[], since, since];
    }
    const after = this.#to ?? since;
    if (comparePositions(position, after) <= 0) return;
    for await (const { event, position: at } of this.#bus.read({
      types: ["action.proposed"],
      after,
      to: position,
    })) {
      if (!isEvent(event, "action.proposed") || isCanary(event.subject)) continue;
      this.#seen.push({ position: at, verb: event.data.verb, target: targetOf(event) });
    }
    this.#to = position;
    this.#forget(since);
  }

  /** An hour more than is asked for stays: entries are not handled in log order. */
  #forget(since: Position): void {
    const kept: Position = `${Math.max(0, logTime(since) - hourMs)}-0`;
    if (this.#from === undefined || comparePositions(kept, this.#from) <= 0) return;
    this.#from = kept;
    this.#seen = this.#seen.filter(({ position }) => comparePositions(position, kept) > 0);
  }
}

function targetOf({ data }: KnownEvent<"action.proposed">): string {
  return `${data.target.type} ${data.target.value.trim().toLowerCase()}`;
}
