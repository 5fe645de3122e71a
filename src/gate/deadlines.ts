/**
 * Time at the gate. Log time is the clock; to authorise, log time and the event's own time must be before the
 * expiry, to expire both must be past it. A tier's time starts when its card was posted (lessons 15 and 38).
 */
import { isoTime } from "../clock.ts";
import type { Draft } from "../bus/bus.ts";
import type { DeadlineCommand, PostedCommand } from "./commands.ts";
import { sealed } from "./digest.ts";
import type { Handoff } from "./state.ts";

const minute = 60_000;

interface TwoClocks {
  /** Log time. */
  readonly at: number;
  /** The event's own time. */
  readonly saidAt: number;
}

/** Where the two clocks stand to a deadline; "between": one is before it and one is not. No deadline is "before". */
export function against(deadline: string | undefined, clocks: TwoClocks): "before" | "between" | "past" {
  if (deadline === undefined) return "before";
  const due = Date.parse(deadline);
  if (clocks.at >= due && clocks.saidAt >= due) return "past";
  return clocks.at < due && clocks.saidAt < due ? "before" : "between";
}

/** The tier's card is there to be seen: its time starts. Another card, or one posted again, changes nothing. */
export function decidePosted(handoff: Handoff, { eventId, at }: PostedCommand): Draft[] {
  const { proposalId, tier, bar } = handoff;
  if (handoff.status !== "pending" || handoff.opened !== undefined || eventId !== handoff.askedBy) return [];
  const expiresAt = isoTime(at + bar.expiresMinutes * minute);
  return [{ type: "handoff.opened", data: { proposalId, tier, postedAt: isoTime(at), expiresAt } }];
}

export function carryOutBy(handoff: Handoff, at: number): string {
  return isoTime(at + handoff.bar.carryOutMinutes * minute);
}

/** Nobody answered, nobody else is asked: it is closed, which is not a denial. */
export function expire(handoff: Handoff): Draft[] {
  const { proposalId, digest, bar, opened } = handoff;
  const until = opened === undefined ? "" : ` until ${opened.expiresAt}`;
  const why = `Nobody decided it: ${bar.addressed.title} was asked${until}. Expired, not denied.`;
  return [{ type: "action.decided", data: { proposalId, outcome: "expired", by: [], why, digest } }];
}

/** Authorised, and nobody said that it was carried out. */
export function lapse(handoff: Handoff): Draft[] {
  const why = `Authorised, but nobody marked it done by ${handoff.carryOutBy ?? "its time"}.`;
  return [{ type: "action.lapsed", data: { proposalId: handoff.proposalId, why } }];
}

/** A raised deadline is a hint to look; what is due is judged here. */
export function decideDeadline(handoff: Handoff, command: DeadlineCommand): Draft[] {
  return reached[command.deadline](handoff, command);
}

type Reached = (handoff: Handoff, command: DeadlineCommand) => Draft[];

const reached: Readonly<Record<DeadlineCommand["deadline"], Reached>> = {
  remind,
  expire: (handoff, command) => {
    const { status, opened } = handoff;
    if (status !== "pending" || opened === undefined) return [];
    return against(opened.expiresAt, command) === "past" ? nextTierOrExpire(handoff) : [];
  },
  carry_out: (handoff, command) => {
    if (handoff.status !== "authorised" || handoff.carryOutBy === undefined) return [];
    return against(handoff.carryOutBy, command) === "past" ? lapse(handoff) : [];
  },
  unposted: () => [],
  overdue: () => [],
};

/**
 * One reminder for a share of the tier's time. It records how much has really passed, so that after an outage the
 * reminders missed meanwhile are one, and past the expiry none (lesson 38).
 */
function remind({ proposalId, tier, status, opened, reminded }: Handoff, command: DeadlineCommand): Draft[] {
  if (status !== "pending" || opened === undefined) return [];
  const start = Date.parse(opened.postedAt);
  const shareAt = (ms: number): number => (ms - start) / (Date.parse(opened.expiresAt) - start);
  const due = shareAt(command.due);
  const now = shareAt(command.at);
  if (due <= 0 || due <= reminded || now < due || now >= 1) return [];
  return [{ type: "handoff.reminded", data: { proposalId, tier, share: now } }];
}

/** The next tier is asked anew: another role is addressed, so it is another digest, and approvals are void. */
export function nextTierOrExpire(handoff: Handoff): Draft[] {
  const [addressed, ...nextTiers] = handoff.bar.nextTiers;
  if (addressed === undefined) return expire(handoff);
  const { proposalId, caseId, ask, tier } = handoff;
  const bar = { ...handoff.bar, addressed, nextTiers };
  const why = `${handoff.bar.addressed.title} did not answer in ${handoff.bar.expiresMinutes} minutes.`;
  const seal = sealed({ proposalId, caseId, ask, bar });
  return [{ type: "handoff.rerouted", data: { proposalId, tier: tier + 1, bar, ...seal, why } }];
}
