/** Rows of stacked bars, each with its name above and its numbers in it: counts that are to be compared by eye. Pure. */
import type { BarRow, Bars, NamedInk } from "../../src/seams/pictures.ts";
import type { Chart } from "./draw.ts";
import { fit, label, widthOf } from "./label.ts";
import { legendOf } from "./legend.ts";
import { drawing, rect, words, type Shape } from "./shapes.ts";
import { themes, type Theme, type ThemeName } from "./theme.ts";

const edge = 10;
const rowHeight = 46;
const barHeight = 18;

/** Bars share one scale: the longest row fills the picture. */
export function barsChart(bars: Bars, look: { theme: ThemeName; alt: string }): Chart {
  const theme = themes[look.theme];
  const width = bars.width ?? 420;
  const drawn = bars.parts.filter((_, at) => bars.rows.some(({ counts }) => (counts[at] ?? 0) > 0));
  const legend = legendOf(drawn, { theme, width, left: edge });
  const top = legend.height + 4;
  const longest = Math.max(1, ...bars.rows.map(({ counts }) => sum(counts)));
  const scale = (width - 2 * edge) / longest;
  const rows = bars.rows.flatMap((row, at) =>
    rowShapes(row, { y: top + at * rowHeight, width, scale, theme, parts: bars.parts }),
  );
  const height = top + Math.max(1, bars.rows.length) * rowHeight + 4;
  return { width, height, alt: look.alt, option: drawing([...legend.shapes, ...rows], theme.paper) };
}

interface RowPlace {
  readonly y: number;
  readonly width: number;
  /** Pixels a count. */
  readonly scale: number;
  readonly theme: Theme;
  readonly parts: readonly NamedInk[];
}

function rowShapes(row: BarRow, { y, width, scale, theme, parts }: RowPlace): Shape[] {
  const note = label(row.note ?? String(sum(row.counts)));
  const room = width - 2 * edge - widthOf(note, 12) - 12;
  const name = { x: edge, y: y + 10, text: fit(label(row.name), room, 13), size: 13, fill: theme.ink };
  const shapes: Shape[] = [
    words({ ...name, bold: true }),
    words({ ...name, x: width - edge, text: note, size: 12, fill: theme.muted, align: "right" }),
    rect({ x: edge, y: y + 21, width: width - 2 * edge, height: barHeight }, { fill: theme.soft }, 3),
  ];
  let x = edge;
  for (const [at, count] of row.counts.entries()) {
    const wide = count * scale;
    const part = parts[at];
    if (part === undefined || wide <= 0) continue;
    const bar = { x, y: y + 21, width: Math.max(1, wide - 1), height: barHeight };
    shapes.push(rect(bar, { fill: theme[part.colour] }, 2), ...inside(String(count), bar, theme));
    x += wide;
  }
  return shapes;
}

/** The number stands in its bar where there is room for it. */
function inside(
  text: string,
  bar: { x: number; y: number; width: number; height: number },
  theme: Theme,
): Shape[] {
  if (widthOf(text, 11) + 6 > bar.width) return [];
  const at = { x: bar.x + bar.width / 2, y: bar.y + bar.height / 2 };
  return [words({ ...at, text, size: 11, fill: theme.onColour, bold: true, align: "center" })];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
