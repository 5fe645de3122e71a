/**
 * Text that cannot act. A string from an alert, a model or a person is `Untrusted`: only plain_text, raw_text and
 * rich_text take it, where Slack never parses it. mrkdwn takes our own words (`Ours`) and markup made from ids of
 * ours (`Markup`) alone; a plain string fits neither, so the compiler stops it (lesson 17).
 */
import type { MrkdwnElement, PlainTextElement } from "@slack/types";
import { HatrackError } from "../src/errors.ts";
import { sha256 } from "../src/events/canonical.ts";
import { CaseId } from "../src/events/vocabulary.ts";
import { defang } from "../src/indicators/defang.ts";
import { moreCharacters, nothing } from "./words/inert.ts";

declare const untrustedBrand: unique symbol;
declare const oursBrand: unique symbol;
export type Untrusted = string & { readonly [untrustedBrand]: true };
export type Ours = string & { readonly [oursBrand]: true };
export type Shown = Untrusted | Ours;

/** Live mrkdwn made by `mention`, `userMention` and `date` alone. */
export class Markup {
  readonly mrkdwn: string;
  constructor(mrkdwn: string) {
    this.mrkdwn = mrkdwn;
  }
}

export interface UntrustedOptions {
  /** Characters that stay; the rest is counted and named by its hash. */
  readonly max?: number;
  /** Characters that stay of what stands whole one press away: cut at a word, with an ellipsis. */
  readonly brief?: number;
  /** Line breaks stay line breaks; without it they are shown as ␊. */
  readonly lines?: boolean;
}

/** Words of ours and text from outside as one: untrusted as a whole. */
export function together(...parts: readonly Shown[]): Untrusted {
  return brand(parts.join(""));
}

/** Any text from outside, made visible and inert. */
export function untrusted(text: string, options: UntrustedOptions = {}): Untrusted {
  const { brief, max = 3000, lines = false } = options;
  const { read, unread } = beginning(text, brief ?? max);
  const shown = inert(read, lines);
  if (brief === undefined) return brand(clipped(shown, max, { whole: text, unread }));
  return brand(unread === 0 ? shortened(shown, brief) : shortened(`${shown} …`, brief));
}

/** What can be shown of a text, with a margin: the rest of 100 kB is not looked through to be left out. */
function beginning(text: string, room: number): { read: string; unread: number } {
  const most = 4 * room + 1000;
  return { read: text.slice(0, most), unread: Math.max(0, text.length - most) };
}

/** As `untrusted`, and says whether all of it is there as it was. */
export function wholly(text: string, max: number): { shown: Untrusted; whole: boolean } {
  const { read, unread } = beginning(text, max);
  const shown = inert(read, false);
  const whole = unread === 0 && shown.length <= max;
  return { shown: brand(clipped(shown, max, { whole: text, unread })), whole };
}

/** Our own words: literals, numbers and other words of ours. */
export function ours(strings: TemplateStringsArray, ...values: readonly (Ours | number)[]): Ours {
  return own(String.raw({ raw: strings }, ...values));
}

/** Text of the configuration: written by whoever runs hatrack. */
export function configured(text: string): Ours {
  return own(visible(text, false));
}

/** @throws HatrackError `bad_case_id` on anything that is not a case id */
export function caseRef(caseId: string): Ours {
  const parsed = CaseId.safeParse(caseId);
  if (parsed.success) return own(parsed.data);
  throw new HatrackError("bad_case_id", `slack: "${visible(caseId, false)}" is not a case id`);
}

/** A mrkdwn text object of trusted literals and values; every value that is not markup is escaped. */
export function mrkdwn(
  strings: TemplateStringsArray,
  ...values: readonly (Ours | number | Markup)[]
): MrkdwnElement {
  const parts = values.map((value) => (value instanceof Markup ? value.mrkdwn : escaped(String(value))));
  return { type: "mrkdwn", text: String.raw({ raw: strings }, ...parts).trim(), verbatim: true };
}

/** As `mrkdwn`, as a part of a longer text. */
export function markup(
  strings: TemplateStringsArray,
  ...values: readonly (Ours | number | Markup)[]
): Markup {
  return new Markup(mrkdwn(strings, ...values).text);
}

/** Where nobody is called. */
export const nobody = new Markup("");

