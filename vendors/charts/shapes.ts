/** The few shapes our own layouts are made of, as elements of the library's `graphic` component. */
import type { EChartsCoreOption } from "echarts/core";

type Style = Readonly<Record<string, string | number>>;
export interface Shape {
  readonly type: string;
  readonly silent: true;
  readonly shape?: Readonly<Record<string, number>>;
  readonly style: Style;
  readonly z?: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function rect({ x, y, width, height }: Box, style: Style, r = 0): Shape {
  return { type: "rect", silent: true, shape: { x, y, width, height, r }, style };
}

export interface Words {
  readonly x: number;
  /** The middle of the line. */
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly fill: string;
  readonly bold?: boolean;
  readonly align?: "left" | "center" | "right";
}

export function words({ text, size, bold = false, align = "left", ...at }: Words): Shape {
  const font = { fontSize: size, fontWeight: bold ? 600 : 400, fontFamily: "Inter, system-ui, sans-serif" };
  return {
    type: "text",
    silent: true,
    z: 1,
    style: { ...at, text, ...font, textAlign: align, textVerticalAlign: "middle" },
  };
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Leaves and arrives level. */
export function curve(from: Point, to: Point, style: Style): Shape {
  const bend = (to.x - from.x) / 2;
  const ends = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  const pulls = { cpx1: from.x + bend, cpy1: from.y, cpx2: to.x - bend, cpy2: to.y };
  return { type: "bezierCurve", silent: true, shape: { ...ends, ...pulls }, style };
}

export function drawing(shapes: readonly Shape[], backgroundColor: string): EChartsCoreOption {
  return { backgroundColor, graphic: { elements: [...shapes] } };
}
