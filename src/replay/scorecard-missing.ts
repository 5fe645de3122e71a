/** What a scorecard does not say, in sentences: a number that is not there must not be taken for a good one. Pure. */
import { isLabelled, wasAsked } from "./scorecard-escalation.ts";
import type { Result, Row } from "./scorecard-schema.ts";
import { count, plural } from "./scorecard-headline.ts";

type Known = Pick<
  Result,
  "run" | "tickets" | "escalation" | "baselines" | "recall" | "roles" | "severity"
> & {
  readonly rows: readonly Row[];
};

export function missingOf(known: Known): string[] {
  return [...ofTheFile(known), ...ofTheRun(known), ...ofTheScore(known), ...ofTheRoles(known)];
}

const problems: Readonly<Record<string, string>> = {
  too_long: "too long",
  broken_json: "no JSON object",
  wrong_shape: "not in the shape of a ticket",
  duplicate_id: "with an id that stood before",
};

function ofTheFile({ tickets }: Known): string[] {
  const left = Object.entries(problems).flatMap(([code, words]) => {
    const n = tickets.problems[code];
    return n === undefined ? [] : [`${count(n)} ${words}`];
  });
  const silent = tickets.problems["no_closing_time"] ?? 0;
  return [
    ...(left.length === 0 ? [] : [`Lines left out: ${left.join(", ")}.`]),
    ...(tickets.unlabelled === 0
      ? []
      : [`${plural(tickets.unlabelled, "ticket")} without a label: worked, not scored.`]),
    ...(silent === 0
      ? []
      : [
          `${plural(silent, "ticket")} without a closing time: scored, and memory never learned the outcome.`,
        ]),
  ];
}

function ofTheRun({ tickets, rows }: Known): string[] {
  const unworked = [
    ...Object.entries(tickets.unworked).map(([why, n]) => `${plural(n, "ticket")} not worked: ${why}.`),
    ...(tickets.refused.length === 0
      ? []
      : [`${plural(tickets.refused.length, "ticket")} not worked: no alert could be read in it.`]),
  ];
  return rows.length === 0 && unworked.length === 0 ? ["No ticket was there to be worked."] : unworked;
}

function ofTheScore({ tickets, escalation, rows }: Known): string[] {
  if (rows.length === 0) return [];
  if (tickets.labelled === 0) return ["No ticket carries a label: nothing is scored."];
  const { tp, fp, fn, tn } = escalation.all.withReview.confusion;
  const worked = rows.filter((row) => row.unworked === undefined);
  const quiet = worked.filter((row) => !wasAsked(row, { review: true }));
  const looked = quiet.filter(isLabelled).length;
  const blind = quiet.length > 0 && looked === 0;
  return [
    ...(tp + fn === 0 ? ["Recall and F1 are not measured: no person escalated any ticket."] : []),
    ...(fp + tn === 0 ? ["False alarms are not measured: people escalated every ticket."] : []),
    ...(tp + fp === 0 ? ["Precision is not measured: nobody was ever asked."] : []),
    ...(blind ? ["Recall is not measured: no ticket for which nobody was asked carries a label."] : []),
    ...(!blind && looked < quiet.length
      ? [
          `Recall counts ${count(looked)} of ${count(quiet.length)} tickets for which nobody was asked: the others carry no label.`,
        ]
      : []),
  ];
}

function ofTheRoles({ tickets, roles, severity, run, baselines }: Known): string[] {
  const failed = roles.filter(({ runs, answered }) => runs > 0 && answered === 0).map(({ role }) => role);
  const judged = run.mode !== "dry-run";
  const mute = roles.filter((role) => judged && role.answered > 0 && role.right.n > 0 && role.brier === null);
  const rules = run.models.includes("baseline") || baselines.some(({ name }) => name === "baseline");
  return [
    ...(failed.length === 0 ? [] : [`Never answered: ${failed.join(", ")}.`]),
    ...(mute.length === 0
      ? []
      : [`No calibration for ${mute.map(({ role }) => role).join(", ")}: it does not say how sure it is.`]),
    ...(judged && severity.person.n === 0 && tickets.labelled > 0
      ? ["Severity is not compared with people's: no escalated ticket carries both."]
      : []),
    ...(rules || tickets.worked === 0 || !judged
      ? []
      : ["The same tickets were not played by rules: there is no `baseline` beside this result."]),
  ];
}
