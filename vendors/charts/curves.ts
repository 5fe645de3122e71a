/** Shares over runs or over confidence: lines from 0 to 100 %, with whiskers where an interval is known. Pure. */
import type { EChartsCoreOption } from "echarts/core";
import type { NamedInk } from "../../src/seams/pictures.ts";
import type { Chart } from "./draw.ts";
import { label } from "./label.ts";
import { legendOf } from "./legend.ts";
import { drawing } from "./shapes.ts";
import { themes, type Theme, type ThemeName } from "./theme.ts";

/** A share with its interval, each 0 to 1. */
export interface Share {
  readonly rate: number;
  readonly low?: number;
  readonly high?: number;
}

export interface CurveLine extends NamedInk {
  readonly dashed?: boolean;
  /** One a category; null where it was not measured. */
  readonly points: readonly (Share | null)[];
}

export interface Curves {
  /** Along the bottom: runs, days, or bins of confidence. */
  readonly categories: readonly string[];
  readonly lines: readonly CurveLine[];
  readonly width?: number;
  readonly height?: number;
}

export function curvesChart(curves: Curves, look: { theme: ThemeName; alt: string }): Chart {
  const theme = themes[look.theme];
  const { width = 640, height = 260 } = curves;
  const legend = legendOf(curves.lines, { theme, width, left: 48 });
  const option: EChartsCoreOption = {
    ...drawing(legend.shapes, theme.paper),
    grid: { left: 48, right: 16, top: legend.height + 8, bottom: 34 },
    xAxis: xAxis(curves.categories, theme),
    yAxis: yAxis(theme),
    series: curves.lines.map((line) => series(line, theme)),
  };
  return { width, height, alt: look.alt, option };
}

function xAxis(categories: readonly string[], { muted, line }: Theme): object {
  return {
    type: "category",
    data: categories.map(label),
    axisLabel: { color: muted, fontSize: 12, hideOverlap: true },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
  };
}

function yAxis({ muted, line }: Theme): object {
  return {
    ...{ type: "value", min: 0, max: 1, interval: 0.25 },
    axisLabel: { color: muted, fontSize: 12, formatter: percent },
    splitLine: { lineStyle: { color: line } },
  };
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function series({ colour, dashed = false, points }: CurveLine, theme: Theme): object {
  const ink = theme[colour];
  const spans = points.flatMap((point, at) => spanOf(point, at));
  return {
    ...{ type: "line", silent: true, emphasis: { disabled: true }, connectNulls: false },
    ...{ symbol: "circle", symbolSize: dashed ? 0 : 7, showAllSymbol: true },
    data: points.map((point) => point?.rate ?? null),
    lineStyle: { color: ink, width: 2, type: dashed ? "dashed" : "solid" },
    itemStyle: { color: ink },
    markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: whisker(ink), data: spans },
  };
}

/** An interval is an upright line through its point. */
function whisker(color: string): object {
  return { color, width: 6, opacity: 0.22, type: "solid" };
}

function spanOf(point: Share | null, at: number): object[][] {
  if (point?.low === undefined || point.high === undefined) return [];
  return [[{ coord: [at, point.low] }, { coord: [at, point.high] }]];
}
