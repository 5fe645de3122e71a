/**
 * Draws a chart as SVG, on the server and without a DOM. The same chart gives the same bytes: ids that the library
 * counts up in a process are named by the picture's content instead. What comes out holds shapes and text alone: no
 * script, no link, no style sheet and no style attribute, so that it can stand in a page with the strictest policy.
 */
import type { EChartsCoreOption } from "echarts/core";
import { createHash } from "node:crypto";
import { HatrackError } from "../../src/errors.ts";

/** A chart drawn for one theme and size; pixels. */
export interface Chart {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, in words: its name for a screen reader. */
  readonly alt: string;
  readonly option: EChartsCoreOption;
}

const sizes = { least: 16, most: 4000 };

/** @throws HatrackError `bad_chart` on a size that is no picture's */
export async function drawSvg({ width, height, alt, option }: Chart): Promise<string> {
  for (const [what, size] of Object.entries({ width, height })) {
    if (Number.isInteger(size) && size >= sizes.least && size <= sizes.most) continue;
    const expected = `expected whole pixels from ${sizes.least} to ${sizes.most}`;
    throw new HatrackError("bad_chart", `charts: ${what} ${size}: ${expected}`);
  }
  const { init } = await library();
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: fonts }, ...option });
    return named(plain(chart.renderToSVGString()), alt);
  } finally {
    chart.dispose();
  }
}

/** "Inter" is what pictures for Slack are drawn with; a page has its own. */
const fonts = "Inter, system-ui, sans-serif";

async function library(): Promise<Pick<typeof import("echarts/core"), "init">> {
  const [{ init, use }, charts, components, { SVGRenderer }] = await Promise.all([
    import("echarts/core"),
    import("echarts/charts"),
    import("echarts/components"),
    import("echarts/renderers"),
  ]);
  const { LineChart } = charts;
  const { GraphicComponent, GridComponent, MarkLineComponent } = components;
  use([LineChart, GraphicComponent, GridComponent, MarkLineComponent, SVGRenderer]);
  return { init };
}

/** Text stands escaped in what the library draws, so that a `<` begins an element and a `"` ends a value. */
function plain(svg: string): string {
  return svg
    .replace(/<style\s*><!\[CDATA\[.*?\]\]>\s*<\/style>\s*/gs, "")
    .replace(/<[a-z][^<>]*>/gi, (tag) =>
      tag
        .replace(/ (?:class|pointer-events|ecmeta_\w+|xmlns:xlink|baseProfile|version)="[^"]*"/g, "")
        .replace(/ style="([^"]*)"/g, (_, style: string) => attributes(style)),
    );
}

/** "font-size:12px;font-family:Inter;" → ` font-size="12px" font-family="Inter"`: each is an SVG attribute too. */
function attributes(style: string): string {
  const declared = style.split(";").flatMap((declaration) => {
    const [name = "", ...value] = declaration.split(":");
    return /^[a-z-]+$/.test(name.trim()) ? [` ${name.trim()}="${value.join(":").trim()}"`] : [];
  });
  return declared.join("");
}

function named(svg: string, alt: string): string {
  const neutral = svg.replaceAll(/\bzr\d+-/g, "zr-");
  const name = createHash("sha256").update(neutral).digest("hex").slice(0, 10);
  return neutral
    .replaceAll(/(id="|url\(#)zr-/g, `$1c${name}-`)
    .replace("<svg ", `<svg role="img" aria-label="${escaped(alt)}" `);
}

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, "\uFFFD");
}
