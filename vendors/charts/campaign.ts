/**
 * A campaign as a graph: its cases in order of opening, what joins them, and a line for each case that holds it.
 * Two columns, since names are what is read here: they stand level, and no line crosses one. Pure: the same campaign
 * gives the same picture.
 */
import type { Verdict } from "../../src/events/vocabulary.ts";
import type { CampaignCase, CampaignGraph, CampaignJoin } from "../../src/seams/pictures.ts";
import type { Chart } from "./draw.ts";
import { fit, label, valueLabel, widthOf } from "./label.ts";
import { curve, drawing, rect, words, type Box, type Shape } from "./shapes.ts";
import { themes, type Colour, type Theme, type ThemeName } from "./theme.ts";

/** Bold letters of 13, measured as they stand in a font wider than Inter: a page falls back to what a system has. */
const boldSize = 15;
/** About what Slack shows a picture at, on a desk and, a third smaller, on a telephone: names must stay readable. */
const width = 460;
const edge = 10;
const row = 50;
const boxHeight = 42;
const caseWidth = 192;
const joinWidth = 186;
const joinX = width - edge - joinWidth;
const headHeight = 32;
const most = { cases: 9, joins: 8 };

/** `alt`: what it shows, in words. */
export function campaignChart(graph: CampaignGraph, look: { theme: ThemeName; alt: string }): Chart {
  const theme = themes[look.theme];
  const cases = shownCases(graph.cases);
  const joins = shownJoins(graph.joins, cases);
  const rows = Math.max(cases.length, joins.length, 1);
  const foot = footWords(graph, { cases: cases.length, joins: joins.length });
  const height = headHeight + rows * row + (foot === undefined ? 6 : 26);
  const caseBoxes = column(cases, rows, { x: edge, width: caseWidth });
  const joinBoxes = column(joins, rows, { x: joinX, width: joinWidth });
  const option = drawing(
    [
      words({ x: edge, y: 18, text: countOf(graph.total), size: 12, fill: theme.muted, bold: true }),
      words({ x: joinX, y: 18, text: "joined by", size: 12, fill: theme.muted, bold: true }),
      ...joinBoxes.flatMap((join, at) => lines(join, caseBoxes, theme[inkOf(at)])),
      ...caseBoxes.flatMap((one) => caseShapes(one, theme)),
      ...joinBoxes.flatMap((join, at) => joinShapes(join, theme, theme[inkOf(at)])),
      ...(foot === undefined
        ? []
        : [words({ x: edge, y: height - 14, text: foot, size: 11, fill: theme.muted })]),
    ],
    theme.paper,
  );
  return { width, height, alt: look.alt, option };
}

/** What is new first, then the latest; drawn in order of opening. */
function shownCases(cases: readonly CampaignCase[]): CampaignCase[] {
  const latest = cases.toReversed().sort((a, b) => Number(b.isNew) - Number(a.isNew));
  const shown = new Set(latest.slice(0, most.cases));
  return cases.filter((one) => shown.has(one));
}

/** The widest that touch what is drawn, each near the middle of its cases: few lines cross. */
function shownJoins(joins: readonly CampaignJoin[], cases: readonly CampaignCase[]): CampaignJoin[] {
  const rowOf = new Map(cases.map(({ caseId }, at) => [caseId, at]));
  const middle = ({ caseIds }: CampaignJoin): number => {
    const rows = caseIds.flatMap((caseId) => rowOf.get(caseId) ?? []);
    return rows.reduce((sum, at) => sum + at, 0) / rows.length;
  };
  return joins
    .filter(({ caseIds }) => caseIds.some((caseId) => rowOf.has(caseId)))
    .slice(0, most.joins)
    .sort((a, b) => middle(a) - middle(b));
}

function countOf(total: number): string {
  return total === 1 ? "1 case" : `${total} cases`;
}

function footWords(graph: CampaignGraph, shown: { cases: number; joins: number }): string | undefined {
  const left = [
    { n: graph.total - shown.cases, one: "case", more: "cases" },
    { n: graph.joins.length - shown.joins, one: "indicator", more: "indicators" },
  ].flatMap(({ n, one, more }) => (n <= 0 ? [] : [`${n} more ${n === 1 ? one : more}`]));
  return left.length === 0 ? undefined : `and ${left.join(" and ")}, not drawn`;
}

