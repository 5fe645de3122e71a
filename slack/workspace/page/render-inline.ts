/** The pieces of running text that mrkdwn and rich text share: mentions, links, dates. */
import type { Drawing } from "./drawing.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";

function mention(text: string, mine: boolean): Html {
  return html`<span class="${mine ? "mention mine" : "mention"}">${text}</span>`;
}

export function userMention(drawing: Drawing, id: string): Html {
  return mention(`@${drawing.user(id) ?? id}`, drawing.isMe(id));
}

export function groupMention(drawing: Drawing, id: string): Html {
  return mention(`@${drawing.group(id) ?? id}`, drawing.isMe(id));
}

export function channelMention(drawing: Drawing, id: string): Html {
  return mention(`#${drawing.channel(id) ?? id}`, false);
}

export function broadcastMention(range: string): Html {
  return mention(`@${range}`, true);
}

/** A link to the web; any other address is shown, not linked. */
export function link(url: string, label: Html): Html {
  if (!/^https?:\/\//i.test(url)) return label;
  return html`<a href="${url}" target="_blank" rel="noopener noreferrer">${label}</a>`;
}

/** A time that the page writes in the reader's zone by Slack's tokens; `fallback` stands there until then. */
export function date(seconds: number, format: string, fallback: string): Html {
  const at = new Date(seconds * 1000);
  if (!Number.isFinite(at.getTime())) return html`${fallback}`;
  return html`<time datetime="${at.toISOString()}" data-format="${format}">${fallback}</time>`;
}