export function joined(parts: readonly Markup[], separator: string): Markup {
  return new Markup(parts.map((part) => part.mrkdwn).join(separator));
}

export function asMarkup(text: Ours): Markup {
  return new Markup(escaped(text));
}

/** `<!subteam^S…>`: the only producer of a group mention; `id` is what usergroups.list gave. */
export function groupMention(id: string): Markup {
  return new Markup(`<!subteam^${checkedId(id, /^S[A-Z0-9]+$/, "user group")}>`);
}

export function userMention(id: string): Markup {
  return new Markup(`<@${checkedId(id, /^[UW][A-Z0-9]+$/, "user")}>`);
}

export function isUserId(id: string): boolean {
  return /^[UW][A-Z0-9]+$/.test(id);
}

/** plain_text is shown as it stands: no links, mentions, formatting or emoji codes. */
export function plain(text: Shown): PlainTextElement {
  return { type: "plain_text", text, emoji: false };
}

/** A table's cell: shown as it stands. */
export function cell(text: Shown): { type: "raw_text"; text: string } {
  return { type: "raw_text", text };
}

/** The top-level `text` of a message: notifications and screen readers read it, so it holds our words only. */
export function fallback(strings: TemplateStringsArray, ...values: readonly (Ours | number)[]): string {
  return String.raw({ raw: strings }, ...values.map((value) => escaped(String(value))));
}

/** Keeps `max` characters; what was cut is counted, and the whole named by its hash, so that no tail hides. */
export function clip(text: string, max: number): string {
  return clipped(text, max, { whole: text, unread: 0 });
}

/** @param of the text that `text` is made of, and how many characters of it `text` does not hold */
function clipped(text: string, max: number, of: { whole: string; unread: number }): string {
  if (of.unread === 0 && text.length <= max) return text;
  const hash = sha256(of.whole).slice(0, 12);
  const mark = (left: number): string => moreCharacters(left, hash);
  const room = Math.max(0, max - mark(text.length + of.unread).length);
  const head = text.slice(0, room).replace(/[\uD800-\uDBFF]$/, "");
  return `${head}${mark(text.length - head.length + of.unread)}`;
}

/** The beginning, up to a word's end: for what is only a reminder of the whole. */
function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text.slice(0, max - 2);
  const atWord = head.replace(/\s+\S{0,24}$/, "");
  return `${(atWord === "" ? head : atWord).replace(/[\uD800-\uDBFF]$/, "").trimEnd()} …`;
}

/** Control, bidirectional, zero-width and other unseen characters as what they are: ␛, ⟦U+202E⟧. */
export function visible(text: string, lines: boolean): string {
  const shown = text.toWellFormed().replace(unseen, picture);
  const folded = lines
    ? shown.replace(/\n{3,}/g, (run) => `\n␊×${run.length - 2}\n`)
    : shown.replace(/\n/g, "␊");
  return folded.trim() === "" ? nothing : folded;
}

/**
 * Cc but line feed; Cf (format, bidi, tags, zero-width); line and paragraph separators; variation
 * selectors, which can carry hidden bytes; letters and spaces that draw nothing; combining marks piled up.
 */
const unseen =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0\uFE00-\uFE0F\u{E0100}-\u{E01EF}]|\p{M}{4,}/gu;

function picture(found: string): string {
  if (found === "\n") return found;
  const code = found.codePointAt(0) ?? 0;
  if (found.length === 1 && code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "␡";
  return Array.from(found, (letter) => `⟦U+${hex(letter)}⟧`).join("");
}

function hex(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

function inert(text: string, lines: boolean): string {
  return defang(visible(text, lines)).replace(liveScheme, (scheme) =>
    scheme.replace(/t/g, "x").replace(/T/g, "X"),
  );
}

/** A link to a name of one label ("http://payload/x") is no indicator, and still a link. */
const liveScheme = /\b(?:https?|ftps?)(?=:\/\/)/gi;

/** Exactly these three (docs.slack.dev, "Formatting message text"): `&` first. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function checkedId(id: string, pattern: RegExp, what: string): string {
  if (pattern.test(id)) return id;
  throw new HatrackError("bad_slack_id", `slack: "${visible(id, false)}" is not the id of a ${what}`);
}

function brand(text: string): Untrusted {
  return text as Untrusted;
}

function own(text: string): Ours {
  return text as Ours;
}
