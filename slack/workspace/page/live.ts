/** The stream behind one open page: everything once, then each change as the piece of HTML it changes. */
import { homeOpened } from "../events.ts";
import type { Change } from "../feed.ts";
import type { Stored } from "../store/messages.ts";
import { isMember } from "../world.ts";
import type { World } from "../world.ts";
import { messageKey, renderContent, renderMessage } from "./render-message.ts";
import {
  renderChannel,
  renderHome,
  renderModal,
  renderPeople,
  renderPlaces,
  renderThread,
} from "./screens.ts";
import type { Place } from "./screens.ts";

/**
 * `region`: replace that part. `list`: put, replace or (with no HTML) remove one message of that list. `note`: show
 * this beside everything unless the message of that key is in sight. */
export type LiveEvent =
  | { region: "people" | "places" | "main" | "thread" | "modal"; html: string }
  | { list: string; key: string; html: string }
  | { note: string; html: string };

type MessageChange = Change & { kind: "message" };

/** Unread counts may wait: a storm of messages redraws them a few times a second, not a thousand times. */
const PLACES_MS = 150;

class LiveScreen {
  readonly #world: World;
  readonly #place: Place;
  readonly #push: (event: LiveEvent) => void;
  #later: NodeJS.Timeout | undefined;

  constructor(world: World, place: Place, push: (event: LiveEvent) => void) {
    this.#world = world;
    this.#place = place;
    this.#push = push;
  }

  /** Draws everything. */
  open(): void {
    const { user, home } = this.#place;
    if (home) homeOpened(this.#world, user.id, this.#world.views.home(user.id));
    this.#push({ region: "people", html: renderPeople(this.#world, user).toString() });
    this.#main();
    this.#push({ region: "thread", html: renderThread(this.#world, this.#place).toString() });
    this.#push({ region: "modal", html: renderModal(this.#world, user).toString() });
    this.#places();
  }

  change(change: Change): void {
    if (change.kind === "message") this.#message(change);
    else if (change.kind === "directory") this.#soon();
    else if (change.user !== this.#place.user.id) return;
    else if (change.kind === "modal")
      this.#push({ region: "modal", html: renderModal(this.#world, this.#place.user).toString() });
    else if (this.#place.home) this.#main();
  }

  close(): void {
    clearTimeout(this.#later);
  }

  #main(): void {
    const { user, home } = this.#place;
    const drawn = home ? renderHome(this.#world, user) : renderChannel(this.#world, this.#place);
    this.#push({ region: "main", html: drawn.toString() });
  }

  #places(): void {
    const { conversation, user } = this.#place;
    if (conversation !== undefined && isMember(conversation, user.id))
      this.#world.messages.markSeen(user.id, conversation.id);
    this.#push({ region: "places", html: renderPlaces(this.#world, this.#place).toString() });
  }

  #soon(): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.#places();
    }, PLACES_MS);
  }

  #message(change: MessageChange): void {
    const { user, conversation } = this.#place;
    if (change.onlyFor !== undefined && change.onlyFor !== user.id) return;
    this.#soon();
    const stored = this.#world.messages.get(change.channel, change.ts);
    if (conversation?.id === change.channel && isMember(conversation, user.id)) {
      this.#inChannel(change, stored);
      this.#inThread(change, stored);
    }
    if (change.onlyFor !== undefined) this.#note(stored);
  }

  /** What only this person sees must be seen, wherever on the page they are. */
  #note(stored: Stored | undefined): void {
    if (stored === undefined) return;
    const drawn = renderContent(this.#world, this.#place.user.id, stored);
    this.#push({ note: messageKey(stored), html: drawn.toString() });
  }

  #inChannel(change: MessageChange, stored: Stored | undefined): void {
    if (change.threadTs === undefined || change.broadcast) this.#put(change.channel, change, stored);
    if (change.threadTs === undefined) return;
    const root = this.#world.messages.get(change.channel, change.threadTs);
    if (root !== undefined) this.#put(change.channel, { channel: change.channel, ts: change.threadTs }, root);
  }

  #inThread(change: MessageChange, stored: Stored | undefined): void {
    const { thread } = this.#place;
    if (thread === undefined || (change.threadTs ?? change.ts) !== thread) return;
    this.#put(`${change.channel}/${thread}`, change, stored);
  }

  #put(list: string, at: { channel: string; ts: string }, stored: Stored | undefined): void {
    const key = `${at.channel}:${at.ts}`;
    if (stored === undefined) {
      this.#push({ list, key, html: "" });
      return;
    }
    const kind = list.includes("/") ? "thread" : "channel";
    const drawn = renderMessage(this.#world, this.#place.user.id, [stored, kind]);
    this.#push({ list, key: messageKey(stored), html: drawn.toString() });
  }
}

/** Returns what ends the stream. */
export function startLive(world: World, place: Place, push: (event: LiveEvent) => void): () => void {
  const screen = new LiveScreen(world, place, push);
  screen.open();
  const stop = world.feed.listen((change) => {
    screen.change(change);
  });
  return () => {
    stop();
    screen.close();
  };
}
