/**
 * From a source onto the log: one item after the other, each durable before the next is asked for. An alert's event id
 * follows from its source and the source's id, so an alert that is read twice is on the log once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { shippedRedactor, type Redactor } from "../agent/redact.ts";
import type { Bus, StoredEvent } from "../bus/bus.ts";
import { isoTime, type Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import { sha256 } from "../events/canonical.ts";
import type { Alert } from "../events/alert-events.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { caseIdOf, isCanary, naturalId, ownSource, sourcePath } from "../events/ids.ts";
import { eventText, makeEvent } from "../events/parse.ts";
import { withoutSecrets } from "./without-secrets.ts";
import type { AlertSource, ClosingLabel, SourceItem } from "./alert-source.ts";
import { Intake } from "./intake.ts";
import type { Grouping } from "./open-groups.ts";

export interface PublishOptions {
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly signal: AbortSignal;
  /** Takes secrets out before anything is on the log. Default: what comes with hatrack. */
  readonly redactor?: Redactor | undefined;
  /** Counts repeats in one case and heeds what people muted. Default: each alert has a case of its own. */
  readonly grouping?: Grouping | undefined;
  /** Milliseconds before the nth attempt again (from 1). Default 250, doubling, at most 10,000. */
  readonly backoff?: (attempt: number) => number;
}

export interface Published {
  /** With a case of their own. */
  readonly received: number;
  readonly grouped: number;
  readonly suppressed: number;
  readonly rejected: number;
}

const outcomes = {
  "alert.received": "received",
  "alert.grouped": "grouped",
  "alert.suppressed": "suppressed",
  "alert.rejected": "rejected",
} as const;

/**
 * Resolves when the source has ended or the signal aborts. A bus that is down is tried again, without losing the item,
 * until it is back; an alert that cannot become an event becomes `alert.rejected`.
 */
export async function publishAlerts(
  bus: Bus,
  source: AlertSource,
  options: PublishOptions,
): Promise<Published> {
  const { clock, grouping } = options;
  const intake = grouping === undefined ? undefined : new Intake({ bus, clock, grouping });
  const published = { received: 0, grouped: 0, suppressed: 0, rejected: 0 };
  for await (const item of source.items(options.signal)) {
    try {
      const stored = await publish({ bus, intake }, toEvents(item, source.name, options), options);
      for (const { event } of stored) tally(published, event);
    } catch (error) {
      item.published?.(error);
      if (options.signal.aborted) break;
      throw error;
    }
    item.published?.();
  }
  return published;
}

function tally(published: Record<keyof Published, number>, event: AnyEvent): void {
  if (isEvent(event, ...outcomeTypes)) published[outcomes[event.type]] += 1;
}

const outcomeTypes = ["alert.received", "alert.grouped", "alert.suppressed", "alert.rejected"] as const;

interface Door {
  readonly bus: Bus;
  readonly intake: Intake | undefined;
}

async function publish(
  { bus, intake }: Door,
  events: readonly KnownEvent[],
  { signal, diagnostics, backoff = usualBackoff }: PublishOptions,
): Promise<StoredEvent[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const stored = await bus.publish(intake === undefined ? events : await judged(intake, events));
      for (const one of stored) intake?.taken(one);
      return stored;
    } catch (error) {
      if (!(error instanceof HatrackError && error.retryable)) throw error;
      const waitMs = backoff(attempt);
      diagnostics.warn(
        { code: error.code, attempt, waitMs, caseId: events[0]?.subject },
        `alert waits: ${error.message}`,
      );
      await sleep(waitMs, undefined, { signal });
    }
  }
}

/** An alert that comes with how it was closed has a case of its own: that is what the label is about. */
async function judged(intake: Intake, events: readonly KnownEvent[]): Promise<readonly KnownEvent[]> {
  const [alert, ...more] = events;
  if (alert === undefined || more.length > 0 || !isEvent(alert, "alert.received")) return events;
  return [await intake.judge(alert)];
}

function usualBackoff(attempt: number): number {
  return Math.min(250 * 2 ** (attempt - 1), 10_000);
}

