/** The alerts on the log, in memory, caught up with at each look: reading costs what is new, not the log. */
import type { Bus, Position } from "../../src/bus/bus.ts";
import { comparePositions } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import type { Alert } from "../../src/events/alert-events.ts";
import { isCanary } from "../../src/events/ids.ts";

export interface IndexedAlert extends Pick<Alert, "caseId" | "title" | "severity" | "rule" | "indicators"> {
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly timeMs: number;
  /** When it came in, by its event; `timeMs` is when its source says it happened. */
  readonly receivedMs: number;
}

/** As many of the newest as are kept; some 100 MB at most. */
const maxKept = 50_000;

export class AlertIndex {
  readonly #bus: Bus;
  readonly #byCase = new Map<string, IndexedAlert>();
  /** The last position read of each partition: one partition may lag behind another. */
  readonly #read = new Map<number, Position>();
  #catchingUp: Promise<void> | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** All alerts that were on the log when this was called. */
  async alerts(): Promise<Iterable<IndexedAlert>> {
    // A look that has begun may have passed what was written since: wait for it, then look again.
    await this.#catchingUp;
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined;
    });
    await this.#catchingUp;
    return this.#byCase.values();
  }

  async #catchUp(): Promise<void> {
    const after = [...this.#read.values()].sort(comparePositions)[0];
    const options = after === undefined ? {} : { after };
    for await (const { event, partition, position } of this.#bus.read({
      types: ["alert.received"],
      ...options,
    })) {
      this.#read.set(partition, position);
      if (isEvent(event, "alert.received") && !isCanary(event.subject))
        this.#keep(event.data, Date.parse(event.time));
    }
  }

  #keep({ caseId, title, severity, rule, indicators, host, user, time }: Alert, receivedMs: number): void {
    this.#byCase.set(caseId, {
      ...{ caseId, title, severity, rule, indicators },
      host: host?.name,
      user: user?.name,
      timeMs: Date.parse(time),
      receivedMs,
    });
    const oldest = this.#byCase.keys().next();
    if (this.#byCase.size > maxKept && oldest.done !== true) this.#byCase.delete(oldest.value);
  }
}
