import { stop, type Subscription } from "../bus/bus.ts";
import type { Hat } from "./hat.ts";
import type { RoleDeps } from "./role.ts";

export function startHat(hat: Hat, deps: RoleDeps): Subscription {
  return deps.bus.subscribe(hat.name, hat.on, () => stop("not yet"), {
    source: `/roles/${hat.name}`,
    wants: (event) => hat.wants(event),
  });
}
