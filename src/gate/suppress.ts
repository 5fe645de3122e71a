/** Mutes a rule from a terminal, or takes that back, through the one door, and says which mutes are in force. */
import type { Bus } from "../bus/bus.ts";
import { isoTime } from "../clock.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent } from "../events/envelope.ts";
import { lifts } from "./lifting.ts";
import { gateSource } from "./state.ts";
import { decided, type Door, type GateAnswer, type Speaker } from "./terminal.ts";

export interface RuleOrder extends Speaker {
  readonly rule: string;
  readonly host?: string;
}

export interface MuteOrder extends RuleOrder {
  /** Critical alerts too. */
  readonly critical: boolean;
  readonly hours: number;
  readonly reason: string;
}

/** @throws HatrackError `gate_no_answer` when the signal aborts first */
export function gateMute(bus: Door, order: MuteOrder): Promise<GateAnswer> {
  const { critical, hours, reason, clock } = order;
  const until = isoTime(clock.now() + hours * 3_600_000);
  return submitted(bus, order, { decision: "mute", ...(critical ? { critical } : {}), until, reason });
}

/** Takes back every mute of the rule, or those of the host. @throws HatrackError as `gateMute` */
export function gateUnmute(bus: Door, order: RuleOrder): Promise<GateAnswer> {
  return submitted(bus, order, { decision: "unmute" });
}

function submitted(
  bus: Door,
  order: RuleOrder,
  { decision, ...words }: { readonly decision: "mute" | "unmute" } & Partial<EventData<"decision.submitted">>,
): Promise<GateAnswer> {
  const { rule, host } = order;
  const about = { key: [rule, host ?? ""], subject: "system" };
  return decided(
    bus,
    { decision, ...about, data: { ...words, rule, ...(host === undefined ? {} : { host }) } },
    order,
  );
}

export interface Mute extends EventData<"suppression.set"> {
  /** Alerts it has kept from having a case. */
  readonly suppressed: number;
}

const mutingTypes = ["suppression.set", "suppression.lifted", "alert.suppressed"] as const;

/** Mutes that are not over by `now` and that nobody took back, in the order they were set. */
export async function mutesInForce(bus: Pick<Bus, "read">, now: number): Promise<Mute[]> {
  const mutes = new Map<string, Mute>();
  for await (const { event } of bus.read({ types: mutingTypes })) {
    if (isEvent(event, "suppression.set") && event.source === gateSource) {
      mutes.set(event.data.suppressionId, { ...event.data, suppressed: 0 });
    }
    if (isEvent(event, "suppression.lifted") && event.source === gateSource) {
      const lifted = [...mutes].filter(([, mute]) => lifts(event.data, mute));
      for (const [id] of lifted) mutes.delete(id);
    }
    const known = isEvent(event, "alert.suppressed") ? mutes.get(event.data.suppressionId) : undefined;
    if (known !== undefined) mutes.set(known.suppressionId, { ...known, suppressed: known.suppressed + 1 });
  }
  return [...mutes.values()].filter(({ until }) => Date.parse(until) > now);
}
