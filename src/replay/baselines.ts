/** Simple answers to the same tickets, beside which every result stands. Pure. */
import type { Severity } from "../events/vocabulary.ts";
import { deltaOf } from "./compare-delta.ts";
import { confusionOf, isLabelled, scoredOf, wasAsked } from "./scorecard-escalation.ts";
import type { Baseline, Row } from "./scorecard-schema.ts";
import { f1Of, type BootstrapOptions } from "./statistics.ts";

/** A row, and the alert's own severity, which the threshold goes by. */
export interface SeverityRow {
  readonly row: Row;
  readonly alertSeverity: Severity;
}

const severities = ["informational", "low", "medium", "high", "critical"] as const;

/**
 * Always, never, and the best severity threshold; `baseline` where the tickets were also played by rules.
 *
 * @param byRules the same tickets as rows, in any order
 */
export function baselinesOf(
  worked: readonly SeverityRow[],
  { draws, byRules }: { readonly draws: BootstrapOptions; readonly byRules?: readonly Row[] | undefined },
): Baseline[] {
  const threshold = bestThreshold(worked);
  const answering = (asks: (severity: Severity) => boolean): Row[] =>
    worked.map(({ row, alertSeverity }) => ({ ...row, asked: asks(alertSeverity) ? ["proposal"] : [] }));
  const rank = (severity: Severity): number => severities.indexOf(severity);
  const simple = [
    { name: "always", what: "asks about every ticket", rows: answering(() => true) },
    { name: "never", what: "asks about none", rows: answering(() => false) },
    ...(threshold === undefined
      ? []
      : [
          {
            name: "severity",
            what: `asks from the alert's own severity ${threshold} on; chosen on the development part`,
            rows: answering((severity) => rank(severity) >= rank(threshold)),
          },
        ]),
    ...(byRules === undefined
      ? []
      : [{ name: "baseline", what: "the same roles, played by rules", rows: byRules }]),
  ];
  const ours = worked.map(({ row }) => row);
  return simple.map(({ name, what, rows }) => ({
    ...{ name, what, test: scoredOf(rows.filter(isTest), draws), all: scoredOf(rows, draws) },
    ours: f1Delta(rows.filter(isTest), ours.filter(isTest), draws),
  }));
}

const isTest = ({ part }: Row): boolean => part === "test";

/**
 * The severity from which on asking gives the best F1 on the development part; the higher of two as good. Undefined
 * where nobody escalated anything there.
 */
export function bestThreshold(worked: readonly SeverityRow[]): Severity | undefined {
  const known = worked.flatMap(({ row, alertSeverity }) =>
    row.part === "development" && isLabelled(row)
      ? [{ rank: severities.indexOf(alertSeverity), human: row.human.escalated }]
      : [],
  );
  let best: { readonly severity: Severity; readonly f1: number } | undefined;
  for (const [rank, severity] of severities.entries()) {
    const judged = known.map((one) => ({ asked: one.rank >= rank, human: one.human }));
    const f1 = f1Of(confusionOf(judged));
    if (f1 !== null && f1 >= (best?.f1 ?? Number.MIN_VALUE)) best = { severity, f1 };
  }
  return best?.severity;
}

function f1Delta(theirs: readonly Row[], ours: readonly Row[], draws: BootstrapOptions): Baseline["ours"] {
  const byId = new Map(theirs.map((row) => [row.ticketId, row]));
  const pairs = ours.filter(isLabelled).flatMap((row) => {
    const their = byId.get(row.ticketId);
    if (their === undefined || their.unworked !== undefined) return [];
    const asked = (one: Row): boolean => wasAsked(one, { review: true });
    return [{ human: row.human.escalated, a: asked(their), b: asked(row) }];
  });
  return deltaOf(pairs, f1Of, draws);
}
