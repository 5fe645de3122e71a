/** Every tuning that was proposed, as it stands: open, accepted or declined. A projection; applying one is somebody's work elsewhere. */
import type { Bus } from "../bus/bus.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { Principal } from "../events/vocabulary.ts";
import { isCanary } from "../events/ids.ts";

type NoisyRule = EventData<"tuning.reported">["rules"][number];

export interface Tuning extends Pick<NoisyRule, "rule" | "proposal" | "filter" | "noFilter"> {
  readonly tuningId: string;
  readonly status: "open" | "accepted" | "declined";
  /** RFC 3339. */
  readonly proposedAt: string;
  readonly decidedAt?: string;
  readonly by?: Principal;
  readonly reason?: string;
  /** Alerts of the rule since it was accepted: where they go on coming, it was not applied, or does not help. */
  readonly alertsSince?: number;
}

const types = ["tuning.reported", "tuning.decided", "alert.received"] as const;

/** In the order in which they were first proposed. */
export async function listTunings(bus: Pick<Bus, "read">): Promise<Tuning[]> {
  const tunings = new Map<string, Tuning>();
  for await (const { event } of bus.read({ types })) fold(tunings, event);
  return [...tunings.values()];
}

function fold(tunings: Map<string, Tuning>, event: AnyEvent): void {
  if (isEvent(event, "tuning.reported")) propose(tunings, event);
  else if (isEvent(event, "tuning.decided")) decide(tunings, event);
  else if (isEvent(event, "alert.received") && !isCanary(event.subject)) count(tunings, event.data.rule.name);
}

function propose(tunings: Map<string, Tuning>, { data, time }: KnownEvent<"tuning.reported">): void {
  for (const { tuningId, rule, proposal, filter, noFilter } of data.rules) {
    if (tuningId === undefined) continue;
    const before = tunings.get(tuningId);
    const shown = {
      ...{ tuningId, rule, proposal },
      ...(filter === undefined ? {} : { filter }),
      ...(noFilter === undefined ? {} : { noFilter }),
    };
    tunings.set(
      tuningId,
      before === undefined ? { ...shown, status: "open", proposedAt: time } : { ...before, ...shown },
    );
  }
}

function decide(tunings: Map<string, Tuning>, { data, time }: KnownEvent<"tuning.decided">): void {
  const { tuningId, outcome, by, reason } = data;
  const tuning = tunings.get(tuningId);
  // The gate answers what was proposed; a log whose beginning is gone may hold the answer alone.
  if (tuning?.status !== "open") return;
  tunings.set(tuningId, {
    ...{ ...tuning, status: outcome, decidedAt: time, by },
    ...(reason === undefined ? {} : { reason }),
    ...(outcome === "accepted" ? { alertsSince: 0 } : {}),
  });
}

function count(tunings: Map<string, Tuning>, rule: string): void {
  for (const tuning of tunings.values()) {
    if (tuning.rule !== rule || tuning.alertsSince === undefined) continue;
    tunings.set(tuning.tuningId, { ...tuning, alertsSince: tuning.alertsSince + 1 });
  }
}
