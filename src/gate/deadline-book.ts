/**
 * Which deadlines to raise now, folded from what the gate has said: a projection, so that a restart forgets nothing
 * (lesson 15). It raises a hint; the gate judges it.
 */
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { naturalId } from "../events/ids.ts";
import { makeEvent } from "../events/parse.ts";
import { isoTime } from "../clock.ts";
import { dueOf, type Due } from "./due.ts";
import { evolve } from "./evolve.ts";
import type { Policy } from "./policy.ts";
import { gateSays } from "./says.ts";
import { gateSource, type GateState, type Handoff } from "./state.ts";

/** A hint the gate did not take (its clock was behind, say) is given again after 1, 2, 4, 8, … minutes. */
const againAfterMs = 60_000;

export class DeadlineBook {
  readonly #policy: Pick<Policy, "unpostedMinutes">;
  /** Proposals that something can still come due for. */
  readonly #open = new Map<string, GateState>();
  readonly #raised = new Map<string, Set<string>>();

  constructor(policy: Pick<Policy, "unpostedMinutes">) {
    this.#policy = policy;
  }

  fold(event: AnyEvent): void {
    if (!isEvent(event, ...gateSays) || event.source !== gateSource) return;
    if (isEvent(event, "proposal.outdated") || !("proposalId" in event.data)) return;
    const { proposalId } = event.data;
    if (proposalId === undefined) return;
    const state = evolve(this.#open.get(proposalId), event);
    if (isOpen(state)) this.#open.set(proposalId, state);
    else {
      this.#open.delete(proposalId);
      this.#raised.delete(proposalId);
    }
  }

  /** When something comes due next; undefined when nothing is open. Milliseconds since the epoch. */
  next(): number | undefined {
    const dues = [...this.#open.values()].flatMap((state) =>
      dueOf(state, this.#policy).map(({ due }) => due),
    );
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  /** What is due and has not been raised yet by this book: at most one for each proposal (lesson 38). */
  due(now: number): KnownEvent<"deadline.reached">[] {
    return [...this.#open.values()].flatMap((state) => {
      if (state.phase !== "asked") return [];
      const due = latest(dueOf(state, this.#policy), now);
      if (due === undefined) return [];
      const event = reached(state, due, now);
      const raised = this.#raised.get(state.proposalId) ?? new Set();
      return raised.has(event.id) ? [] : [event];
    });
  }

  /** They are on the log. */
  wereRaised(events: readonly KnownEvent<"deadline.reached">[]): void {
    for (const { id, data } of events) {
      const raised = this.#raised.get(data.proposalId) ?? new Set();
      this.#raised.set(data.proposalId, raised.add(id));
    }
  }
}

function isOpen(state: GateState): boolean {
  return state.phase === "asked" && (state.status === "pending" || state.status === "authorised");
}

/** After an outage only the last counts: the reminders before it, and those before an expiry, are past. */
function latest(dues: readonly Due[], now: number): Due | undefined {
  return dues
    .filter(({ due }) => due <= now)
    .sort((a, b) => a.due - b.due || order[a.deadline] - order[b.deadline])
    .at(-1);
}

const order: Readonly<Record<EventData<"deadline.reached">["deadline"], number>> = {
  ...{ unposted: 0, remind: 1, overdue: 1, expire: 2, carry_out: 2 },
};

/** Its id is what it is: any number of processes may raise it, and it is on the log once. */
function reached(
  { proposalId, caseId }: Handoff,
  { deadline, due }: Due,
  now: number,
): KnownEvent<"deadline.reached"> {
  const round = now - due < againAfterMs ? 0 : 1 + Math.floor(Math.log2((now - due) / againAfterMs));
  return makeEvent({
    id: naturalId("deadline", proposalId, deadline, due, round),
    source: "/schedules/deadlines",
    type: "deadline.reached",
    ...{ subject: caseId, time: isoTime(now) },
    data: { proposalId, deadline, due: isoTime(due) },
  });
}
