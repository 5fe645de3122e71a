/** Raises the alarm, once each, for entries of the log that claim to be a person's word or the gate's and are not. */
import { says, skip, type Bus, type Subscription } from "../bus/bus.ts";
import { signedTypes, Verifier, type Trusted } from "./keys.ts";

export const recordWatch = "record-watch";

/** @param bus the whole log, not a trusted view of it */
export function startRecordWatch(bus: Bus, trusted: Trusted): Subscription {
  const verifier = new Verifier(trusted);
  return bus.subscribe(
    recordWatch,
    signedTypes,
    ({ event, position }) => {
      const why = verifier.whyNot(event);
      if (why === undefined) return skip(`${event.type} ${event.id} is signed`);
      const { id: eventId, type, source } = event;
      return says({ type: "record.distrusted", data: { eventId, type, source, position, why } });
    },
    { source: "/operations", concurrency: 16 },
  );
}
