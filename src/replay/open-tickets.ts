/** Tickets as cases: each with its alert, and with what must not be read marked by a token. */
import { HatrackError } from "../errors.ts";
import type { Alert } from "../events/alert-events.ts";
import type { ClosingLabel } from "../seams/alert-source.ts";
import type { LeakCheck } from "./leak-check.ts";
import type { Ticket } from "./ticket.ts";

export interface OpenTicket {
  readonly ticket: Ticket;
  readonly alert: Alert;
  /** When it came in, milliseconds since the epoch. */
  readonly at: number;
  /** What becomes known when it is closed; undefined: nothing does. */
  readonly outcome: { readonly at: number; readonly label: ClosingLabel } | undefined;
}

export interface Refused {
  readonly ticketId: string;
  /** Names the ticket and what was expected. */
  readonly why: string;
}

interface Opening {
  readonly alertOf: (ticket: Ticket) => Alert;
  readonly check: LeakCheck;
}

/** An alert that cannot be read, or that stands in two tickets, costs its ticket and no other. */
export function openTickets(
  tickets: readonly Ticket[],
  { alertOf, check }: Opening,
): { readonly open: OpenTicket[]; readonly refused: Refused[] } {
  const open = new Map<string, OpenTicket>();
  const refused: Refused[] = [];
  for (const ticket of tickets) {
    const planted = check.plant(ticket);
    const alert = read(planted, alertOf);
    if ("why" in alert) {
      refused.push(alert);
      continue;
    }
    const before = open.get(alert.caseId)?.ticket.id;
    if (before !== undefined) {
      const why = `${ticket.id}: expected an alert of its own, this one is ticket ${before}'s too`;
      refused.push({ ticketId: ticket.id, why });
      continue;
    }
    const { label } = check.opened(ticket, alert);
    const at = Date.parse(ticket.createdAt);
    open.set(alert.caseId, { ticket, alert, at, outcome: outcomeOf(ticket, alert, label) });
  }
  return { open: [...open.values()], refused };
}

function read(ticket: Ticket, alertOf: Opening["alertOf"]): Alert | Refused {
  try {
    return alertOf(ticket);
  } catch (error) {
    if (!(error instanceof HatrackError)) throw error;
    return { ticketId: ticket.id, why: `${ticket.id}: ${error.message}` };
  }
}

/** Never the close notes: a label says what it was, in words of ours. */
function outcomeOf({ human, closedAt }: Ticket, alert: Alert, token: string): OpenTicket["outcome"] {
  if (human?.verdict === undefined || closedAt === undefined) return undefined;
  const { source, sourceId } = alert;
  const reason = `Closed as ${human.verdict.replaceAll("_", " ")}. ${token}`;
  return { at: Date.parse(closedAt), label: { source, sourceId, verdict: human.verdict, reason, closedAt } };
}
