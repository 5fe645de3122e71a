/** Builders of rich_text: the one block in which formatting and untrusted text stand side by side, safely. */
import type {
  RichTextBlock,
  RichTextBlockElement,
  RichTextElement,
  RichTextList,
  RichTextPreformatted,
  RichTextSection,
} from "@slack/types";
import type { Principal } from "../src/events/vocabulary.ts";
import { isUserId, untrusted, type Ours, type Shown } from "./text.ts";

export function text(value: Shown): RichTextElement {
  return { type: "text", text: value };
}

export function bold(value: Shown): RichTextElement {
  return { type: "text", text: value, style: { bold: true } };
}

export function struck(value: Shown): RichTextElement {
  return { type: "text", text: value, style: { strike: true } };
}

export const circles = ["large_green_circle", "large_yellow_circle", "red_circle", "white_circle"] as const;

/** A colour that every client of Slack's draws; what it means stands beside it in words. */
export function circle(name: (typeof circles)[number]): RichTextElement {
  return { type: "emoji", name };
}

export function code(value: Shown): RichTextElement {
  return { type: "text", text: value, style: { code: true } };
}

/** A moment in the reader's own zone, with how far off it is; `at` is RFC 3339. */
export function date(at: string): RichTextElement {
  return moment(at, "{date_short_pretty} {time} ({ago})");
}

/** As `date`, to the minute and without how far off: for the lines of a timeline. */
export function when(at: string): RichTextElement {
  return moment(at, "{date_short_pretty} {time}");
}

function moment(at: string, format: string): RichTextElement {
  const ms = Date.parse(at);
  const fallback = new Date(ms).toISOString();
  return { type: "date", timestamp: Math.floor(ms / 1000), format, fallback };
}

/** Somebody who acted: Slack draws the name; a person of another surface is shown by id. */
export function who(principal: Principal): RichTextElement {
  return isUserId(principal.user)
    ? { type: "user", user_id: principal.user }
    : text(untrusted(`${principal.team}/${principal.user}`, { max: 130 }));
}

/** To our own message: `url` is what `Links` gave. */
export function link(url: string, label: Ours): RichTextElement {
  return { type: "link", url, text: label };
}

export function section(...elements: readonly RichTextElement[]): RichTextSection {
  return { type: "rich_text_section", elements: [...elements] };
}

export function bullets(items: readonly RichTextSection[]): RichTextList {
  return { type: "rich_text_list", style: "bullet", elements: [...items] };
}

export function preformatted(value: Shown): RichTextPreformatted {
  return { type: "rich_text_preformatted", elements: [{ type: "text", text: value }] };
}

export function richText(...parts: readonly RichTextBlockElement[]): RichTextBlock {
  return { type: "rich_text", elements: [...parts] };
}

/** "a · b · c" of groups of elements. */
export function dotted(groups: readonly (readonly RichTextElement[])[], dot: Ours): RichTextElement[] {
  return groups.flatMap((group, at) => (at === 0 ? [...group] : [text(dot), ...group]));
}
