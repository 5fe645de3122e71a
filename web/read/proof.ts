/** What the Proof page shows: one scorecard, the runs beside it, and how right the roles were by people's labels. */
import type { Accuracy } from "../../src/memory/accuracy.ts";
import { colourOf, type Colour } from "../../src/memory/statistics.ts";
import type { RoleCost, RoleScore, Scorecard } from "../../src/replay/scorecard-schema.ts";
import type { CardFile, Shelf } from "./scorecards.ts";

/** A card that is a result: no dry run. */
export interface Result extends CardFile {
  readonly card: Scorecard;
  readonly ranAt: number;
}

export interface ProofView {
  /** undefined: there is no result to show. */
  readonly shown: Result | undefined;
  /** The one asked for by name, and why it is not shown. */
  readonly notShown: string | undefined;
  /** Results, the newest first. */
  readonly history: readonly Result[];
  readonly dryRuns: readonly CardFile[];
  readonly problems: readonly { readonly name: string; readonly problem: string }[];
  readonly accuracy: Accuracy;
}

export function proofView(
  shelf: Shelf,
  { asked, accuracy }: { readonly asked: string | undefined; readonly accuracy: Accuracy },
): ProofView {
  const cards = shelf.flatMap((one): Result[] => ("card" in one ? [one] : []));
  const own = cards.filter(({ card, shipped }) => isResult(card) && !shipped);
  const results = (own.length > 0 ? own : cards.filter(({ card }) => isResult(card))).sort(
    (a, b) => b.ranAt - a.ranAt || (a.name < b.name ? -1 : 1),
  );
  const problems = shelf.flatMap((one) => ("problem" in one ? [one] : []));
  const wanted = asked === undefined ? undefined : results.find(({ name }) => name === asked);
  return {
    shown: wanted ?? results[0],
    notShown: asked === undefined || wanted !== undefined ? undefined : whyNot(asked, cards, problems),
    history: results,
    dryRuns: cards.filter(({ card }) => !isResult(card)),
    problems,
    accuracy,
  };
}

/** A dry run proves the plumbing; its answers were canned. */
function isResult({ result }: Scorecard): boolean {
  return result.isResult && result.run.mode !== "dry-run";
}

function whyNot(asked: string, cards: readonly Result[], problems: ProofView["problems"]): string {
  const problem = problems.find(({ name }) => name === asked)?.problem;
  if (problem !== undefined) return `${asked} cannot be read: ${problem}`;
  if (cards.some(({ name }) => name === asked))
    return `${asked} is a dry run: its answers were canned, so it is no result`;
  return `there is no scorecard ${asked}`;
}

/** "played by rules": no model answered but the one by which a model is measured. */
export function playedByRules({ result }: Scorecard): boolean {
  const { models } = result.run;
  return models.length > 0 && models.every((model) => model === "baseline");
}

export interface RoleBand extends RoleScore {
  readonly colour: Colour;
  readonly cost: RoleCost | undefined;
}

/** Coloured by the interval's lower end, grey below twenty. */
export function bandsOf({ result, measured }: Scorecard): RoleBand[] {
  return result.roles.map((score) => {
    const { low, high, n } = score.right;
    const cost = measured.roles.find(({ role }) => role === score.role);
    return { ...score, cost, colour: colourOf({ low: low ?? 0, high: high ?? 1 }, n) };
  });
}
