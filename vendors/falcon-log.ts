/** What the log already holds of Falcon's alerts: how far they are read, and what is said of one. */
import type { Bus } from "../src/bus/bus.ts";
import { LogNews } from "../src/bus/log-news.ts";
import type { Clock } from "../src/clock.ts";
import { isEvent } from "../src/events/envelope.ts";
import { caseIdOf } from "../src/events/ids.ts";
import { cursorOf } from "../src/seams/publish-alerts.ts";
import { falconSourceName, type FalconSourceOptions, type OnLog } from "./falcon-source.ts";

/** As long as the log knows an id, and a little: longer ago, what was passed is not taken up again. */
const rememberedMs = 8 * 24 * 60 * 60_000;

export function falconLog(
  bus: Pick<Bus, "read" | "tail">,
  clock: Clock,
): Pick<FalconSourceOptions, "cursor" | "onLog"> {
  const grouped = new Grouped(bus, clock);
  return {
    cursor: () => cursorOf(bus, falconSourceName),
    onLog: async (sourceId) => {
      const own = await ownCase(bus, caseIdOf({ source: falconSourceName, sourceId }));
      return own.taken || !(await grouped.has(sourceId)) ? own : { ...own, taken: true };
    },
  };
}

async function ownCase(bus: Pick<Bus, "read">, caseId: string): Promise<OnLog> {
  const types = ["alert.received", "alert.suppressed", "case.labelled"] as const;
  let said: OnLog = { taken: false, hasCase: false, labelled: undefined };
  for await (const { event } of bus.read({ subject: caseId, types })) {
    if (isEvent(event, "alert.received")) said = { ...said, taken: true, hasCase: true };
    else if (isEvent(event, "alert.suppressed")) said = { ...said, taken: true };
    else if (isEvent(event, "case.labelled") && event.data.from === "source") {
      said = { ...said, labelled: event.data.verdict };
    }
  }
  return said;
}

/** Alerts counted in another's case stand under that case alone: they are known by their own id. */
class Grouped {
  readonly #bus: Pick<Bus, "read" | "tail">;
  readonly #news: LogNews;
  readonly #ids = new Set<string>();

  constructor(bus: Pick<Bus, "read" | "tail">, clock: Clock) {
    this.#bus = bus;
    this.#news = new LogNews(["alert.grouped"], `${Math.max(0, clock.now() - rememberedMs)}-0`);
  }

  async has(sourceId: string): Promise<boolean> {
    if (this.#ids.has(sourceId)) return true;
    for await (const { event } of this.#news.read(this.#bus))
      if (isEvent(event, "alert.grouped")) this.#ids.add(event.data.sourceId);
    return this.#ids.has(sourceId);
  }
}
