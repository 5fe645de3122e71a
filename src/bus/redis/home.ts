/** Where a root event lies: its id is remembered there alone, so that all that may be said under one id lies together. */
import { isEvent, type AnyEvent } from "../../events/envelope.ts";
import { caseIdOf } from "../../events/ids.ts";
import { partitionOf } from "./keys.ts";

/** The partition a published event enters. */
export function homeOf(event: AnyEvent, partitions: number): number {
  return partitionOf(homeSubject(event), partitions);
}

/** An alert that repeats another's lies where a case of its own would: it shares its id with what opens that. */
function homeSubject(event: AnyEvent): string {
  if (!isEvent(event, "alert.grouped")) return event.subject;
  const { sourceId, alert } = event.data;
  return alert === undefined ? event.subject : caseIdOf({ source: alert.source, sourceId });
}
