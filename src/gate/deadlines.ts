/**
 * Time at the gate. Log time is the clock; to authorise, log time and the event's own time must be before the
 * expiry, to expire both must be past it. A tier's time starts when its card was posted (lessons 15 and 38).
 */
import { isoTime } from "../clock.ts";
import type { Draft } from "../bus/bus.ts";
import { accountKey } from "./authority.ts";
import type { DeadlineCommand, PostedCommand } from "./commands.ts";
import { sealed } from "./digest.ts";
import { dueOf, unpostedAfterMs } from "./due.ts";
import type { Policy } from "./policy.ts";
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

/**
 * Until when this tier can answer; undefined while its card is not posted. A question that stopped the clock moves it
 * by as long as the tier has at most: one that nobody answers does not keep a request open for ever.
 */
export function answerableUntil({ opened, question, bar }: Handoff): string | undefined {
  if (opened === undefined || question?.clockStopped !== true) return opened?.expiresAt;
  return isoTime(Date.parse(opened.expiresAt) + bar.expiresMinutes * minute);
}

/** The tier's card is there to be seen: its time starts. Another card, or one posted again, changes nothing. */
export function decidePosted(handoff: Handoff, { eventId, at, directory }: PostedCommand): Draft[] {
  const { proposalId, tier, bar } = handoff;
  if (handoff.status !== "pending" || handoff.opened !== undefined || eventId !== handoff.askedBy) return [];
  const expiresAt = isoTime(at + bar.expiresMinutes * minute);
  const listed =
    directory?.kind === "members" && directory.members.length <= 500 ? directory.members : undefined;
  const known = listed === undefined ? {} : { known: listed.map(accountKey).sort() };
  return [{ type: "handoff.opened", data: { proposalId, tier, postedAt: isoTime(at), expiresAt, ...known } }];
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

/**
 * A raised deadline is a hint to look, and anybody can write one: what comes due and when is judged here, by what the
 * gate itself has said, so that one raised early, or again, does nothing.
 */
export function decideDeadline(handoff: Handoff, command: DeadlineCommand, policy: Policy): Draft[] {
  const { deadline, at } = command;
  const isDue = dueOf(handoff, policy).some((one) => one.deadline === deadline && one.due <= at);
  return isDue ? reached[deadline](handoff, command, policy) : [];
}

type Reached = (handoff: Handoff, command: DeadlineCommand, policy: Policy) => Draft[];

const reached: Readonly<Record<DeadlineCommand["deadline"], Reached>> = {
  remind,
  expire: (handoff, command) => {
    const until = answerableUntil(handoff);
    if (handoff.status !== "pending" || until === undefined) return [];
    return against(until, command) === "past" ? nextTierOrExpire(handoff) : [];
  },
  carry_out: (handoff, command) => {
    if (handoff.status !== "authorised" || handoff.carryOutBy === undefined) return [];
    return against(handoff.carryOutBy, command) === "past" ? lapse(handoff) : [];
  },
  unposted,
  overdue,
};

/** Nobody can see the card: that is an alarm, once a tier, and never an expiry. */
function unposted(handoff: Handoff, command: DeadlineCommand, policy: Policy): Draft[] {
  const { proposalId, tier, status, opened, askedAt, unpostedSaid } = handoff;
  if (status !== "pending" || opened !== undefined || unpostedSaid) return [];
  const due = isoTime(Date.parse(askedAt) + unpostedAfterMs(policy));
  if (against(due, command) !== "past") return [];
  return [{ type: "handoff.unposted", data: { proposalId, tier, askedAt } }];
}

/**
 * One reminder for a share of the tier's time. It records how much has really passed, so that after an outage the
 * reminders missed meanwhile are one, and past the expiry none (lesson 38).
 */
function remind(handoff: Handoff, command: DeadlineCommand): Draft[] {
  const { proposalId, tier, status, opened, reminded, snoozedUntil } = handoff;
  if (status !== "pending" || opened === undefined) return [];
  if (snoozedUntil !== undefined && against(snoozedUntil, command) !== "past") return [];
  const now = shareReached({ from: opened.postedAt, to: opened.expiresAt, heard: reminded }, command);
  if (now === undefined) return [];
  return [{ type: "handoff.reminded", data: { proposalId, tier, share: now } }];
}

/** The share of a time that has passed, if the deadline is of it, is due, and was not heard before. */
function shareReached(
  time: { readonly from: string; readonly to: string; readonly heard: number },
  command: DeadlineCommand,
): number | undefined {
  const start = Date.parse(time.from);
  const shareAt = (ms: number): number => (ms - start) / (Date.parse(time.to) - start);
  const due = shareAt(command.due);
  const now = shareAt(command.at);
  return due > 0 && due > time.heard && now >= due && now < 1 ? now : undefined;
}

/** The owner is called once, then the next tier beside them; what was missed meanwhile is not made up for. */
function overdue(handoff: Handoff, command: DeadlineCommand): Draft[] {
  const { proposalId, status, carryOutBy: until, settled, nagged, assignee, bar } = handoff;
  if (status !== "authorised" || until === undefined || settled === undefined) return [];
  const now = shareReached({ from: settled.at, to: until, heard: nagged }, command);
  if (now === undefined) return [];
  const owners = assignee === undefined ? settled.by.slice(0, 10) : [assignee];
  const [nextTier] = bar.nextTiers;
  const beside = nagged === 0 || nextTier === undefined ? {} : { nextTier };
  return [{ type: "action.overdue", data: { proposalId, share: now, owners, ...beside } }];
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
