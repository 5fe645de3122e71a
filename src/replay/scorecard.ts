/** Folds what was played into a scorecard. Pure: the same input is the same scorecard, byte for byte. */
import { baselinesOf } from "./baselines.ts";
import { compareRows } from "./compare.ts";
import { headlineOf, headlinePartOf } from "./scorecard-headline.ts";
import { isLabelled, scoredOf, wasAsked } from "./scorecard-escalation.ts";
import { missingOf } from "./scorecard-missing.ts";
import { countBy, roleCosts, roleScores, severityOf } from "./scorecard-roles.ts";
import {
  scorecardVersion,
  type Result,
  type Revision,
  type Row,
  type Run,
  type Scorecard,
  type Scored,
} from "./scorecard-schema.ts";
import { drawsOf, rounded } from "./statistics.ts";
import type { Asked } from "./shadow-work.ts";
import type { TicketProblem } from "./ticket.ts";
import type { WorkedRole, WorkedTicket } from "./worked-ticket.ts";

export interface Played {
  readonly run: Pick<Run, "mode" | "days" | "seed" | "dataHash" | "recall">;
  /** With both arms: the one with recall. */
  readonly worked: readonly WorkedTicket[];
  /** The arm without recall, where both were played. */
  readonly without?: readonly WorkedTicket[];
  /** The same tickets played by rules; left out where this run is that. */
  readonly byRules?: readonly WorkedTicket[];
  readonly file: { readonly lines: number; readonly problems: readonly TicketProblem[] };
  /** Tickets whose alert could not be read: no role saw them. */
  readonly refused?: readonly { readonly ticketId: string; readonly why: string }[];
  /** What the leak check searched; left out where there is nothing to leak. */
  readonly leakCheck?: { readonly searched: number; readonly planted: number };
  /** Whom a shadow would have asked for what. */
  readonly asked?: readonly Asked[];
  readonly measured: Revision;
}

export function scorecardOf(played: Played): Scorecard {
  const { worked, without, measured } = played;
  const run = runOf(played);
  const result = resultOf(played, run);
  const costs = roleCosts([...worked, ...(without ?? [])]);
  const tokens = (which: "input" | "output"): number =>
    costs.reduce((sum, cost) => sum + cost.tokens[which], 0);
  return {
    schema: scorecardVersion,
    result,
    measured: {
      ...{ ...measured, run, tokens: { input: tokens("input"), output: tokens("output") }, roles: costs },
    },
  };
}

function runOf({ run, worked, without = [] }: Played): Run {
  const roles = [...worked, ...without].flatMap((ticket) => ticket.roles);
  const versions = roles.flatMap(({ role, promptVersion }) =>
    promptVersion === undefined ? [] : [[role, promptVersion] as const],
  );
  const byRole = [...Map.groupBy(versions, ([role]) => role)].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...run,
    models: Object.keys(countBy(roles.map(({ model }) => model))),
    promptVersions: Object.fromEntries(
      byRole.map(([role, them]) => [role, Object.keys(countBy(them.map(([, version]) => version)))]),
    ),
  };
}

function resultOf(played: Played, run: Run): Result {
  const { worked, without, byRules } = played;
  const draws = drawsOf(run);
  const rows = rowsOf(worked);
  const part = (which: Row["part"]): Row[] => rows.filter((row) => row.part === which);
  const escalation = {
    all: scoredOf(rows, draws),
    development: scoredOf(part("development"), draws),
    test: scoredOf(part("test"), draws),
  };
  const severities = new Map(worked.map(({ ticketId, alertSeverity }) => [ticketId, alertSeverity]));
  const baselines = baselinesOf(
    rows.map((row) => ({ row, alertSeverity: severities.get(row.ticketId) ?? "medium" })),
    { draws, byRules: byRules === undefined ? undefined : rowsOf(byRules) },
  );
  const off = without === undefined ? undefined : rowsOf(without);
  const recall =
    off === undefined
      ? undefined
      : compareRows({ draws, a: { name: "without recall", rows: off }, b: { name: "with recall", rows } });
  const tickets = ticketsOf(played, rows);
  const scores = { roles: roleScores(worked), severity: severityOf(worked) };
  const isResult = run.mode !== "dry-run";
  const headlinePart = headlinePartOf(escalation);
  const told = { run, isResult, tickets, escalation, headlinePart, baselines, ...(recall && { recall }) };
  return {
    ...{ run, isResult, headline: headlineOf(told) },
    missed: rows.filter((row) => isLabelled(row) && row.human.escalated && !wasAsked(row, { review: true })),
    askedForNothing: rows.filter(
      (row) => isLabelled(row) && !row.human.escalated && wasAsked(row, { review: true }),
    ),
    missing: missingOf({ ...told, rows, ...scores }),
    ...{
      tickets,
      escalation,
      headlinePart,
      baselines,
      arms: armsOf(played, { rows, off, all: escalation.all }),
      ...(recall && { recall }),
    },
    ...scores,
    addressed: countBy(worked.flatMap(({ addressed }) => addressed)),
    ...(played.asked && { wouldHaveAsked: perDay(played.asked, run.days) }),
    ...(played.leakCheck && { leakCheck: played.leakCheck }),
    rows,
  };
}

