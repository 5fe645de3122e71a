/** Where work stopped, as far as the log tells: who spoke last, which group holds what, whether a model answers. Pure. */
import type { GroupStatus } from "../bus/bus.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";

export const whereTypes = [
  ...(["role.worked", "role.failed", "role.paused", "role.resumed"] as const),
  ...(["model.unavailable", "model.recovered", "model.failed_over"] as const),
] as const;

export class WhereFold {
  #last: { readonly role: string; readonly at: string } | undefined;
  #down: string | undefined;
  readonly #paused = new Set<string>();

  evolve(event: AnyEvent): void {
    if (isEvent(event, "role.worked", "role.failed")) this.#last = { role: event.data.role, at: event.time };
    if (isEvent(event, "role.paused")) this.#paused.add(event.data.role);
    if (isEvent(event, "role.resumed")) this.#paused.delete(event.data.role);
    if (isEvent(event, "model.unavailable")) this.#down = event.data.why;
    if (isEvent(event, "model.recovered", "model.failed_over", "role.worked")) this.#down = undefined;
  }

  /** In a few sentences. `groups`: undefined where they could not be asked. */
  inWords(groups: readonly GroupStatus[] | undefined): string {
    const spoke =
      this.#last === undefined
        ? "No role has spoken yet."
        : `The last to speak was ${this.#last.role}, at ${this.#last.at}.`;
    const model = this.#down === undefined ? "" : ` No model answers: ${this.#down.slice(0, 300)}`;
    const paused = this.#paused.size === 0 ? "" : ` Paused by a person: ${[...this.#paused].join(", ")}.`;
    return spoke + heldBy(groups) + paused + model;
  }
}

function heldBy(groups: readonly GroupStatus[] | undefined): string {
  if (groups === undefined) return " Which group holds the work could not be asked.";
  const [most] = groups
    .filter(({ lag, pending }) => lag + pending > 0)
    .toSorted((a, b) => b.oldestPendingMs - a.oldestPendingMs || b.lag - a.lag);
  if (most === undefined) return " No group holds any work.";
  const { group, lag, pending, consumers } = most;
  return ` ${group} holds ${pending} pending and ${lag} not yet delivered, with ${consumers} at work.`;
}
