/** A scorecard on one screen: the sentence first, then what was missed, then the numbers and what they lack. */
import { percent, plural } from "../src/replay/scorecard-headline.ts";
import { wasAsked } from "../src/replay/scorecard-escalation.ts";
import type { Result, Row, Scorecard, Scored, Trace } from "../src/replay/scorecard-schema.ts";
import type { Rate } from "../src/replay/statistics.ts";
import { shown, table } from "./table.ts";

const width = 100;
/** Missed tickets shown; the JSON has them all. */
const most = 6;

export function scorecardText({ result, measured }: Scorecard): string {
  const scored = result.isResult && result.tickets.labelled > 0;
  return [
    wrapped(result.headline),
    ...(scored ? [missedText(result), askedForNothingText(result), scoreText(result)] : []),
    rolesText(result, measured),
    ...(scored ? [severityText(result)] : []),
    ...(result.recall === undefined ? [] : [flippedText(result.recall)]),
    ...(result.wouldHaveAsked === undefined ? [] : [askedText(result.wouldHaveAsked)]),
    result.missing.map((sentence) => wrapped(sentence, "- ")).join("\n"),
    runText(result, measured),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function askedText(asked: NonNullable<Result["wouldHaveAsked"]>): string {
  if (asked.length === 0) return "WOULD HAVE ASKED  nobody";
  const rows = asked.map(({ role, what, times, perDay }) => {
    return [role, what, String(times), perDay === null ? "" : perDay.toFixed(1)];
  });
  return `WOULD HAVE ASKED\n${table(["on call", "for", "times", "a day"], rows)}`;
}

function missedText({ missed, escalation }: Result): string {
  const { tp, fn } = escalation.all.withReview.confusion;
  if (escalation.all.withReview.recall.value === null) return "MISSED  not measured";
  const title = `MISSED  ${fn} of ${tp + fn} that people escalated`;
  return listed(title, missed, "result.missed");
}

function listed(title: string, rows: readonly Row[], where: string): string {
  const lines = rows.slice(0, most).map(rowText);
  const more = rows.length > most ? [`  … and ${rows.length - most} more in ${where}`] : [];
  return [title, ...lines, ...more].join("\n");
}

function rowText(row: Row): string {
  const verdict = row.human?.verdict === undefined ? "" : `, a person said ${row.human.verdict}`;
  const place = row.host === undefined ? "" : ` on ${row.host}`;
  const first = `  ${row.caseId} ${row.createdAt.slice(0, 10)} ${row.title}${place}${verdict}`;
  return `${cut(shown(first))}\n${cut(shown(`    ${row.trace.map(traceText).join("; ") || "no role spoke"}`))}`;
}

function traceText({ role, verdict, sev, confidence, failed, because }: Trace): string {
  if (failed !== undefined) return `${role} failed (${failed})`;
  const sure = confidence === undefined ? "" : ` ${confidence.toFixed(2)}`;
  const why = because[0] === undefined ? "" : `: ${because[0]}`;
  return `${role} ${verdict ?? sev ?? "reported"}${sure}${why}`;
}

function askedForNothingText({ askedForNothing, escalation }: Result): string {
  const { tp, fp } = escalation.all.withReview.confusion;
  const title = `ASKED FOR NOTHING  ${fp} of ${plural(tp + fp, "time")} that it asked`;
  if (askedForNothing.length === 0) return title;
  const onlyReview = askedForNothing.filter((row) => !wasAsked(row, { review: false })).length;
  const rules = [...Map.groupBy(askedForNothing, ({ rule }) => rule)]
    .map(([rule, them]) => ({ rule, n: them.length }))
    .sort((a, b) => b.n - a.n || (a.rule < b.rule ? -1 : 1));
  const often = rules.slice(0, 5).map(({ rule, n }) => `${rule} ${n}`);
  const how = `${onlyReview} of them were left to review, ${fp - onlyReview} were proposals.`;
  return `${title}\n${wrapped(shown(`${how} Most often: ${often.join(", ")}.`), "  ")}`;
}

function scoreText(result: Result): string {
  const { escalation, headlinePart, baselines } = result;
  const rows = [
    scoreRow("this run", escalation[headlinePart], "withReview"),
    scoreRow("  proposals alone", escalation[headlinePart], "withoutReview"),
    ...(headlinePart === "test" ? [scoreRow("  all tickets", escalation.all, "withReview")] : []),
    ...baselines.map(({ name, what, test, all }) => {
      const title = name === "severity" ? (/severity (\w+) on/.exec(what)?.[1] ?? "") : "";
      return scoreRow(
        title === "" ? name : `severity ≥ ${title}`,
        headlinePart === "test" ? test : all,
        "withReview",
      );
    }),
  ];
  const head = ["", "caught", "missed", "for nothing", "precision", "recall", "F1"];
  const at = escalation[headlinePart].withReview.precisionAt.map(({ baseRate, precision }) => {
    const share = precision === null ? "not measured" : `${(precision * 100).toFixed(1)} %`;
    return `where ${((baseRate ?? 0) * 100).toFixed(0)} % of tickets need a person ${share}`;
  });
  const part = headlinePart === "test" ? "TEST PART" : "ALL TICKETS";
  const base = escalation[headlinePart].baseRate;
  return `${part}  ${escalation[headlinePart].n} labelled, ${percent({ ...base, low: null })} escalated by people; 95 % intervals\n${table(head, rows)}\n${wrapped(`Precision at other base rates: ${at.join(", ")}.`)}`;
}

function scoreRow(title: string, part: Scored, way: "withReview" | "withoutReview"): string[] {
  const { confusion, precision, recall, f1 } = part[way];
  const { tp, fn, fp } = confusion;
  const missed = recall.value === null && fn === 0 ? "–" : String(fn);
  return [title, String(tp), missed, String(fp), share(precision), share(recall), f1Text(f1)];
}

/** "87.3 % (81–92)". */
function share({ value, low, high }: Rate): string {
  if (value === null || low === null || high === null) return "not measured";
  return `${(value * 100).toFixed(1)} % (${Math.round(low * 100)}–${Math.round(high * 100)})`;
}

function f1Text({ value, low, high }: Rate): string {
  if (value === null) return "not measured";
  return low === null || high === null
    ? value.toFixed(2)
    : `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/** A dry run's roles said what they were given: that they ran is all there is to say. */
function rolesText({ roles, isResult }: Result, { roles: costs }: Scorecard["measured"]): string {
  if (roles.length === 0) return "";
  const rows = roles.map((score) => {
    const cost = costs.find(({ role }) => role === score.role);
    const { input = 0, output = 0 } = cost?.tokens ?? {};
    return [
      ...[score.role, String(score.runs), failuresText(score)],
      ...(isResult ? judgedCells(score) : []),
      cost === undefined ? "–" : `${ms(cost.milliseconds.median)} / ${ms(cost.milliseconds.p95)}`,
      `${input} / ${output}`,
    ];
  });
  const judged = isResult ? ["abstained", "right", "Brier"] : [];
  return table(["role", "runs", "failed", ...judged, "median / p95", "tokens in / out"], rows);
}

type Role = Result["roles"][number];

function failuresText({ failed }: Role): string {
  return (
    Object.entries(failed)
      .map(([reason, n]) => `${n} ${reason}`)
      .join(", ") || "0"
  );
}

function judgedCells({ abstained, right, brier }: Role): string[] {
  return [String(abstained), right.n === 0 ? "–" : share(right), brier === null ? "–" : brier.toFixed(3)];
}

function ms(value: number | null): string {
  if (value === null) return "–";
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

function severityText({ severity: { person } }: Result): string {
  if (person.n === 0) return "";
  const kappa = person.kappa === null ? "" : `, weighted kappa ${person.kappa.toFixed(2)}`;
  return wrapped(
    `The IR Lead's SEV was the person's in ${percent(person.same)}, within one step in ${percent(person.withinOne)} of ${plural(person.n, "plan")}${kappa}.`,
  );
}

function runText({ run, tickets, leakCheck }: Result, measured: Scorecard["measured"]): string {
  const { revision, milliseconds, ticketsPerSecond, tokens, peakMemoryMb } = measured;
  const played = [
    `${run.mode === "shadow" ? `shadow, ${plural(run.days ?? 0, "day")}` : run.mode}, seed ${run.seed}, data ${run.dataHash.slice(0, 12)}, recall ${run.recall}`,
    run.models.join(", ") || "no model",
    ...(leakCheck === undefined
      ? []
      : [
          `leak check: ${plural(leakCheck.planted, "token")} planted, none read in ${leakCheck.searched} prompts and tool answers`,
        ]),
    `${plural(tickets.worked, "ticket")} in ${ms(milliseconds)}`,
    ...(ticketsPerSecond === undefined ? [] : [`${ticketsPerSecond.toFixed(1)} a second`]),
    `${tokens.input} + ${tokens.output} tokens`,
    ...(peakMemoryMb === undefined ? [] : [`${Math.round(peakMemoryMb)} MB`]),
    ...(revision === undefined ? [] : [`revision ${revision.slice(0, 12)}`]),
  ];
  return wrapped(`${played.join("; ")}.`);
}

type Sides = Pick<NonNullable<Result["recall"]>, "a" | "b" | "flipped">;

/** Tickets that one side asked about and the other did not, with what each side's roles said. */
export function flippedText({ flipped, ...names }: Sides, limit = most): string {
  const title = `FLIPPED  ${plural(flipped.length, "ticket")}`;
  if (flipped.length === 0) return title;
  const better = flipped.filter(({ right }) => right === "b").length;
  const sides = [`a: ${names.a}, right in ${flipped.length - better}`, `b: ${names.b}, right in ${better}`];
  const lines = flipped.slice(0, limit).flatMap(({ caseId, title: what, human, right, a, b }) => {
    const person = human.escalated ? "a person escalated it" : "no person escalated it";
    const side = ({ asked, trace }: typeof a): string =>
      `${asked.length === 0 ? "asked nobody" : `asked (${asked.join(", ")})`}; ${trace.map(traceText).join("; ")}`;
    return [
      cut(shown(`  ${caseId} ${what}: ${person}, ${right} was right`)),
      ...[`    a ${side(a)}`, `    b ${side(b)}`].map((line) => cut(shown(line))),
    ];
  });
  const more = flipped.length > limit ? [`  … and ${flipped.length - limit} more in the JSON`] : [];
  return [title, ...sides.map((side) => cut(shown(`  ${side}`))), ...lines, ...more].join("\n");
}

function cut(line: string): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

/** At most `width` columns a line; `lead` before the first, as much blank before the others. */
export function wrapped(text: string, lead = ""): string {
  const lines: string[] = [];
  let line = lead;
  for (const word of text.split(" ")) {
    const blank = line.trim() === "" || line === lead ? "" : " ";
    if (line.length + blank.length + word.length > width && line.trim() !== "") {
      lines.push(line);
      line = `${" ".repeat(lead.length)}${word}`;
    } else line += `${blank}${word}`;
  }
  return [...lines, line].join("\n");
}
