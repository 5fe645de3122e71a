/** Mutes a rule from a terminal, through the one door, and says which mutes are in force. */
import type { Bus } from "../bus/bus.ts";
import { isoTime, type Clock } from "../clock.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent } from "../events/envelope.ts";
import { naturalId } from "../events/ids.ts";
import { makeEvent } from "../events/parse.ts";
import type { Principal } from "../events/vocabulary.ts";
import { HatrackError } from "../errors.ts";
import { answerTo, type GateAnswer } from "./front.ts";
import { gateSource } from "./state.ts";

export interface MuteOrder {
  readonly principal: Principal;
  readonly rule: string;
  readonly host?: string;
  /** Critical alerts too. */
  readonly critical: boolean;
  readonly hours: number;
  readonly reason: string;
  readonly clock: Clock;
  /** How long the gate is waited for. */
  readonly signal: AbortSignal;
}

/** @throws HatrackError `gate_no_answer` when the signal aborts first */
export async function gateMute(
  bus: Pick<Bus, "read" | "publish" | "follow">,
  { principal, rule, host, critical, hours, reason, clock, signal }: MuteOrder,
): Promise<GateAnswer> {
  const now = clock.now();
  const time = isoTime(now);
  const scope = { ...(host === undefined ? {} : { host }), ...(critical ? { critical } : {}) };
  const decision = makeEvent({
    id: naturalId("decision:terminal", principal.team, principal.user, "mute", rule, host ?? "", time),
    source: "/frontends/terminal",
    type: "decision.submitted",
    ...{ subject: "system", time },
    data: {
      ...{ decision: "mute", rule, ...scope, until: isoTime(now + hours * 3_600_000), reason },
      ...{ principal, surface: "terminal" },
    },
  });
  const [stored] = await bus.publish([decision]);
  if (stored === undefined) throw new HatrackError("gate_no_answer", "gate: the log took no decision");
  return answerTo(bus, stored, signal);
}

export interface Mute extends EventData<"suppression.set"> {
  /** Alerts it has kept from having a case. */
  readonly suppressed: number;
}

/** Mutes that are not over by `now`, in the order they were set. */
export async function mutesInForce(bus: Pick<Bus, "read">, now: number): Promise<Mute[]> {
  const mutes = new Map<string, Mute>();
  for await (const { event } of bus.read({ types: ["suppression.set", "alert.suppressed"] })) {
    if (isEvent(event, "suppression.set") && event.source === gateSource) {
      mutes.set(event.data.suppressionId, { ...event.data, suppressed: 0 });
    }
    const known = isEvent(event, "alert.suppressed") ? mutes.get(event.data.suppressionId) : undefined;
    if (known !== undefined) mutes.set(known.suppressionId, { ...known, suppressed: known.suppressed + 1 });
  }
  return [...mutes.values()].filter(({ until }) => Date.parse(until) > now);
}
