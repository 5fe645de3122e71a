/**
 * Tickets as a source of alerts, in the order of their own time: an alert when its ticket was created, its label when
 * it was closed. It moves the clock, and goes on with the next wave when the roles are done with this one.
 */
import type { manualClock } from "../clock.ts";
import type { AlertSource, SourceItem } from "../seams/alert-source.ts";
import type { OpenTicket } from "./open-tickets.ts";
import { wavesOf } from "./waves.ts";

export interface TicketPace {
  readonly clock: ReturnType<typeof manualClock>;
  readonly windowMs: number;
  /** Its alert is on the log; no role has begun with it. */
  readonly arrived: (ticket: OpenTicket) => Promise<void>;
  /** All of the wave is on the log: resolves when the roles are done. */
  readonly allArrived: (wave: readonly OpenTicket[]) => Promise<void>;
  /** A label is on the log: resolves when all that follows from it is. */
  readonly told: () => Promise<void>;
}

export function ticketSource(tickets: readonly OpenTicket[], pace: TicketPace): AlertSource {
  return { name: "tickets", items: () => items(tickets, pace) };
}

type Outcome = NonNullable<OpenTicket["outcome"]>;

async function* items(tickets: readonly OpenTicket[], pace: TicketPace): AsyncGenerator<SourceItem> {
  const { clock, windowMs } = pace;
  // Labels of cases the roles are done with: while they are at work a case is open, whatever its ticket says.
  let closing: Outcome[] = [];
  const due = (until: number): Outcome[] => {
    const now = closing.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
    closing = closing.filter(({ at }) => at > until);
    return now;
  };
  for (const wave of wavesOf(tickets, windowMs)) {
    const [first] = wave;
    const labels = due(first?.at ?? 0);
    for (const { at, label } of labels) {
      clock.set(Math.max(at, clock.now()));
      yield { label };
    }
    if (labels.length > 0) await pace.told();
    for (const ticket of wave) {
      clock.set(ticket.at);
      yield { alert: ticket.alert };
      await pace.arrived(ticket);
    }
    await pace.allArrived(wave);
    closing.push(...wave.flatMap(({ outcome }) => outcome ?? []));
  }
  for (const { at, label } of due(Infinity)) {
    clock.set(Math.max(at, clock.now()));
    yield { label };
  }
}
