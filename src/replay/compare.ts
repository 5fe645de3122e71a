/** Two runs over the same tickets: what changed, by how much, whether it can be chance, and which tickets flipped. Pure. */
import { HatrackError } from "../errors.ts";
import { deltaOf, discordanceOf, type Pair } from "./compare-delta.ts";
import { isBlind, isLabelled, quietOf, wasAsked } from "./scorecard-escalation.ts";
import { roleWasRight } from "./scorecard-roles.ts";
import type { Comparison, Delta, Flip, Row, Run, Scorecard, Trace } from "./scorecard-schema.ts";
import { drawsOf, f1Of, type BootstrapOptions, type Confusion } from "./statistics.ts";

interface Side {
  readonly name: string;
  readonly rows: readonly Row[];
}

type Labelled = Row & { human: NonNullable<Row["human"]> };

interface RowPair {
  readonly a: Labelled;
  readonly b: Labelled;
}

/**
 * The first scorecard against the second, for a change of prompts or model.
 *
 * @throws HatrackError `compare_mismatch` when they are not of the same tickets, seed and mode
 */
export function compareScorecards(a: Scorecard, b: Scorecard): Comparison {
  const [left, right] = [a.result.run, b.result.run];
  const differing = (["dataHash", "seed", "mode"] as const).flatMap((field) =>
    left[field] === right[field] ? [] : [`${fieldNames[field]}: ${left[field]} and ${right[field]}`],
  );
  if (differing.length > 0) {
    throw new HatrackError(
      "compare_mismatch",
      `replay --compare: expected two scorecards of the same tickets, seed and mode, got different ${differing.join("; ")}`,
    );
  }
  const comparison = compareRows({
    draws: drawsOf(left),
    a: { name: nameOf(left, right), rows: a.result.rows },
    b: { name: nameOf(right, left), rows: b.result.rows },
  });
  if (a.result.isResult) return comparison;
  return {
    ...comparison,
    headline: `Dry run: canned answers, nothing here is a result. ${comparison.headline}`,
  };
}

const fieldNames = { dataHash: "tickets (SHA-256)", seed: "seed", mode: "mode" } as const;

/** By its models, and by what it does not share with the other. */
function nameOf(run: Run, other: Run): string {
  const prompts = Object.entries(run.promptVersions).flatMap(([role, versions]) => {
    const same = versions.join() === other.promptVersions[role]?.join();
    return same ? [] : [`${role} ${versions.map((version) => version.slice(0, 8)).join("+")}`];
  });
  const recall = run.recall === other.recall ? [] : [`recall ${run.recall}`];
  return [run.models.join("+") || "no model", ...recall, ...prompts].join(", ");
}

export function compareRows({ draws, a, b }: { draws: BootstrapOptions; a: Side; b: Side }): Comparison {
  const rightRows = new Map(b.rows.filter(isLabelled).map((row) => [row.ticketId, row]));
  const pairs = a.rows.filter(isLabelled).flatMap((row) => {
    const other = rightRows.get(row.ticketId);
    return other === undefined ? [] : [{ a: row, b: other }];
  });
  const ids = new Set(pairs.map((pair) => pair.a.ticketId));
  const alone = ({ rows }: Side): number =>
    rows.filter((row) => isLabelled(row) && !ids.has(row.ticketId)).length;
  const way = (review: boolean): Way => {
    return { review, draws, blind: [a, b].some(({ rows }) => isBlind(quietOf(rows, { review }))) };
  };
  const withReview = countedWay(pairs, way(true));
  const names = { a: a.name, b: b.name };
  return {
    ...names,
    headline: comparedHeadline(withReview, { ...names, n: pairs.length, blind: way(true).blind }),
    ...{ n: pairs.length, withReview, withoutReview: countedWay(pairs, way(false)) },
    roles: rolesOf(pairs),
    flipped: pairs.flatMap(flipOf),
    ...{ onlyInA: alone(a), onlyInB: alone(b) },
  };
}

type CountedWay = Comparison["withReview"];

interface Way {
  readonly review: boolean;
  readonly draws: BootstrapOptions;
  /** Of one side at least, nobody labelled what it did not ask about: then recall is not measured, nor what rests on it. */
  readonly blind: boolean;
}

