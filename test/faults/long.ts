import type { RedisBus } from "../../src/bus/redis-bus.ts";

/** The long form takes minutes: HATRACK_LONG=1. */
export const long = process.env["HATRACK_LONG"] === "1";
if (!long) console.warn("short form: HATRACK_LONG=1 makes the fault suite long");

/** A figure of a fault run, printed whatever comes of it. */
export function figure(what: string, figures: Readonly<Record<string, number>>): void {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.info(`${what}: ${words.join(", ")}`);
}

/** Follows the log until so many canaries are answered; keeps none of it. */
export async function untilAnswered(bus: RedisBus, count: number): Promise<void> {
  const done = new AbortController();
  let answered = 0;
  for await (const { event } of bus.follow({ types: ["canary.missed"], signal: done.signal })) {
    if (event.type === "canary.missed") answered += 1;
    if (answered >= count) break;
  }
  done.abort();
}
