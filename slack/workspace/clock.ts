import { randomBytes } from "node:crypto";

/** Milliseconds since the epoch, UTC. The workspace has its own: it imports nothing from the rest. */
export interface Clock {
  now(): number;
}

export const realClock: Clock = { now: () => Date.now() };

/** Makes an unguessable id, upper case as Slack's are: `newId("V")` → `V3F09A1C27B`. */
export type NewId = (prefix: string) => string;

export const randomId: NewId = (prefix) => `${prefix}${randomBytes(5).toString("hex").toUpperCase()}`;
