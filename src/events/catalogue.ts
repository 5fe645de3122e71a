/** Every event type there is: who may say it, its version, its schema. One entry a type, no second list. */
import type { z } from "zod";
import { alertEvents } from "./alert-events.ts";
import { calendarEvents } from "./calendar-events.ts";
import { caseActEvents } from "./case-act-events.ts";
import { caseEvents } from "./case-events.ts";
import type { EventDefinition } from "./define-event.ts";
import { gateEvents } from "./gate-events.ts";
import { modelEvents, operationsEvents, runEvents, surfaceEvents } from "./run-events.ts";
import { tuningEvents } from "./tuning-events.ts";

export const catalogue = {
  ...alertEvents,
  ...caseEvents,
  ...gateEvents,
  ...caseActEvents,
  ...calendarEvents,
  ...tuningEvents,
  ...runEvents,
  ...modelEvents,
  ...surfaceEvents,
  ...operationsEvents,
} satisfies Record<string, EventDefinition>;

export type Catalogue = typeof catalogue;
export type EventType = keyof Catalogue;
export type EventData<T extends EventType> = z.output<Catalogue[T]["data"]>;

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(catalogue, type);
}

export const eventTypes = Object.keys(catalogue).filter(isEventType);
