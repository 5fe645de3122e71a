/**
 * Slack's mrkdwn as HTML. Only what the app itself wrote comes here; what people typed goes through `renderTyped`,
 * which knows mentions and nothing else.
 */
import type { Drawing } from "./drawing.ts";
import { emoji } from "./emoji.ts";
import { html, join } from "./html.ts";
import type { Html, Part } from "./html.ts";
import { broadcastMention, channelMention, date, groupMention, link, userMention } from "./render-inline.ts";

/** The three entities of mrkdwn; anything else is already text. */
function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** `<!date^1392734382^{date} at {time}^https://…|fallback>` without its angle brackets and `!date^`. */
function dateToken(rest: string, fallback: string): Html | undefined {
  const [seconds = "", format = "", url] = rest.split("^");
  if (!/^\d{1,12}$/.test(seconds) || format === "") return undefined;
  const time = date(Number(seconds), unescape(format), unescape(fallback));
  return url === undefined ? time : link(unescape(url), time);
}

function commandToken(drawing: Drawing, body: string, label: string | undefined): Html | undefined {
  if (body.startsWith("!subteam^")) return groupMention(drawing, body.slice("!subteam^".length));
  if (body.startsWith("!date^")) return dateToken(body.slice("!date^".length), label ?? "");
  const range = /^!(here|channel|everyone)$/.exec(body)?.[1];
  return range === undefined ? undefined : broadcastMention(range);
}

function mentionToken(drawing: Drawing, body: string, label: string | undefined): Html | undefined {
  if (/^@[UWB][A-Z0-9]+$/.test(body)) return userMention(drawing, body.slice(1));
  if (/^#[CG][A-Z0-9]+$/.test(body)) return channelMention(drawing, body.slice(1));
  return body.startsWith("!") ? commandToken(drawing, body, label) : undefined;
}

/** What stood between `<` and `>`; what means nothing is shown as it was written. */
function angle(drawing: Drawing, inside: string): Html {
  const bar = inside.indexOf("|");
  const body = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : inside.slice(bar + 1);
  const known = mentionToken(drawing, body, label);
  if (known !== undefined) return known;
  if (/^https?:\/\//i.test(body)) return link(unescape(body), html`${unescape(label ?? body)}`);
  return html`${unescape(`<${inside}>`)}`;
}

const EDGE = String.raw`(?<![\p{L}\p{N}])`;
const STOP = String.raw`(?![\p{L}\p{N}])`;
const span = (mark: string) => String.raw`${EDGE}${mark}(?=\S)([^\n]*?\S)${mark}${STOP}`;
const TOKENS = new RegExp(
  [
    "```\\n?([\\s\\S]+?)```",
    "`([^`\\n]+)`",
    "<([^<>\\n]+)>",
    span("\\*"),
    span("_"),
    span("~"),
    ":([a-z0-9_+-]+):",
  ].join("|"),
  "gu",
);

function piece(drawing: Drawing, match: RegExpMatchArray): Html {
  const [, block, code, inside, bold, italic, strike, name] = match;
  if (block !== undefined) return html`<pre>${unescape(block)}</pre>`;
  if (code !== undefined) return html`<code>${unescape(code)}</code>`;
  if (inside !== undefined) return angle(drawing, inside);
  if (bold !== undefined) return html`<strong>${spans(drawing, bold)}</strong>`;
  if (italic !== undefined) return html`<em>${spans(drawing, italic)}</em>`;
  if (strike !== undefined) return html`<s>${spans(drawing, strike)}</s>`;
  return html`${emoji(name ?? "")}`;
}

/** Text with a line break for each newline. */
function lines(text: string): Html {
  return join(
    unescape(text)
      .split("\n")
      .map((line) => html`${line}`),
    html`<br />`,
  );
}

function spans(drawing: Drawing, text: string): Html {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKENS)) {
    parts.push(lines(text.slice(from, match.index)), piece(drawing, match));
    from = match.index + match[0].length;
  }
  return html`${parts}${lines(text.slice(from))}`;
}

/** Lines that begin with `>` (or its entity) are a quotation. */
export function renderMrkdwn(drawing: Drawing, text: string): Html {
  const runs = text.split(/((?:^(?:&gt;|>)[^\n]*(?:\n|$))+)/m).filter((run) => run !== "");
  return html`${runs.map((run) =>
    /^(&gt;|>)/.test(run)
      ? html`<blockquote>${spans(drawing, run.replace(/^(?:&gt;|>) ?/gm, "").trimEnd())}</blockquote>`
      : spans(drawing, run),
  )}`;
}

/** What a person typed: mentions are mentions, all else is text. */
export function renderTyped(drawing: Drawing, text: string): Html {
  const parts = text.split(/(<[@#!][^<>\n]+>)/);
  return html`${parts.map((part, at) => (at % 2 === 1 ? angle(drawing, part.slice(1, -1)) : lines(part)))}`;
}
