/** What metrics say of the log as a whole: approvals that wait, and the canary. A projection, begun some days back. */
import type { Bus } from "../src/bus/bus.ts";
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import type { EventType } from "../src/events/catalogue.ts";
import { isEvent, type AnyEvent } from "../src/events/envelope.ts";
import { isCanary } from "../src/events/ids.ts";

/** No request is open for longer: its tiers run out before. Milliseconds. */
const lookBackMs = 14 * 24 * 60 * 60 * 1000;

const types = [
  "handoff.requested",
  "handoff.rerouted",
  "action.decided",
  "canary.sent",
  "canary.passed",
  "canary.missed",
] as const satisfies readonly EventType[];

export interface Approvals {
  readonly waiting: number;
  /** Since the one that has waited longest was asked of this role. */
  readonly oldestMs: number;
}

export class LogWatch {
  readonly #asked = new Map<string, { readonly role: string; readonly at: number }>();
  readonly #roles = new Set<string>();
  #canaryAt: number | undefined;
  #canariesMissed = 0;

  fold(event: AnyEvent): void {
    const at = Date.parse(event.time);
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) {
      if (isCanary(event.subject)) return;
      const { role } = event.data.bar.addressed;
      this.#roles.add(role);
      this.#asked.set(event.data.proposalId, { role, at });
    } else if (isEvent(event, "action.decided")) this.#asked.delete(event.data.proposalId);
    else if (isEvent(event, "canary.passed")) this.#canaryAt = at;
    // Until one has come through, the first that was sent is what there is to wait for.
    else if (isEvent(event, "canary.sent")) this.#canaryAt ??= at;
    else if (isEvent(event, "canary.missed")) this.#canariesMissed += 1;
  }

  /** Of every role that was ever asked, also when nothing waits for it now. */
  approvals(now: number): ReadonlyMap<string, Approvals> {
    const all = [...this.#asked.values()];
    const of = (role: string): Approvals => {
      const ages = all.filter((each) => each.role === role).map(({ at }) => now - at);
      return { waiting: ages.length, oldestMs: Math.max(0, ...ages) };
    };
    return new Map([...this.#roles].sort().map((role) => [role, of(role)]));
  }

  canary(now: number): { readonly ageMs: number | undefined; readonly missed: number } {
    return {
      ageMs: this.#canaryAt === undefined ? undefined : now - this.#canaryAt,
      missed: this.#canariesMissed,
    };
  }
}

export interface Following {
  /** Where only what is signed counts, of a process that has the keys to tell. */
  readonly bus: Bus;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

/** Folds what is on the log, then what comes; `close` ends it. */
export function followLog({ bus, clock, diagnostics }: Following): {
  readonly watch: LogWatch;
  close(): Promise<void>;
} {
  const watch = new LogWatch();
  const ending = new AbortController();
  const { signal } = ending;
  const follow = async (): Promise<void> => {
    const after = `${clock.now() - lookBackMs}-0`;
    for await (const { event } of bus.follow({ after, types, signal })) watch.fold(event);
  };
  const following = follow().catch((error: unknown) => {
    if (!signal.aborted) diagnostics.error({}, `metrics: the log is no longer followed: ${reasonOf(error)}`);
  });
  return {
    watch,
    close: () => {
      ending.abort();
      return following;
    },
  };
}
