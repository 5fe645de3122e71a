/** A hat at work on the bus: what wakes it, and the questions that people ask of what it proposed. */
import type { Subscription } from "../bus/bus.ts";
import { answererOf, isAskedOf } from "./answering.ts";
import type { Hat } from "./hat.ts";
import type { RoleDeps } from "./role.ts";
import { handlerOf } from "./runner.ts";

/** Subscribes a hat under its own name. */
export function startHat(hat: Hat, deps: RoleDeps): Subscription {
  const work = handlerOf(hat, deps);
  const answer = answererOf(hat, deps);
  const types = [...new Set([...hat.on, "info.requested" as const])];
  return deps.bus.subscribe(
    hat.name,
    types,
    (delivery) => (isAskedOf(hat.name, delivery.event) ? answer(delivery, delivery.event) : work(delivery)),
    {
      source: `/roles/${hat.name}`,
      wants: (event) => isAskedOf(hat.name, event) || hat.wants(event),
      // The run has its own deadline; what it takes to read and to commit comes on top.
      deadlineMs: hat.budget.seconds * 1000 + 60_000,
    },
  );
}
