/** The mutes that people have set, until each is over. */
import type { Alert } from "../events/alert-events.ts";
import type { EventData } from "../events/catalogue.ts";
import { lifts, sameName as same } from "../gate/lifting.ts";

type Set = EventData<"suppression.set">;

export class Suppressions {
  readonly #live = new Map<string, Set>();

  /** @param now milliseconds; what is over by then is not kept */
  add(set: Set, now: number): void {
    if (Date.parse(set.until) > now) this.#live.set(set.suppressionId, set);
  }

  lift(lifted: EventData<"suppression.lifted">): void {
    for (const [id, set] of this.#live) if (lifts(lifted, set)) this.#live.delete(id);
  }

  /** The id of one that mutes this alert: the first that was set. */
  of(alert: Alert, now: number): string | undefined {
    for (const [id, set] of this.#live) {
      if (Date.parse(set.until) <= now) this.#live.delete(id);
      else if (mutes(set, alert)) return id;
    }
    return undefined;
  }
}

/** A critical alert comes through unless it was asked for in so many words. */
function mutes({ rule, host, critical }: Set, alert: Alert): boolean {
  if (alert.severity === "critical" && critical !== true) return false;
  const isRule = same(rule, alert.rule.name) || same(rule, alert.rule.id);
  return isRule && (host === undefined || same(host, alert.host?.name ?? ""));
}
