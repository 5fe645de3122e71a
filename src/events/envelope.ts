/**
 * The envelope is CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec, v1.0.2), with the extensions
 * `causationid`, `schemaversion`, `traceparent` and `signature`.
 */
import { z } from "zod";
import type { EventData, EventType } from "./catalogue.ts";
import { IsoTime } from "./vocabulary.ts";

export const Envelope = z.strictObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1).max(64),
  /** Who says it: "/roles/tier2", "/sources/crowdstrike", "/frontends/slack". */
  source: z.string().regex(/^\/[a-z0-9_/.-]+$/, 'expected a path such as "/roles/tier2"'),
  /** "alert.triaged"; a type this version does not know passes through untouched. */
  type: z.string().regex(/^[a-z_]+\.[a-z_]+$/, 'expected a type such as "alert.triaged"'),
  /** The case id; "calendar:ROLE" or "system" for what concerns no single case. */
  subject: z.string().min(1).max(128),
  time: IsoTime,
  data: z.unknown(),
  /** The id of the event whose handling said this one. */
  causationid: z.string().min(1).max(64).optional(),
  schemaversion: z.int().min(1),
  /** W3C trace context. */
  traceparent: z.string().max(128).optional(),
  /** Over everything else of the event, by the key of whoever says it (src/gate/keys.ts). */
  signature: z.string().min(1).max(256).optional(),
});
type Envelope = z.infer<typeof Envelope>;

type Known = {
  [K in EventType]: Readonly<Omit<Envelope, "data" | "type"> & { type: K; data: EventData<K> }>;
}[EventType];

/** An event of a type and version this program knows; its data has been parsed. */
export type KnownEvent<T extends EventType = EventType> = Extract<Known, { type: T }>;

/** An event of a newer version or of a type of somebody else's: carried, never read. */
export type ForeignEvent = Readonly<Envelope & { foreign: true }>;

export type AnyEvent = KnownEvent | ForeignEvent;

export function isForeign(event: AnyEvent): event is ForeignEvent {
  return "foreign" in event;
}

/** Narrows to one or more types. */
export function isEvent<T extends EventType>(
  event: AnyEvent,
  ...types: readonly T[]
): event is KnownEvent<T> {
  return !isForeign(event) && types.some((type) => type === event.type);
}
