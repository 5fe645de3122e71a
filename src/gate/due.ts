/** What comes due of a hand-off, from what the gate has said of it: for whoever raises the deadlines. */
import type { EventData } from "../events/catalogue.ts";
import type { Policy } from "./policy.ts";
import type { GateState, Handoff } from "./state.ts";

export interface Due {
  readonly deadline: EventData<"deadline.reached">["deadline"];
  /** Milliseconds since the epoch. */
  readonly due: number;
}

/** When a tier that rules say nothing about is reminded, as shares of its time. */
export const usualReminders = [0.5, 0.8];
/** When an authorisation that is not marked done calls its owner, and then the next tier. */
const naggings = [0.5, 0.8];
const minute = 60_000;

export function unpostedAfterMs({ unpostedMinutes = 5 }: Pick<Policy, "unpostedMinutes">): number {
  return unpostedMinutes * minute;
}

/** The deadlines that lie ahead or have passed unheard, soonest first; none when nothing is open. */
export function dueOf(state: GateState, policy: Pick<Policy, "unpostedMinutes">): Due[] {
  if (state.phase !== "asked") return [];
  if (state.status === "authorised") return dueOfAuthorised(state);
  if (state.status !== "pending") return [];
  const { opened } = state;
  if (opened !== undefined) return dueOfOpened(state, opened);
  const at = Date.parse(state.askedAt) + unpostedAfterMs(policy);
  return state.unpostedSaid ? [] : [{ deadline: "unposted", due: at }];
}

function dueOfOpened(handoff: Handoff, opened: NonNullable<Handoff["opened"]>): Due[] {
  const { bar, reminded, snoozedUntil, question } = handoff;
  const [start, end] = [Date.parse(opened.postedAt), Date.parse(opened.expiresAt)];
  const at = (share: number): number => start + share * (end - start);
  const snoozed = snoozedUntil === undefined ? 0 : Date.parse(snoozedUntil);
  const shares = (bar.reminders ?? usualReminders).filter((share) => share > reminded);
  const ahead = [...shares.map((share) => Math.max(Math.ceil(at(share)), snoozed)), snoozed]
    // Whoever snoozed it is reminded then, also when all the usual reminders are behind them.
    .filter((due) => due > at(reminded) && due < end);
  const stopped = question?.clockStopped === true;
  const expiry = stopped ? end + bar.expiresMinutes * minute : end;
  // While the clock stands nobody is reminded of it.
  const reminders = stopped ? [] : [...new Set(ahead)].sort((a, b) => a - b);
  return [...reminders.map((due): Due => ({ deadline: "remind", due })), { deadline: "expire", due: expiry }];
}

function dueOfAuthorised({ settled, carryOutBy, nagged }: Handoff): Due[] {
  if (settled === undefined || carryOutBy === undefined) return [];
  const [start, end] = [Date.parse(settled.at), Date.parse(carryOutBy)];
  const calls = naggings
    .filter((share) => share > nagged)
    .map((share): Due => ({ deadline: "overdue", due: Math.ceil(start + share * (end - start)) }));
  return [...calls, { deadline: "carry_out", due: end }];
}
