import { stop, type Subscription } from "../bus/bus.ts";
import type { Calendar } from "./define-calendar-role.ts";
import type { RoleDeps } from "./role.ts";

export function startCalendar(calendar: Calendar, deps: RoleDeps): Subscription {
  return deps.bus.subscribe(calendar.name, ["schedule.fired"], () => stop("not yet"), {
    source: `/roles/${calendar.name}`,
    wants: (event) => event.data.role === calendar.name,
  });
}
