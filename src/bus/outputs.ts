/** From what a handler says to events that can be stored: id, cause, time, source and trace are added here. */
import { sha256 } from "../events/canonical.ts";
import type { AnyEvent, KnownEvent } from "../events/envelope.ts";
import { naturalId, outputId } from "../events/ids.ts";
import { eventText, makeEvent, parseEventText } from "../events/parse.ts";
import type { DeadEntry, Draft, Position } from "./bus.ts";
import type { Output } from "./group-store.ts";

export interface Saying {
  readonly group: string;
  readonly cause: KnownEvent;
  /** The subscription's source, for drafts that name none. */
  readonly source: string;
  /** RFC 3339. */
  readonly time: string;
  readonly sign?: ((output: KnownEvent) => KnownEvent) | undefined;
}

/** @throws HatrackError `event_invalid` (naming the path) or `event_too_large`: terminal, the handler is wrong. */
export function outputOf(draft: Draft, position: number, saying: Saying): Output {
  const { group, cause } = saying;
  const unnamed = makeEvent({
    id: "draft",
    source: draft.source ?? saying.source,
    type: draft.type,
    subject: draft.subject ?? cause.subject,
    time: saying.time,
    data: draft.data,
    causationid: cause.id,
    traceparent: traceOf(cause, group),
  });
  const { type, data } = unnamed;
  const unsigned: KnownEvent = { ...unnamed, id: outputId({ group, cause: cause.id, position, type, data }) };
  const event = saying.sign?.(unsigned) ?? unsigned;
  return { event, text: eventText(event) };
}

/**
 * W3C trace context: the cause's trace (or one named after the cause), and the handling as the span, so that a
 * second run of the same handling says the same.
 */
function traceOf(cause: AnyEvent, group: string): string {
  const span = sha256(`span ${group} ${cause.id}`).slice(0, 16);
  return `00-${traceIdOf(cause)}-${span}-${parentOf(cause)?.[2] ?? "01"}`;
}

/** The trace an event belongs to: what was said without one begins its own. */
export function traceIdOf(event: AnyEvent): string {
  return parentOf(event)?.[1] ?? sha256(`trace ${event.id}`).slice(0, 32);
}

function parentOf({ traceparent }: AnyEvent): RegExpExecArray | null {
  return /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(traceparent ?? "");
}

/** An event that may be stored. */
export interface Checked {
  readonly event: AnyEvent;
  readonly text: string;
}

/** The text to store, and the event as it will be read back: nothing is stored that its schema does not take. */
export function stored(event: AnyEvent): Checked {
  const text = eventText(event);
  return { event: parseEventText(text, "publish"), text };
}

/** `entry.dead`, said under the entry's own subject when its text can still be read. */
export function entryDead(dead: DeadEntry, event: AnyEvent | undefined): Output {
  const { group, position, partition, reason, error, lastAt } = dead;
  return operationsOutput({
    id: naturalId("entry.dead", group, partition, position, lastAt),
    type: "entry.dead",
    subject: event?.subject ?? "system",
    time: lastAt,
    data: { group, position, reason, error: error.slice(0, 8000) },
    ...(event === undefined ? {} : { causationid: event.id }),
  });
}

/** `entry.redriven`; appended in the same step as the redrive. */
export function entryRedriven(entry: {
  group: string;
  position: Position;
  text: string;
  at: string;
}): Output {
  const { group, position, at } = entry;
  return operationsOutput({
    id: naturalId("entry.redriven", group, position, at),
    type: "entry.redriven",
    subject: readable(entry.text)?.subject ?? "system",
    time: at,
    data: { group, position },
  });
}

type OperationsEvent = Omit<Parameters<typeof makeEvent<"entry.dead" | "entry.redriven">>[0], "source">;

function operationsOutput(event: OperationsEvent): Output {
  const made = makeEvent({ source: "/operations", ...event });
  return { event: made, text: eventText(made) };
}

/** The event of a stored text, or undefined if it does not parse: for those who can go on without it. */
export function readable(text: string | undefined): AnyEvent | undefined {
  if (text === undefined) return undefined;
  try {
    return parseEventText(text, "stored entry");
  } catch {
    return undefined;
  }
}
