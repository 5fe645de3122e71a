/**
 * From a source onto the log: one item after the other, each durable before the next is asked for. An alert's event id
 * follows from its source and the source's id, so an alert that is read twice is on the log once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "../bus/bus.ts";
import { isoTime, type Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import { sha256 } from "../events/canonical.ts";
import type { KnownEvent } from "../events/envelope.ts";
import { naturalId } from "../events/ids.ts";
import { eventText, makeEvent } from "../events/parse.ts";
import type { AlertSource, SourceItem } from "./alert-source.ts";

export interface PublishOptions {
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly signal: AbortSignal;
  /** Milliseconds before the nth attempt again (from 1). Default 250, doubling, at most 10,000. */
  readonly backoff?: (attempt: number) => number;
}

export interface Published {
  readonly received: number;
  readonly rejected: number;
}

/**
 * Resolves when the source has ended or the signal aborts. A bus that is down is tried again, without losing the item,
 * until it is back; an alert that cannot become an event becomes `alert.rejected`.
 */
export async function publishAlerts(
  bus: Bus,
  source: AlertSource,
  options: PublishOptions,
): Promise<Published> {
  let received = 0;
  let rejected = 0;
  for await (const item of source.items(options.signal)) {
    try {
      const event = toEvent(item, source.name, options);
      await publish(bus, event, options);
      if (event.type === "alert.received") received++;
      else rejected++;
    } catch (error) {
      item.published?.(error);
      if (options.signal.aborted) break;
      throw error;
    }
    item.published?.();
  }
  return { received, rejected };
}

async function publish(bus: Bus, event: KnownEvent, options: PublishOptions): Promise<void> {
  const { signal, diagnostics, backoff = usualBackoff } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      await bus.publish([event]);
      return;
    } catch (error) {
      if (!(error instanceof HatrackError && error.retryable)) throw error;
      const waitMs = backoff(attempt);
      diagnostics.warn(
        { code: error.code, attempt, waitMs, caseId: event.subject },
        `alert waits: ${error.message}`,
      );
      await sleep(waitMs, undefined, { signal });
    }
  }
}

function usualBackoff(attempt: number): number {
  return Math.min(250 * 2 ** (attempt - 1), 10_000);
}

type AlertEvent = KnownEvent<"alert.received"> | KnownEvent<"alert.rejected">;

function toEvent(item: SourceItem, sourceName: string, options: PublishOptions): AlertEvent {
  const time = isoTime(options.clock.now());
  if ("rejected" in item) return rejection(item.rejected, sourceName, time);
  const { alert } = item;
  try {
    const event = makeEvent({
      id: naturalId("alert", alert.source, alert.sourceId),
      source: `/sources/${slug(alert.source)}`,
      type: "alert.received",
      subject: alert.caseId,
      time,
      data: alert,
    });
    eventText(event);
    return event;
  } catch (error) {
    options.diagnostics.warn(
      { source: sourceName, sourceId: alert.sourceId },
      `alert rejected: ${reasonOf(error)}`,
    );
    const excerpt = `${alert.source} ${alert.sourceId} ${alert.title}`.slice(0, 500);
    return rejection({ reason: reasonOf(error), excerpt }, sourceName, time);
  }
}

type Rejected = Extract<SourceItem, { rejected: unknown }>["rejected"];

function rejection({ line, reason, excerpt }: Rejected, sourceName: string, time: string): AlertEvent {
  const data = {
    source: sourceName.slice(0, 512),
    reason: reason.slice(0, 2000),
    excerpt: excerpt.slice(0, 500),
  };
  return makeEvent({
    id: naturalId("alert.rejected", data.source, line ?? 0, sha256(data.excerpt), sha256(data.reason)),
    source: `/sources/${slug(sourceName)}`,
    type: "alert.rejected",
    subject: "system",
    time,
    data: line === undefined ? data : { line, ...data },
  });
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9_.-]+/g, "-")
      .slice(0, 64) || "unnamed"
  );
}
