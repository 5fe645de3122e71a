/**
 * The alerts on the log, in memory, by what alerts share, caught up with at each look: a look costs what is new and what
 * shares something, not the log.
 */
import type { Bus } from "../../src/bus/bus.ts";
import { LogNews } from "../../src/bus/log-news.ts";
import { isEvent } from "../../src/events/envelope.ts";
import type { Alert } from "../../src/events/alert-events.ts";
import { isCanary } from "../../src/events/ids.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";

export interface IndexedAlert extends Pick<Alert, "caseId" | "title" | "severity" | "rule" | "indicators"> {
  /** Its place among all that were kept. */
  readonly n: number;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly timeMs: number;
  /** When it came in, by its event; `timeMs` is when its source says it happened. */
  readonly receivedMs: number;
}

/** As many of the newest as are kept; some 100 MB at most. */
const maxKept = 50_000;

/** What alerts may share. */
export interface Shared {
  readonly host: string | undefined;
  readonly user: string | undefined;
  /** By name or id. */
  readonly rules: readonly string[];
  readonly indicators: readonly Indicator[];
}

export class AlertIndex {
  readonly #bus: Pick<Bus, "read" | "tail">;
  readonly #news = new LogNews(["alert.received"]);
  readonly #byCase = new Map<string, IndexedAlert>();
  readonly #sharing = new Map<string, Set<IndexedAlert>>();
  #kept = 0;
  #catchingUp: Promise<void> | undefined;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Of the alerts that were on the log when this was called, those that share one of these at least, each once. */
  async sharing(any: Shared): Promise<Iterable<IndexedAlert>> {
    await this.#current();
    return new Set(keysOf(any).flatMap((key) => [...(this.#sharing.get(key) ?? [])]));
  }

  async #current(): Promise<void> {
    // A look that has begun may have passed what was written since: wait for it, then look again.
    await this.#catchingUp;
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined;
    });
    await this.#catchingUp;
  }

  async #catchUp(): Promise<void> {
    for await (const { event } of this.#news.read(this.#bus)) {
      if (isEvent(event, "alert.received") && !isCanary(event.subject))
        this.#keep(event.data, Date.parse(event.time));
    }
  }

  #keep({ caseId, title, severity, rule, indicators, host, user, time }: Alert, receivedMs: number): void {
    const before = this.#byCase.get(caseId);
    if (before !== undefined) this.#forget(before);
    const alert: IndexedAlert = {
      ...{ n: before?.n ?? this.#kept++, caseId, title, severity, rule, indicators },
      host: host?.name,
      user: user?.name,
      timeMs: Date.parse(time),
      receivedMs,
    };
    this.#byCase.set(caseId, alert);
    for (const key of keysOfAlert(alert)) {
      const there = this.#sharing.get(key);
      if (there === undefined) this.#sharing.set(key, new Set([alert]));
      else there.add(alert);
    }
    const [oldest] = this.#byCase.size > maxKept ? this.#byCase.values() : [];
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(alert: IndexedAlert): void {
    this.#byCase.delete(alert.caseId);
    for (const key of keysOfAlert(alert)) {
      const there = this.#sharing.get(key);
      there?.delete(alert);
      if (there?.size === 0) this.#sharing.delete(key);
    }
  }
}

function keysOfAlert({ host, user, rule, indicators }: IndexedAlert): string[] {
  return keysOf({ host, user, rules: [rule.name, rule.id], indicators });
}

/** Names of hosts and users are one in whatever case. */
function keysOf({ host, user, rules, indicators }: Shared): string[] {
  return [
    ...(host === undefined ? [] : [`host ${host.toLowerCase()}`]),
    ...(user === undefined ? [] : [`user ${user.toLowerCase()}`]),
    ...rules.map((rule) => `rule ${rule}`),
    ...indicators.map(({ type, value }) => `is ${type} ${value}`),
  ];
}
