/** The alerts on the log, in memory, caught up with at each look: reading costs what is new, not the log. */
import type { Bus } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import type { Alert } from "../../src/events/alert-events.ts";
import { isCanary } from "../../src/events/ids.ts";
import { LogNews } from "../log-news.ts";

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
  readonly #news: LogNews;
  readonly #byCase = new Map<string, IndexedAlert>();
  #catchingUp: Promise<void> | undefined;

  constructor(bus: Bus) {
    this.#news = new LogNews(bus, ["alert.received"]);
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
    for await (const { event } of this.#news.read()) {
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
