/** Which handling the running code belongs to: whoever writes diagnostics can say it on every line. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { AnyEvent } from "../events/envelope.ts";
import { traceIdOf } from "./outputs.ts";

export interface AtHand {
  /** The subject of the event at hand: a case id, or "calendar:ROLE". */
  readonly caseId: string;
  /** The consumer group: the role's name, or a lane's. */
  readonly role: string;
  /** Of the W3C trace: the same from the alert to whatever came of it. */
  readonly traceId: string;
}

const storage = new AsyncLocalStorage<{ readonly event: AnyEvent; readonly group: string }>();

/** Undefined outside of handlings. */
export function atHand(): AtHand | undefined {
  const found = storage.getStore();
  if (found === undefined) return undefined;
  return { caseId: found.event.subject, role: found.group, traceId: traceIdOf(found.event) };
}

/** Runs the work, and all it awaits, as the handling of this event by this group. */
export function withAtHand<R>(group: string, event: AnyEvent, work: () => R): R {
  return storage.run({ event, group }, work);
}