interface Placed<T> {
  readonly of: T;
  readonly box: Box;
}

/** One above the other, in the middle of the picture. */
function column<T>(
  items: readonly T[],
  rows: number,
  { x, width: wide }: Pick<Box, "x" | "width">,
): Placed<T>[] {
  const first = headHeight + ((rows - items.length) * row) / 2 + (row - boxHeight) / 2;
  return items.map((of, at) => ({ of, box: { x, y: first + at * row, width: wide, height: boxHeight } }));
}

function middleOf({ y, height }: Box): number {
  return y + height / 2;
}

const inks = ["blue", "accent", "warn", "violet", "danger", "muted"] as const satisfies readonly Colour[];

function inkOf(at: number): Colour {
  return inks[at % inks.length] ?? "muted";
}

function lines(join: Placed<CampaignJoin>, cases: readonly Placed<CampaignCase>[], stroke: string): Shape[] {
  const held = new Set(join.of.caseIds);
  const to = { x: join.box.x, y: middleOf(join.box) };
  return cases
    .filter(({ of }) => held.has(of.caseId))
    .map(({ box }) =>
      curve({ x: box.x + box.width, y: middleOf(box) }, to, { stroke, lineWidth: 1.5, opacity: 0.75 }),
    );
}

const marks: Readonly<Record<Verdict, Colour>> = {
  true_positive: "danger",
  suspicious: "warn",
  insufficient_data: "quiet",
  benign: "accent",
  false_positive: "accent",
};

function caseShapes({ of, box }: Placed<CampaignCase>, theme: Theme): Shape[] {
  const { caseId, verdict, isNew } = of;
  const mark = theme[verdict === undefined ? "quiet" : marks[verdict]];
  const outline = isNew ? { stroke: theme.ink, lineWidth: 1.75 } : { stroke: theme.edge, lineWidth: 1 };
  const inner = box.width - 20;
  const [first, second] = [box.y + 14, box.y + 30];
  const id = fit(label(caseId), inner, 13);
  // Beside the id where that leaves room, else below: an id is not cut for it.
  const news = isNew ? widthOf("new", 11) + 6 : 0;
  const beside = widthOf(id, 13) + news <= inner;
  const text = { x: box.x + 12, fill: theme.muted, size: 11 };
  const about = aboutOf(of, beside ? inner : inner - news, 11);
  const place = { x: box.x + box.width - 8, y: beside ? first : second, align: "right" } as const;
  return [
    rect(box, { fill: theme.paper, ...outline }, 5),
    rect({ ...box, x: box.x + 3, y: box.y + 5, width: 3.5, height: box.height - 10 }, { fill: mark }, 1.5),
    words({ ...text, y: first, text: id, size: 13, fill: theme.ink, bold: true }),
    words({ ...text, y: second, text: about }),
    ...(isNew ? [words({ ...text, ...place, text: "new", fill: theme.ink, bold: true })] : []),
  ];
}

/** "FIN-WS-042 · true positive": the verdict stays whole, since its colour alone would not say it to everyone. */
function aboutOf({ about, verdict }: CampaignCase, room: number, size: number): string {
  const said = verdict === undefined ? "no verdict yet" : verdict.replaceAll("_", " ");
  if (about === undefined) return fit(said, room, size);
  return `${fit(label(about), room - widthOf(` · ${said}`, size), size)} · ${said}`;
}

function joinShapes({ of, box }: Placed<CampaignJoin>, theme: Theme, ink: string): Shape[] {
  const byPerson = of.type === "person";
  const value = byPerson ? "linked by a person" : valueLabel(of);
  const kind = byPerson ? "a person's word" : label(of.type.replaceAll("_", " "));
  const about = `${kind} · ${countOf(of.cases)}`;
  const inner = box.width - 22;
  const text = { x: box.x + 12, y: box.y + 14 };
  return [
    rect(box, { fill: theme.soft, stroke: ink, lineWidth: 1.25 }, 14),
    words({ ...text, text: fit(value, inner, boldSize), size: 13, fill: theme.ink, bold: true }),
    words({ ...text, y: box.y + 30, text: fit(about, inner, 11), size: 11, fill: theme.muted }),
  ];
}