function perDay(asked: readonly Asked[], days = 0): NonNullable<Result["wouldHaveAsked"]> {
  return asked.map((one) => ({ ...one, perDay: days === 0 ? null : rounded(one.times / days) }));
}

function armsOf(
  { run, worked, without }: Played,
  { rows, off, all }: { readonly rows: Row[]; readonly off: Row[] | undefined; readonly all: Scored },
): Result["arms"] {
  const arms = countBy(worked.map(({ arm }) => arm));
  const precedents = (list: readonly WorkedTicket[]): number =>
    list.reduce((sum, ticket) => sum + ticket.precedents, 0);
  const ofWorked = (["off", "on"] as const).flatMap((arm) => {
    if (arms[arm] === undefined) return [];
    const these = worked.filter((ticket) => ticket.arm === arm);
    const ids = new Set(these.map(({ ticketId }) => ticketId));
    const own = (): Scored =>
      scoredOf(
        rows.filter(({ ticketId }) => ids.has(ticketId)),
        drawsOf(run),
      );
    return [{ arm, precedents: precedents(these), all: these.length === worked.length ? all : own() }];
  });
  if (off === undefined || without === undefined) return ofWorked;
  return [{ arm: "off", precedents: precedents(without), all: scoredOf(off, drawsOf(run)) }, ...ofWorked];
}

function ticketsOf({ file, refused = [], worked }: Played, rows: readonly Row[]): Result["tickets"] {
  const labelled = rows.filter(isLabelled).length;
  const unworked = rows.flatMap((row) => row.unworked ?? []);
  return {
    lines: file.lines,
    problems: countBy(file.problems.map(({ code }) => code)),
    ...{ worked: rows.filter((row) => row.unworked === undefined).length, labelled },
    unlabelled: worked.filter(({ human }) => human === undefined).length,
    unworked: countBy(unworked),
    refused: refused.map(({ ticketId, why }) => ({ ticketId, why })),
    splitAt: rows.find(({ part }) => part === "test")?.createdAt ?? null,
  };
}

/** In order of time; the first half is development, the rest test. */
export function rowsOf(worked: readonly WorkedTicket[]): Row[] {
  const time = new Map(worked.map((ticket) => [ticket, Date.parse(ticket.createdAt)]));
  const sorted = [...worked].sort(
    (a, b) => (time.get(a) ?? 0) - (time.get(b) ?? 0) || (a.ticketId < b.ticketId ? -1 : 1),
  );
  const half = Math.floor(sorted.length / 2);
  return sorted.map((ticket, i) => rowOf(ticket, i < half ? "development" : "test"));
}

function rowOf(ticket: WorkedTicket, part: Row["part"]): Row {
  const { ticketId, caseId, createdAt, title, rule, host, human, asked, roles, unworked } = ticket;
  return {
    ...{ ticketId, caseId, createdAt, part, title, rule },
    ...(host === undefined ? {} : { host }),
    ...(human === undefined ? {} : { human }),
    ...{ asked: [...asked], trace: roles.map(traceOf) },
    ...(unworked === undefined ? {} : { unworked }),
  };
}

function traceOf({
  role,
  verdict,
  confidence,
  sev,
  decision,
  failed,
  because,
  eventIds,
}: WorkedRole): Row["trace"][number] {
  return {
    ...{ role, because: [...because], eventIds: [...eventIds] },
    ...(verdict === undefined ? {} : { verdict }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(sev === undefined ? {} : { sev }),
    ...(decision === undefined ? {} : { decision }),
    ...(failed === undefined ? {} : { failed }),
  };
}
