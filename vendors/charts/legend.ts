/** What each colour stands for, above a chart: as many lines as it needs. */
import type { NamedInk } from "../../src/seams/pictures.ts";
import { label, widthOf } from "./label.ts";
import { rect, words, type Shape } from "./shapes.ts";
import type { Theme } from "./theme.ts";

const lineHeight = 20;

export function legendOf(
  parts: readonly NamedInk[],
  { theme, width, left }: { theme: Theme; width: number; left: number },
): { readonly shapes: readonly Shape[]; readonly height: number } {
  const shapes: Shape[] = [];
  let [x, y] = [left, 18];
  for (const { name, colour } of parts) {
    const text = label(name);
    const wide = 16 + widthOf(text, 12) + 14;
    if (x > left && x + wide > width) [x, y] = [left, y + lineHeight];
    shapes.push(rect({ x, y: y - 5, width: 10, height: 10 }, { fill: theme[colour] }, 2));
    shapes.push(words({ x: x + 16, y, text, size: 12, fill: theme.muted }));
    x += wide;
  }
  return { shapes, height: parts.length === 0 ? 8 : y + 12 };
}
