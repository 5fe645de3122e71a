/** Mutes a rule from a terminal, or takes that back, through the one door, and says which mutes are in force. */
import type { Bus } from "../bus/bus.ts";
import { isoTime, type Clock } from "../clock.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent } from "../events/envelope.ts";
import { naturalId } from "../events/ids.ts";
import { makeEvent } from "../events/parse.ts";
import type { Principal } from "../events/vocabulary.ts";
import { HatrackError } from "../errors.ts";
import { answerTo, type GateAnswer } from "./front.ts";
import { lifts } from "./lifting.ts";
import { gateSource } from "./state.ts";

export interface RuleOrder {
  readonly principal: Principal;
  readonly rule: string;
  readonly host?: string;
  readonly clock: Clock;
  /** How long the gate is waited for. */
  readonly signal: AbortSignal;
}

export interface MuteOrder extends RuleOrder {
  /** Critical alerts too. */
  readonly critical: boolean;
  readonly hours: number;
  readonly reason: string;
}

type Door = Pick<Bus, "read" | "publish" | "follow">;

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

type Words =
  | { readonly decision: "mute"; readonly critical?: true; readonly until: string; readonly reason: string }
  | { readonly decision: "unmute" };

async function submitted(
  bus: Door,
  { principal, rule, host, clock, signal }: RuleOrder,
  words: Words,
): Promise<GateAnswer> {
  const time = isoTime(clock.now());
  const key = [principal.team, principal.user, words.decision, rule, host ?? "", time];
  const decision = makeEvent({
    id: naturalId("decision:terminal", ...key),
    source: "/frontends/terminal",
    type: "decision.submitted",
    ...{ subject: "system", time },
    data: {
      ...{ ...words, rule, ...(host === undefined ? {} : { host }) },
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
