/** Rates as people read them: the value, its interval in figures, and the interval as a bar. */
import { html, type Html } from "../../slack/workspace/page/html.ts";
import type { Delta } from "../../src/replay/scorecard-schema.ts";
import type { Colour } from "../../src/memory/statistics.ts";
import { percent } from "../said.ts";

export interface Shown {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** "93 %" and "86 to 97 %"; what was not measured says so. */
export function rate({ value, low, high }: Shown): Html {
  if (value === null || low === null || high === null) return html`<span class="quiet">not measured</span>`;
  return html`<span class="rate"
    ><b>${percent(value)}</b> ${intervalBar({ value, low, high })}
    <span class="quiet">${Math.round(low * 100)} to ${percent(high)}</span></span
  >`;
}

const wide = 64;

/** Where it may lie, on a line from 0 to 100 %. The figures stand beside it, so a reader is not read the picture. */
export function intervalBar({ value, low, high }: { value: number; low: number; high: number }): Html {
  const x = (share: number): string => (share * wide).toFixed(1);
  return html`<svg
    class="interval"
    viewBox="0 0 ${wide} 12"
    width="${wide}"
    height="12"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="whole" x="0" y="5" width="${wide}" height="2" rx="1" />
    <rect
      class="span"
      x="${x(low)}"
      y="3"
      width="${Math.max(1, (high - low) * wide).toFixed(1)}"
      height="6"
      rx="2"
    />
    <rect
      class="value"
      x="${Math.min(wide - 2, Math.max(0, value * wide - 1)).toFixed(1)}"
      y="0"
      width="2.5"
      height="12"
    />
  </svg>`;
}

const bandWords: Readonly<Record<Colour, string>> = {
  green: "● at least 80 %",
  amber: "◐ at least 50 %",
  red: "▲ may be below 50 %",
  grey: "○ fewer than 20",
};

/** By the lower end of the interval; a mark and words beside the colour. */
export function band(colour: Colour): Html {
  return html`<span class="badge ${colour}">${bandWords[colour]}</span>`;
}

function signed(share: number): string {
  const points = share * 100;
  const rounded = Math.abs(points) < 0.05 ? 0 : points;
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : "±"}${Math.abs(rounded).toFixed(1)}`;
}

/** "+4.1 points (−0.8 to +9.0)" */
export function delta({ delta: by, low, high }: Delta): Html {
  if (by === null) return html`<span class="quiet">not measured</span>`;
  const between = low === null || high === null ? "" : `(${signed(low)} to ${signed(high)})`;
  return html`<span class="rate"><b>${signed(by)}</b> <span class="quiet">points ${between}</span></span>`;
}

/** "0.013", "less than 0.001". */
export function chance(p: number | null): string {
  if (p === null) return "not measured";
  return p < 0.001 ? "less than 0.001" : p === 1 ? "1" : p.toFixed(3);
}
