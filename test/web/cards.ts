/** Scorecards as the scorer makes them, of tickets that were never played: what a page is given to show. */
import type { Verdict } from "../../src/events/vocabulary.ts";
import type { Scorecard } from "../../src/replay/scorecard-schema.ts";
import { scorecardOf } from "../../src/replay/scorecard.ts";
import type { WorkedRole, WorkedTicket } from "../../src/replay/worked-ticket.ts";

export interface CardWish {
  readonly tickets?: number;
  readonly mode?: "replay" | "dry-run" | "shadow";
  readonly model?: string;
  readonly startedAt?: string;
  /** Stands wherever a ticket, an alert or a model wrote something. */
  readonly text?: string;
  /** Of ten attacks so many are not asked about. */
  readonly missed?: number;
}

const base = Date.parse("2026-10-01T06:00:00.000Z");

export function makeCard(wish: CardWish = {}): Scorecard {
  const { tickets = 60, mode = "replay", startedAt = "2026-11-20T09:00:00.000Z" } = wish;
  const worked = (shift: number): WorkedTicket[] =>
    Array.from({ length: tickets }, (_, at) => ticketOf(at, shift, wish));
  return scorecardOf({
    run: { mode, seed: 1, dataHash: "ab".repeat(32), recall: "both" },
    worked: worked(0),
    without: worked(3),
    byRules: worked(1),
    file: { lines: tickets, problems: [] },
    measured: { startedAt, milliseconds: 4200, revision: "0123456789abcdef", ticketsPerSecond: 12 },
  });
}

function ticketOf(
  at: number,
  shift: number,
  { text, missed = 1, model = "baseline" }: CardWish,
): WorkedTicket {
  const attack = at % 3 === 0;
  const caught = attack ? (at + shift) % 10 >= missed : (at + shift) % 11 === 0;
  const human = attack
    ? ({ escalated: true, verdict: "true_positive", severity: "SEV-2" } as const)
    : ({ escalated: false, verdict: "benign" } as const);
  const shown =
    shift === 3 ? ({ arm: "off", precedents: 0 } as const) : ({ arm: "on", precedents: 2 } as const);
  const asked = caught
    ? ({ asked: ["proposal"], addressed: ["ir-lead-oncall"] } as const)
    : { asked: [], addressed: [] };
  return {
    ...named(at, text),
    caseId: `CASE-${String(at).padStart(10, "0")}`,
    createdAt: new Date(base + at * 3_600_000).toISOString(),
    alertSeverity: at % 2 === 0 ? "high" : "medium",
    ...{ human, ...shown, ...asked },
    roles: rolesOf(caught ? "true_positive" : "false_positive", at, { text, model }),
  };
}

function named(
  at: number,
  text: string | undefined,
): Pick<WorkedTicket, "ticketId" | "title" | "rule" | "host"> {
  if (text !== undefined) return { ticketId: text, title: text, rule: text, host: text };
  const number = String(at).padStart(4, "0");
  const title = titles[at % titles.length] ?? "";
  return { ticketId: `T-${number}`, title, rule: "SuspiciousPowerShell", host: `FIN-WS-${number}` };
}

const titles = [
  "Office application started encoded PowerShell",
  "Registry hive read from a shadow copy",
  "Remote access tool executed",
  "Directory replication requested by a tool",
  "Hidden PowerShell downloaded content",
];

function rolesOf(
  verdict: Verdict,
  at: number,
  { text, model }: { readonly text: string | undefined; readonly model: string },
): WorkedRole[] {
  const role = (name: string, more: Partial<WorkedRole>): WorkedRole => ({
    ...{ role: name, abstained: false, model, promptVersion: "cd".repeat(32), toolCalls: 3 },
    ...{ tokens: { input: 1200, output: 180 }, milliseconds: 40 + (at % 7), eventIds: [`e-${at}-${name}`] },
    because: [text ?? "The command is encoded and hides its window"],
    ...more,
  });
  const sentinel = role("sentinel", { verdict, confidence: 0.55 + (at % 5) / 10 });
  if (verdict !== "true_positive") return [sentinel];
  const tier2 = role("tier2", { verdict, confidence: 0.65 + (at % 4) / 10, decision: "escalate" });
  return [sentinel, tier2, role("ir-lead", { sev: at % 4 === 0 ? "SEV-1" : "SEV-2" })];
}
