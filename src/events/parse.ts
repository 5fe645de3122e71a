import { z } from "zod";
import { HatrackError, reasonOf } from "../errors.ts";
import { catalogue, isEventType, type EventType } from "./catalogue.ts";
import type { EventDefinition } from "./define-event.ts";
import { Envelope, isForeign, type AnyEvent, type KnownEvent } from "./envelope.ts";

/** Events are stored whole or not at all; larger than this is refused before it is said. Bytes of UTF-8. */
export const maxEventBytes = 64 * 1024;

/** Looks up a definition; replaced only by tests of the upcaster path. */
export type Definitions = Readonly<Record<string, EventDefinition>>;

/**
 * Parses one event from the log or from outside. Known types are upcast to the current version and checked;
 * unknown types and newer versions come back as they are, marked foreign.
 * @throws HatrackError `event_invalid` naming the path and the reason
 */
export function parseEvent(input: unknown, definitions: Definitions = catalogue): AnyEvent {
  return (definitions === catalogue ? parseCurrent(input) : undefined) ?? parseInSteps(input, definitions);
}

/** Envelope and data of every known type at its current version in one schema, made when it is first needed. */
const whole = new Map<string, z.ZodType>();

function wholeSchema(type: EventType): z.ZodType {
  const made = whole.get(type);
  if (made !== undefined) return made;
  const { version, data } = catalogue[type];
  const schema = z.strictObject({ ...Envelope.shape, data, schemaversion: z.literal(version) });
  whole.set(type, schema);
  return schema;
}

/** What almost every event is: valid and of today. undefined: it is not, and `parseInSteps` says what it is. */
function parseCurrent(input: unknown): KnownEvent | undefined {
  if (typeof input !== "object" || input === null || !("type" in input)) return undefined;
  const { type } = input;
  if (typeof type !== "string" || !isEventType(type)) return undefined;
  const event = wholeSchema(type).safeParse(input);
  return event.success && wasParsedAs(event.data, type) ? event.data : undefined;
}

function parseInSteps(input: unknown, definitions: Definitions): AnyEvent {
  const envelope = Envelope.safeParse(input);
  if (!envelope.success) throw invalid(input, "envelope", envelope.error);
  const { type, schemaversion } = envelope.data;
  const definition = Object.hasOwn(definitions, type) ? definitions[type] : undefined;
  if (definition === undefined || schemaversion > definition.version) {
    return { ...envelope.data, foreign: true };
  }
  const lifted = definition.upcasts
    .slice(schemaversion - 1)
    .reduce<unknown>((data, upcast) => upcast(data), envelope.data.data);
  const data = definition.data.safeParse(lifted);
  if (!data.success) throw invalid(input, `data of ${type}`, data.error);
  const event: unknown = { ...envelope.data, schemaversion: definition.version, data: data.data };
  if (!wasParsedAs(event, type)) throw new HatrackError("event_invalid", `event: ${type} is in no catalogue`);
  if (schemaversion < definition.version) asWritten.set(event, envelope.data);
  return event;
}

const asWritten = new WeakMap<AnyEvent, object>();

/** The envelope as it was said, which is what its signature covers: an older version has been lifted since. */
export function writtenAs(event: AnyEvent): object {
  return asWritten.get(event) ?? event;
}

/** Parses the text of one stored event. */
export function parseEventText(text: string, where: string): AnyEvent {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    throw new HatrackError("event_invalid", `${where}: expected one JSON event, got ${reasonOf(cause)}`, {
      cause,
    });
  }
  return parseEvent(input);
}

/** The stored text: what `parseEventText` reads back to the same event. */
export function eventText(event: AnyEvent): string {
  if (!isForeign(event)) return sized(JSON.stringify(event), event);
  const { foreign: _, ...envelope } = event;
  return sized(JSON.stringify(envelope), event);
}

function sized(text: string, event: AnyEvent): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxEventBytes) return text;
  throw new HatrackError(
    "event_too_large",
    `event ${event.type} ${event.id}: ${bytes} bytes, expected at most ${maxEventBytes}`,
  );
}

/** What a caller brings; the rest of the envelope is filled in by `makeEvent`. */
export interface NewEvent<T extends EventType = EventType> {
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly subject: string;
  readonly time: string;
  readonly data: unknown;
  readonly causationid?: string;
  readonly traceparent?: string;
}

/** Fills in the envelope and checks the data against its schema. */
export function makeEvent<T extends EventType>(draft: NewEvent<T>): KnownEvent<T> {
  const event = parseEvent({ specversion: "1.0", schemaversion: catalogue[draft.type].version, ...draft });
  if (isForeign(event) || !isOfType(event, draft.type)) {
    throw new HatrackError("event_invalid", `event: ${draft.type} did not parse as itself`);
  }
  return event;
}

function isOfType<T extends EventType>(event: KnownEvent, type: T): event is KnownEvent<T> {
  return event.type === type;
}

/** The one place that names the static type of what a catalogue entry's schema has just accepted. */
function wasParsedAs(_event: unknown, type: string): _event is KnownEvent {
  return isEventType(type);
}

function invalid(input: unknown, part: string, error: z.ZodError): HatrackError {
  const id = z.object({ id: z.string() }).safeParse(input);
  const where = error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join(".") || "(whole)"}: ${issue.message}`)
    .join("; ");
  const name = id.success ? ` ${id.data.id}` : "";
  return new HatrackError("event_invalid", `event${name}: ${part} is not valid: ${where}`, { cause: error });
}
