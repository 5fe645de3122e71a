/** `rich_text` as HTML: its text is only ever text, whatever it looks like. */
import type { RichTextBlock, RichTextInline, RichTextPart } from "../block-kit/rich-text-schema.ts";
import type { Drawing } from "./drawing.ts";
import { emoji } from "./emoji.ts";
import { html, join } from "./html.ts";
import type { Html } from "./html.ts";
import { broadcastMention, channelMention, date, groupMention, link, userMention } from "./render-inline.ts";

function text(value: string): Html {
  return join(
    value.split("\n").map((line) => html`${line}`),
    html`<br />`,
  );
}

/** Drawn by the page itself: a machine without coloured emoji shows their colour too. */
function isCircle(name: string): boolean {
  return ["large_green_circle", "large_yellow_circle", "red_circle", "white_circle"].includes(name);
}

function emojiOf(name: string, unicode: string | undefined): string {
  if (unicode === undefined) return emoji(name);
  return String.fromCodePoint(...unicode.split("-").map((code) => Number.parseInt(code, 16)));
}

type Mention = Extract<RichTextInline, { type: "user" | "usergroup" | "channel" | "broadcast" }>;

function isMention(item: RichTextInline): item is Mention {
  return ["user", "usergroup", "channel", "broadcast"].includes(item.type);
}

function mention(drawing: Drawing, item: Mention): Html {
  switch (item.type) {
    case "user":
      return userMention(drawing, item.user_id);
    case "usergroup":
      return groupMention(drawing, item.usergroup_id);
    case "channel":
      return channelMention(drawing, item.channel_id);
    case "broadcast":
      return broadcastMention(item.range);
  }
}

function bare(drawing: Drawing, item: RichTextInline): Html {
  if (isMention(item)) return mention(drawing, item);
  switch (item.type) {
    case "text":
      return text(item.text);
    case "link":
      return link(item.url, text(item.text ?? item.url));
    case "emoji":
      return isCircle(item.name)
        ? html`<span
            class="circle ${item.name}"
            role="img"
            aria-label="${item.name.replaceAll("_", " ")}"
          ></span>`
        : html`${emojiOf(item.name, item.unicode)}`;
    case "date":
      return date(item.timestamp, item.format, item.fallback ?? "");
  }
}

function inline(drawing: Drawing, item: RichTextInline): Html {
  const { style = {} } = item;
  let drawn = bare(drawing, item);
  if (style.code === true) drawn = html`<code>${drawn}</code>`;
  if (style.bold === true) drawn = html`<strong>${drawn}</strong>`;
  if (style.italic === true) drawn = html`<em>${drawn}</em>`;
  if (style.strike === true) drawn = html`<s>${drawn}</s>`;
  if (style.underline === true) drawn = html`<u>${drawn}</u>`;
  return drawn;
}

function row(drawing: Drawing, items: readonly RichTextInline[]): Html {
  return html`${items.map((item) => inline(drawing, item))}`;
}

function list(drawing: Drawing, part: RichTextPart & { type: "rich_text_list" }): Html {
  const items = part.elements.map((item) => html`<li>${row(drawing, item.elements)}</li>`);
  const indent = `indent-${part.indent ?? 0}`;
  if (part.style === "bullet")
    return html`<ul class="${indent}">
      ${items}
    </ul>`;
  return html`<ol class="${indent}" start="${(part.offset ?? 0) + 1}">
    ${items}
  </ol>`;
}

function part(drawing: Drawing, item: RichTextPart): Html {
  switch (item.type) {
    case "rich_text_section":
      return html`<p>${row(drawing, item.elements)}</p>`;
    case "rich_text_list":
      return list(drawing, item);
    case "rich_text_quote":
      return html`<blockquote>${row(drawing, item.elements)}</blockquote>`;
    case "rich_text_preformatted":
      return html`<pre tabindex="0">${row(drawing, item.elements)}</pre>`;
  }
}

export function renderRichText(drawing: Drawing, block: RichTextBlock): Html {
  return html`<div class="rich">${block.elements.map((item) => part(drawing, item))}</div>`;
}