function toEvents(item: SourceItem, sourceName: string, options: PublishOptions): KnownEvent[] {
  if ("rejected" in item) return [rejection(item.rejected, sourceName, options)];
  if ("advanced" in item) return [advancedEvent(item.advanced, sourceName, options)];
  const attempt = (about: Alert | ClosingLabel, make: () => KnownEvent): KnownEvent => {
    try {
      return make();
    } catch (error) {
      const { source, sourceId } = about;
      options.diagnostics.warn({ source: sourceName, sourceId }, `alert rejected: ${reasonOf(error)}`);
      const excerpt = `${source} ${sourceId} ${"title" in about ? about.title : "closed"}`;
      return rejection({ reason: reasonOf(error), excerpt }, sourceName, options);
    }
  };
  const { label } = item;
  const closing = label === undefined ? [] : [attempt(label, () => labelEvent(label, options))];
  if (!("alert" in item)) return closing;
  const event = attempt(item.alert, () => alertEvent(item.alert, options));
  // Nobody can have closed an alert that is not on the log.
  return event.type === "alert.rejected" ? [event] : [event, ...closing];
}

function labelEvent(
  label: ClosingLabel,
  { redactor = shippedRedactor }: PublishOptions,
): KnownEvent<"case.labelled"> {
  const { source, sourceId, verdict, reason, closedAt, person } = label;
  const labelledBy = { source, sourceId, ...(person === undefined ? {} : { person }) };
  return makeEvent({
    id: naturalId("closing label", source, sourceId, closedAt, verdict),
    source: sourcePath(source),
    type: "case.labelled",
    subject: caseIdOf({ source, sourceId }),
    time: closedAt,
    data: {
      from: "source",
      verdict,
      labelledBy,
      reason: redactor.text(reason).slice(0, 2000),
      origin: source,
    },
  });
}

function alertEvent(
  alert: Alert,
  { clock, redactor = shippedRedactor }: PublishOptions,
): KnownEvent<"alert.received"> {
  // Who could make a canary could have an attack left out of everything.
  if (alert.source === ownSource || isCanary(alert.caseId)) {
    throw new HatrackError(
      "source_reserved",
      `alert: source "${ownSource}" is hatrack's own; expected another name`,
    );
  }
  const event = makeEvent({
    id: naturalId("alert", alert.source, alert.sourceId),
    source: sourcePath(alert.source),
    type: "alert.received",
    subject: alert.caseId,
    time: isoTime(clock.now()),
    data: withoutSecrets(alert, redactor),
  });
  eventText(event);
  return event;
}

function advancedEvent(
  cursor: string,
  source: string,
  { clock }: PublishOptions,
): KnownEvent<"source.advanced"> {
  return makeEvent({
    id: naturalId("source.advanced", source, cursor),
    source: sourcePath(source),
    type: "source.advanced",
    subject: "system",
    time: isoTime(clock.now()),
    data: { source, cursor },
  });
}

/** The cursor a source was at; undefined before its first. */
export async function cursorOf(bus: Pick<Bus, "read">, source: string): Promise<string | undefined> {
  let cursor: string | undefined;
  for await (const { event } of bus.read({ subject: "system", types: ["source.advanced"] })) {
    if (isEvent(event, "source.advanced") && event.data.source === source) ({ cursor } = event.data);
  }
  return cursor;
}

type Rejected = Extract<SourceItem, { rejected: unknown }>["rejected"];

function rejection(
  { line, reason, excerpt }: Rejected,
  sourceName: string,
  { clock, redactor = shippedRedactor }: PublishOptions,
): KnownEvent<"alert.rejected"> {
  const data = {
    source: sourceName.slice(0, 512),
    reason: redactor.text(reason).slice(0, 2000),
    excerpt: redactor.text(excerpt).slice(0, 500),
  };
  return makeEvent({
    id: naturalId("alert.rejected", data.source, line ?? 0, sha256(data.excerpt), sha256(data.reason)),
    source: sourcePath(sourceName),
    type: "alert.rejected",
    subject: "system",
    time: isoTime(clock.now()),
    data: line === undefined ? data : { line, ...data },
  });
}
