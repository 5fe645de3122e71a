/** The event of an entry, for a group that takes some types. */
import type { EventType } from "../events/catalogue.ts";
import { isForeign, type AnyEvent } from "../events/envelope.ts";
import { parseEventText } from "../events/parse.ts";
import { HatrackError } from "../errors.ts";
import type { Claim } from "./group-store.ts";

/** @throws HatrackError `event_invalid`: the entry says nothing this program can read */
export function eventOf({ type, text, position }: Claim, types: readonly EventType[]): AnyEvent {
  if (text === undefined) throw new HatrackError("event_invalid", `entry ${position}: has no payload`);
  const event = parseEventText(text, `entry ${position}`);
  if (type !== event.type) {
    const message = `entry ${position}: its type field says ${type ?? "nothing"}, its payload ${event.type}`;
    throw new HatrackError("event_invalid", message);
  }
  if (isForeign(event) && types.some((wanted) => wanted === event.type)) {
    const message = `entry ${position}: ${event.type} of version ${event.schemaversion} is newer than this program`;
    throw new HatrackError("event_invalid", message);
  }
  return event;
}
