/** Text in a picture: one line, nothing unseen in it, no longer than its room, and inert as everywhere. */
import { defang, defangValue } from "../../src/indicators/defang.ts";

/** Control, bidirectional, zero-width and other characters that draw nothing, or marks piled up. */
const unseen =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0\uFE00-\uFE0F\u{E0100}-\u{E01EF}]|\p{M}{4,}/gu;

/** Any text, made visible and inert; the charts' own labels and those of others come this way alike. */
export function label(text: string): string {
  return defang(oneLine(text));
}

/** An indicator's value; what could be a link is defanged whatever it looks like. */
export function valueLabel(indicator: { readonly type: string; readonly value: string }): string {
  return defangValue({ type: indicator.type, value: oneLine(indicator.value) });
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\n\r\t]/g, " ")
    .replaceAll(unseen, "\uFFFD");
}

/** Letters that no room of ours holds half of: what is longer is cut before it is measured. */
const longest = 160;

/** A letter, or the brackets of a defanged value, which are torn apart by no cut. */
const unit = /\[[.:@]\]|./gsu;

/** Keeps the beginning and the end of what is wider than `room` pixels: a domain says most at its end. */
export function fit(text: string, room: number, size: number): string {
  const whole = text.match(unit) ?? [];
  const isLong = whole.length > longest;
  if (!isLong && widthOf(text, size) <= room) return text;
  const letters = isLong ? [...whole.slice(0, longest / 2), ...whole.slice(-longest / 2)] : whole;
  for (let kept = letters.length - 1; kept > 2; kept -= 1) {
    const head = Math.ceil(kept / 2);
    const short = `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (kept - head)).join("")}`;
    if (widthOf(short, size) <= room) return short;
  }
  return "…";
}

/** About how wide a text is in Inter, pixels; a little too wide rather than too narrow. */
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const letter of text) ems += emsOf(letter);
  return ems * size;
}

function emsOf(letter: string): number {
  if (/[ijlI.,:;'|!· ]/.test(letter)) return 0.29;
  if (/[frt()[\]{}/\\"]/.test(letter)) return 0.39;
  if (letter === "-") return 0.47;
  if (/[mwMW@%…]/.test(letter)) return 0.92;
  if (/[A-Z]/.test(letter)) return 0.69;
  if (/\d/.test(letter)) return 0.64;
  return letter.charCodeAt(0) < 0x2000 ? 0.59 : 1.1;
}
