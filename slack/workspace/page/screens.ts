/** The parts of the screen that are replaced as a whole: places, channel, thread, App Home, modal. */
import { z } from "zod";
import type { User } from "../directory.ts";
import type { Conversation } from "../store/conversations.ts";
import type { Stored } from "../store/messages.ts";
import { plainText } from "../block-kit/text-schema.ts";
import type { View } from "../wire.ts";
import { isMember } from "../world.ts";
import type { World } from "../world.ts";
import { drawingFor } from "./drawing.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { renderBlocks } from "./render-blocks.ts";
import { HAT, renderMessage } from "./render-message.ts";

/** What one tab of the browser shows, and as whom. */
export interface Place {
  user: User;
  conversation: Conversation | undefined;
  thread: string | undefined;
  home: boolean;
}

/** How much of a channel is drawn; older messages stay in the file. */
const SHOWN = 200;

export function renderPeople(world: World, reader: User): Html {
  const options = world.directory.users
    .filter((user) => !user.deleted && !user.is_bot)
    .map((user) => {
      const name = user.title === "" ? user.real_name : `${user.real_name} (${user.title})`;
      return html`<option value="${user.id}" ${user.id === reader.id && html`selected`}>${name}</option>`;
    });
  const title = reader.title !== "" && html`<p>${reader.title}</p>`;
  return html`<label for="act-as">Act as</label
    ><select id="act-as">
      ${options}</select
    >${title}`;
}

function placeLink(query: string, current: boolean, inside: { name: Html; unread: number }): Html {
  const { name, unread } = inside;
  const mark =
    unread > 0 &&
    html`<span class="count" aria-label="${unread} unread">${unread > 99 ? "99+" : unread}</span>`;
  return html`<li>
    <a href="/?${query}" data-go ${current && html`aria-current="page"`} class="${unread > 0 ? "unread" : ""}"
      ><span class="name">${name}</span>${mark}</a
    >
  </li>`;
}

export function renderPlaces(world: World, place: Place): Html {
  const { app } = world.directory;
  const mine = world.conversations.channels().filter((channel) => isMember(channel, place.user.id));
  const direct = world.conversations.open([place.user.id]).conversation;
  const link = (conversation: Conversation, name: Html) =>
    placeLink(`channel=${conversation.id}`, place.conversation?.id === conversation.id, {
      name,
      unread: world.messages.unread(place.user.id, conversation.id),
    });
  const connected = world.sockets.count > 0;
  return html`<h2>Channels</h2>
    <ul>
      ${mine.map((channel) => link(channel, html`<i aria-hidden="true">#</i> ${channel.name}`))}
    </ul>
    <h2>${app.name}</h2>
    <ul>
      ${placeLink("home=1", place.home, { name: html`<i aria-hidden="true">⌂</i> App Home`, unread: 0 })}
      ${link(direct, html`<i aria-hidden="true">✉</i> Direct messages`)}
    </ul>
    <p class="${connected ? "connection" : "connection gone"}">
      ${connected ? `${app.name} is connected` : `${app.name} is not connected`}
    </p>`;
}

function composer(target: { channel: string; thread?: string; label: string; hint: string }): Html {
  const id = target.thread === undefined ? "say" : "say-thread";
  return html`<form class="composer" data-channel="${target.channel}" data-thread-ts="${target.thread ?? ""}">
    <label for="${id}" class="unseen">${target.label}</label>
    <input id="${id}" name="text" placeholder="${target.hint}" autocomplete="off" maxlength="4000" />
    <button class="button primary">Send</button>
  </form>`;
}

/** Roots, broadcast replies and what only the reader sees, oldest first. */
function channelMessages(world: World, reader: string, channel: string): Stored[] {
  const hidden = world.messages
    .ephemerals(reader, channel)
    .filter((stored) => stored.message.thread_ts === undefined);
  const all = [...world.messages.history(channel, { limit: SHOWN }), ...hidden];
  return all.sort((a, b) => (a.message.ts < b.message.ts ? -1 : 1));
}

function empty(world: World): Html {
  const [first] = world.directory.app.commands;
  return html`<p class="empty">
    Nothing here yet. Messages appear by themselves; <kbd>${first?.command} help</kbd> says what you can ask.
  </p>`;
}

export function renderChannel(world: World, place: Place): Html {
  const { conversation, user } = place;
  if (conversation === undefined || !isMember(conversation, user.id))
    return html`<header class="place"><h1 tabindex="-1">Not in this channel</h1></header>
      <div class="list">
        <p class="empty">${user.real_name} is not a member here. Choose another place or another person.</p>
      </div>`;
  const { app, commands } = { app: world.directory.app, commands: world.directory.app.commands };
  const title = conversation.name === "" ? app.name : `# ${conversation.name}`;
  const messages = channelMessages(world, user.id, conversation.id);
  const target = conversation.name === "" ? app.name : `#${conversation.name}`;
  const hint = `Message ${target}${commands[0] === undefined ? "" : `, or ${commands[0].command} …`}`;
  return html`<header class="place">
      <h1 tabindex="-1">${title}</h1>
      <p>${conversation.topic}</p>
    </header>
    <div class="list" data-list="${conversation.id}" role="log" aria-label="${target}" tabindex="0">
      ${messages.map((stored) => renderMessage(world, user.id, [stored, "channel"]))}${empty(world)}
    </div>
    ${composer({ channel: conversation.id, label: `Message ${target} or type a command`, hint })}`;
}

