/** Worked tickets for tests of what is counted of them. */
import type { Verdict } from "../../src/events/vocabulary.ts";
import type { Played } from "../../src/replay/scorecard.ts";
import type { WorkedRole, WorkedTicket } from "../../src/replay/worked-ticket.ts";

export function role(name: string, said: Partial<WorkedRole> = {}): WorkedRole {
  return {
    ...{ role: name, abstained: false, model: "baseline", promptVersion: "a".repeat(64), toolCalls: 2 },
    ...{ tokens: { input: 10, output: 5 }, milliseconds: 4, eventIds: [`${name}-said`, `${name}-trace`] },
    ...{ because: ["It is so"], ...said },
  };
}

export function sentinel(verdict: Verdict, confidence = 0.8): WorkedRole {
  return role("sentinel", { verdict, confidence });
}

/** The nth ticket, an hour after the one before. `human` undefined: no label. */
export function worked(n: number, given: Partial<WorkedTicket> = {}): WorkedTicket {
  const createdAt = new Date(Date.UTC(2026, 2, 2, n)).toISOString();
  return {
    ...{ ticketId: `T-${n}`, caseId: `CASE-${String(n).padStart(10, "0")}`, createdAt },
    ...{ title: "Encoded command", rule: "EncodedCommand", host: "FIN-WS-001", alertSeverity: "medium" },
    ...{ arm: "on", precedents: 1, asked: [], addressed: [], roles: [sentinel("benign")] },
    ...given,
  };
}

export const yes = { escalated: true, verdict: "true_positive" } as const;
export const no = { escalated: false, verdict: "benign" } as const;

export function played(tickets: readonly WorkedTicket[], given: Partial<Played> = {}): Played {
  return {
    run: { mode: "replay", seed: 1, dataHash: "d".repeat(64), recall: "on" },
    worked: tickets,
    file: { lines: tickets.length, problems: [] },
    measured: { milliseconds: 1_000 },
    ...given,
  };
}