function countedWay(rows: readonly RowPair[], { review, draws, blind }: Way): CountedWay {
  const pairs = rows.map(({ a, b }): Pair => {
    return { human: a.human.escalated, a: wasAsked(a, { review }), b: wasAsked(b, { review }) };
  });
  const precision = ({ tp, fp }: Confusion): number | null => (tp + fp === 0 ? null : tp / (tp + fp));
  const recall = ({ tp, fn }: Confusion): number | null => (blind || tp + fn === 0 ? null : tp / (tp + fn));
  const f1 = (of: Confusion): number | null => (blind ? null : f1Of(of));
  return {
    precision: deltaOf(pairs, precision, draws),
    recall: deltaOf(pairs, recall, draws),
    f1: deltaOf(pairs, f1, draws),
    mcnemar: discordanceOf(pairs.map(({ human, a, b }) => ({ a: a === human, b: b === human }))),
  };
}

/** Where both sides' role worked on the ticket and it can be said whether it was right. */
function rolesOf(pairs: readonly RowPair[]): Comparison["roles"] {
  const names = new Set(pairs.flatMap(({ a, b }) => [...a.trace, ...b.trace].map(({ role }) => role)));
  return [...names].flatMap((role) => {
    const both = pairs.flatMap(({ a, b }) => {
      const [left, right] = [a, b].map((row) => judged(row.trace, role, row.human.verdict));
      return left === undefined || right === undefined ? [] : [{ a: left, b: right }];
    });
    return both.length === 0 ? [] : [{ role, ...discordanceOf(both) }];
  });
}

function judged(
  trace: readonly Trace[],
  role: string,
  label: Labelled["human"]["verdict"],
): boolean | undefined {
  const own = trace.find((each) => each.role === role);
  return own === undefined ? undefined : roleWasRight(own, label);
}

/** Asked on one side alone, review counted. */
function flipOf({ a, b }: RowPair): Flip[] {
  const [left, right] = [wasAsked(a, { review: true }), wasAsked(b, { review: true })];
  if (left === right) return [];
  const { ticketId, caseId, title, human } = a;
  return [
    {
      ...{ ticketId, caseId, title },
      human: {
        escalated: human.escalated,
        ...(human.verdict === undefined ? {} : { verdict: human.verdict }),
      },
      right: left === human.escalated ? "a" : "b",
      a: { asked: a.asked, trace: a.trace },
      b: { asked: b.asked, trace: b.trace },
    },
  ];
}

/** A difference is said to be one only when the interval of F1's leaves out 0. */
function comparedHeadline(
  { f1, recall, mcnemar }: CountedWay,
  { a, b, n, blind }: { readonly a: string; readonly b: string; readonly n: number; readonly blind: boolean },
): string {
  const pair = `${b} against ${a}`;
  const { delta, low, high } = f1;
  if (delta === null || low === null || high === null) return `${pair}: not measured${unmeasured(n, blind)}`;
  const p = mcnemar.p === null ? "no ticket judged differently" : `McNemar p ${pText(mcnemar.p)}`;
  const figures = `F1 ${signed(delta)} (95 % interval ${signed(low)} to ${signed(high)}; ${p})`;
  if (low <= 0 && high >= 0) return `${pair}: ${undecided({ mcnemar, a, b }, n)}; ${figures}.`;
  const word = isAgainst(recall, delta) ? "mixed" : delta > 0 ? "better" : "worse";
  return `${pair}: ${word} at n = ${count(n)}; ${figures}, recall ${deltaText(recall)}.`;
}

function unmeasured(n: number, blind: boolean): string {
  if (n === 0) return ", no labelled ticket was worked by both.";
  const why = blind
    ? "of one of them no ticket for which nobody was asked carries a label."
    : "F1 has no value without a ticket that was asked about or escalated.";
  return ` at n = ${count(n)}, ${why}`;
}

/** F1 leaves out what was rightly left alone: two runs can differ there and not in F1. */
function undecided(
  { mcnemar, a, b }: Pick<CountedWay, "mcnemar"> & { a: string; b: string },
  n: number,
): string {
  const { onlyA, onlyB, p } = mcnemar;
  if (p === null || p >= 0.05) return `no measurable difference at n = ${count(n)}`;
  const [more, only, less, other] = onlyB > onlyA ? [b, onlyB, a, onlyA] : [a, onlyA, b, onlyB];
  return (
    `no measurable difference of F1 at n = ${count(n)}, and ${more} was right about more tickets: ` +
    `${count(only)} that ${less} was wrong about, ${count(other)} the other way`
  );
}

/** Fewer needless questions do not make up for missed attacks: what F1 gains and recall loses is not called better. */
function isAgainst({ low, high }: Delta, f1: number): boolean {
  if (low === null || high === null) return false;
  return f1 > 0 ? high < 0 : low > 0;
}

function deltaText({ delta, low, high }: Delta): string {
  if (delta === null || low === null || high === null) return "not measured";
  return `${signed(delta)} (${signed(low)} to ${signed(high)})`;
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
const pText = (p: number): string => (p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`);
const count = (n: number): string => n.toLocaleString("en-US");