export function renderThread(world: World, place: Place): Html {
  const { conversation, thread, user } = place;
  if (conversation === undefined || thread === undefined || !isMember(conversation, user.id)) return html``;
  const root = world.messages.get(conversation.id, thread);
  if (root === undefined) return html``;
  const hidden = world.messages
    .ephemerals(user.id, conversation.id)
    .filter((stored) => stored.message.thread_ts === thread);
  const replies = [...world.messages.replies(conversation.id, thread), ...hidden];
  const sorted = replies.sort((a, b) => (a.message.ts < b.message.ts ? -1 : 1));
  const name = conversation.name === "" ? world.directory.app.name : `#${conversation.name}`;
  return html`<header class="place">
      <h2 tabindex="-1">Thread</h2>
      <p>${name}</p>
      <a class="button quiet" href="/?channel=${conversation.id}" data-go aria-label="Close thread">✕</a>
    </header>
    <div class="list" data-list="${conversation.id}/${thread}" role="log" aria-label="Thread" tabindex="0">
      ${[root, ...sorted].map((stored) => renderMessage(world, user.id, [stored, "thread"]))}
    </div>
    ${composer({
      channel: conversation.id,
      thread,
      label: "Reply in this thread",
      hint: `Reply, or ask @${world.directory.app.name.toLowerCase()} …`,
    })}`;
}

export function renderHome(world: World, reader: User): Html {
  const { app } = world.directory;
  const view = world.views.home(reader.id);
  const body =
    view === undefined
      ? html`<p class="empty">${app.name} has not published anything for ${reader.real_name} yet.</p>`
      : html`<div class="blocks" data-view="${view.id}">
          ${renderBlocks(drawingFor(world, reader.id, view.state.values), view.blocks)}
        </div>`;
  return html`<header class="place">
      <h1 tabindex="-1">${app.name}</h1>
      <p>App Home of ${reader.real_name}</p>
    </header>
    <div class="list home">${body}</div>`;
}

const label = plainText(24);

function words(text: unknown, otherwise: string): string {
  const parsed = label.safeParse(text);
  return parsed.success ? parsed.data.text : otherwise;
}

/** The modal on top of the reader's screen; nothing if there is none. */
export function renderModal(world: World, reader: User): Html {
  const view: View | undefined = world.views.top(reader.id);
  if (view === undefined) return html``;
  const drawing = drawingFor(world, reader.id, view.state.values);
  const submit = view.submit === null ? undefined : words(view.submit, "Submit");
  return html`<form data-view="${view.id}" novalidate aria-label="${words(view.title, "Dialog")}">
    <header>
      <span class="avatar app" aria-hidden="true">${HAT}</span>
      <div>
        <h2>${words(view.title, "")}</h2>
        <p>${world.directory.app.name} · as ${reader.real_name}</p>
      </div>
      <button type="button" class="button quiet" data-close aria-label="Close">✕</button>
    </header>
    <div class="blocks">${modalBlocks(drawing, view)}</div>
    <footer>
      <button type="button" class="button" data-close>${words(view.close, "Cancel")}</button>
      ${submit !== undefined && html`<button class="button primary" data-submit>${submit}</button>`}
    </footer>
  </form>`;
}

function modalBlocks(drawing: ReturnType<typeof drawingFor>, view: View): Html {
  try {
    return renderBlocks(drawing, view.blocks);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return html`<p class="quiet">This view cannot be drawn: ${z.prettifyError(error)}</p>`;
  }
}
