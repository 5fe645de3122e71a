/** One message as it stands in a channel or in its thread. */
import { z } from "zod";
import type { Stored } from "../store/messages.ts";
import { findUser } from "../world.ts";
import type { World } from "../world.ts";
import { drawingFor } from "./drawing.ts";
import type { Drawing } from "./drawing.ts";
import { emoji } from "./emoji.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { renderBlocks } from "./render-blocks.ts";
import { renderMrkdwn, renderTyped } from "./render-mrkdwn.ts";

/** Which of the two lists a message is drawn for. */
export type ListKind = "channel" | "thread";

export const HAT: Html = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M7.2 13.8 8.6 6c.2-1 1.4-1.5 2.3-1l1.1.6 1.1-.6c.9-.5 2.1 0 2.3 1l1.4 7.8a13 13 0 0 1-9.6 0Z" />
  <path
    d="M5.3 14.6a15.4 15.4 0 0 0 13.4 0c1.6.3 2.8.8 2.8 1.6 0 1.6-4.3 2.9-9.5 2.9s-9.5-1.3-9.5-2.9c0-.8 1.2-1.3 2.8-1.6Z"
  />
</svg>`;

function initials(name: string): string {
  const words = name.split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => word?.charAt(0) ?? "")
    .join("");
}

/** Six tints, told apart by id so that a person keeps theirs. */
function tint(id: string): number {
  return Array.from(id, (letter) => letter.charCodeAt(0)).reduce((sum, code) => sum + code, 0) % 6;
}

export function avatar(world: World, userId: string): Html {
  const user = findUser(world, userId);
  if (user === undefined) return html`<span class="avatar app" aria-hidden="true">${HAT}</span>`;
  return html`<span class="avatar tint-${tint(userId)}" aria-hidden="true"
    >${initials(user.real_name)}</span
  >`;
}

function body(drawing: Drawing, stored: Stored): Html {
  const { message } = stored;
  if (message.subtype === "tombstone") return html`<p class="quiet">${message.text}</p>`;
  if (message.app_id === undefined) return html`<p>${renderTyped(drawing, message.text)}</p>`;
  if (message.blocks === undefined || message.blocks.length === 0)
    return message.text === "" ? html`` : html`<p>${renderMrkdwn(drawing, message.text)}</p>`;
  try {
    return renderBlocks(drawing, message.blocks);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return html`<p class="quiet">This message cannot be drawn: ${z.prettifyError(error)}</p>`;
  }
}

function clock(ts: string): Html {
  const at = new Date(Number(ts) * 1000);
  const utc = `${at.toISOString().slice(11, 16)} UTC`;
  return html`<time datetime="${at.toISOString()}" data-format="{stamp}">${utc}</time>`;
}

function files(stored: Stored): Html[] {
  return (stored.message.files ?? []).map((file) => {
    const address = new URL(file.url_private).pathname;
    if (!file.mimetype.startsWith("image/"))
      return html`<p class="file"><a href="${address}" download="${file.name}">${file.title}</a></p>`;
    return html`<figure>
      <figcaption>${file.title}</figcaption>
      <img src="${address}" alt="${file.title}" />
    </figure>`;
  });
}

function origin(world: World, stored: Stored, list: ListKind): Html | undefined {
  if (!stored.broadcast) return undefined;
  const name = world.conversations.find(stored.channel)?.name ?? "";
  return html`<span class="note"
    >${list === "channel" ? "replied to a thread" : `also sent to #${name}`}</span
  >`;
}

/** "3 replies", or for a broadcast the way into its thread. */
function threadLink(world: World, stored: Stored, list: ListKind): Html | undefined {
  const { ts, thread_ts: threadTs } = stored.message;
  if (list === "thread" || stored.onlyFor !== undefined) return undefined;
  if (threadTs !== undefined)
    return html`<button type="button" class="replies" data-thread="${threadTs}" data-at="${ts}">
      View thread
    </button>`;
  const thread = world.messages.threadSummary(stored.channel, ts);
  if (thread === undefined)
    return html`<button type="button" class="replies reply" data-thread="${ts}">Reply in thread</button>`;
  const count = `${thread.reply_count} ${thread.reply_count === 1 ? "reply" : "replies"}`;
  const faces = thread.reply_users.slice(0, 3).map((user) => avatar(world, user));
  return html`<button type="button" class="replies" data-thread="${ts}">
    <span class="faces">${faces}</span>${count}
  </button>`;
}

function shortcuts(world: World, stored: Stored): Html | undefined {
  const known = world.directory.app.shortcuts.filter((shortcut) => shortcut.type === "message");
  if (known.length === 0 || stored.onlyFor !== undefined) return undefined;
  const items = known.map(
    ({ name, callback_id: id }) => html`<button type="button" data-shortcut="${id}">${name}</button>`,
  );
  return html`<details class="menu shortcuts">
    <summary class="button" aria-label="Shortcuts for this message">⋮</summary>
    <div class="items">${items}</div>
  </details>`;
}

/** What a message says, without who said it and when. */
export function renderContent(world: World, reader: string, stored: Stored): Html {
  return body(drawingFor(world, reader), stored);
}

/** `key` tells the page's script which message this is. */
export function messageKey(stored: Stored): string {
  return `${stored.channel}:${stored.message.ts}`;
}

export function renderMessage(world: World, reader: string, [stored, list]: [Stored, ListKind]): Html {
  const { message, channel } = stored;
  const drawing = drawingFor(world, reader);
  const name = drawing.user(message.user) ?? message.user;
  const hidden = stored.onlyFor !== undefined;
  const reactions = message.reactions ?? [];
  return html`<article
    class="${hidden ? "message ephemeral" : "message"}"
    data-key="${messageKey(stored)}"
    data-channel="${channel}"
    data-ts="${message.ts}"
    tabindex="-1"
    aria-label="Message from ${name}"
  >
    ${avatar(world, message.user)}
    <div class="body">
      ${hidden && html`<p class="only-you">Only visible to you · <button type="button" data-dismiss>Dismiss</button></p>`}
      <header>
        <b>${name}</b>${message.app_id !== undefined && html`<span class="badge">App</span>`}
        ${clock(message.ts)} ${origin(world, stored, list)}
        ${message.edited !== undefined && html`<span class="note">edited</span>`} ${shortcuts(world, stored)}
      </header>
      <div class="blocks">${body(drawing, stored)}${files(stored)}</div>
      ${
        reactions.length > 0 &&
        html`<p class="reactions">
          ${reactions.map((reaction) => html`<span>${emoji(reaction.name)} ${reaction.count}</span>`)}
        </p>`
      }
      ${threadLink(world, stored, list)}
    </div>
  </article>`;
}
